/**
 * A walk over the nodes of an ONNX graph, one call of TensorFlow.js each, on any backend that it has, in
 * Node and in pages alike. What loads TensorFlow.js and registers a backend hands it in.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { admitProgram } from '../program/admit-program.js';
import { readOnnx, type ReadProgram } from '../program/onnx-reader.js';
import type { GraphRuntime, HeldTensor, HostTensor, OpenedGraph } from './graph-runtime.js';
import { applyNode, type Tf } from './tfjs-operations.js';

/** `registered`: the backend's name in TensorFlow.js. */
export function tfjsRuntime(tf: Tf, registered: string): GraphRuntime {
  return {
    hold({ type, data, shape }: HostTensor) {
      const dtype = type === 'f32' ? 'float32' : 'int32';
      return new TfjsTensor(tf.tensor(data.slice(), [...shape], dtype));
    },
    async open(model): Promise<OpenedGraph> {
      admitProgram(model);
      const graph = new WalkedGraph(tf, readOnnx(model));
      return {
        // Several backends may be loaded in one process; each run names its own.
        async run(feeds) {
          if (tf.getBackend() !== registered) await tf.setBackend(registered);
          return graph.run(feeds);
        },
        release: async () => graph.release(),
      };
    },
  };
}

class TfjsTensor implements HeldTensor {
  constructor(readonly tensor: Tensor) {}

  async read(): Promise<Float32Array> {
    return (await this.tensor.data()) as Float32Array;
  }

  drop(): void {
    this.tensor.dispose();
  }
}

class WalkedGraph {
  private readonly constants: ReadonlyMap<string, Tensor>;
  /** Names whose last use is this node. */
  private readonly lastUses: readonly (readonly string[])[];

  constructor(
    private readonly tf: Tf,
    private readonly program: ReadProgram,
  ) {
    this.constants = new Map(
      program.constants
        .filter(({ type }) => type !== 'i64')
        .map(({ name, type, shape, data }) => {
          const values = new Float32Array(data.slice().buffer);
          if (type !== 'f32') throw new Error(`BAD_ONNX: the constant ${name} is ${type}`);
          return [name, tf.tensor(values, [...shape], 'float32')];
        }),
    );
    this.lastUses = lastUses(program);
  }

  run(feeds: Readonly<Record<string, HeldTensor>>): Record<string, HeldTensor> {
    const values = new Map(this.constants);
    for (const { name } of this.program.inputs) {
      const given = feeds[name];
      if (!given) throw new Error(`BUG: the graph's input ${name} is not given`);
      values.set(name, (given as TfjsTensor).tensor);
    }
    const made = new Map<string, Tensor>();
    try {
      this.program.nodes.forEach((node, at) => {
        const inputs = node.inputs.map((name) => made.get(name) ?? values.get(name)!);
        const results = this.tf.tidy(() =>
          applyNode(this.tf, node, { inputs, program: this.program }),
        );
        // A result may be one of the inputs themselves, which have other owners.
        node.outputs.forEach((name, i) => {
          const result = results[i]!;
          made.set(name, inputs.includes(result) ? result.clone() : result);
        });
        for (const name of this.lastUses[at]!) {
          made.get(name)?.dispose();
          made.delete(name);
        }
      });
    } catch (error) {
      for (const tensor of made.values()) tensor.dispose();
      throw error;
    }
    return Object.fromEntries(
      this.program.outputs.map(({ name }) => [name, new TfjsTensor(made.get(name)!)]),
    );
  }

  release(): void {
    for (const tensor of this.constants.values()) tensor.dispose();
  }
}

function lastUses(program: ReadProgram): string[][] {
  const last = new Map<string, number>();
  program.nodes.forEach((node, at) => {
    for (const name of [...node.inputs, ...node.outputs]) last.set(name, at);
  });
  for (const { name } of program.outputs) last.delete(name);
  const uses: string[][] = program.nodes.map(() => []);
  for (const [name, at] of last) uses[at]!.push(name);
  return uses;
}
