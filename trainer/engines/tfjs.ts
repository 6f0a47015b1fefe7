/**
 * The same programs on TensorFlow.js: a walk over the nodes of the ONNX graph, one call of TensorFlow.js
 * each, on any backend that it has: WebAssembly and plain JavaScript come with this engine, tfjs-node
 * and its GPU build are used where somebody installed them. Slower than ONNX Runtime, and of
 * the tolerance class; worth having for devices that only TensorFlow.js reaches, and as an
 * implementation of every operation that shares nothing with the others.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { admitProgram } from '../program/admit-program.js';
import { readOnnx, type ReadProgram } from '../program/onnx-reader.js';
import type { Engine, Fingerprint } from './engine.js';
import type { GraphRuntime, HeldTensor, HostTensor, OpenedGraph } from './graph-runtime.js';
import { openSession } from './program-session.js';
import { applyNode, type Tf } from './tfjs-operations.js';

export const tfjsBackends = ['wasm', 'cpu', 'node', 'node-gpu'] as const;
export type TfjsBackend = (typeof tfjsBackends)[number];

const core = '@tensorflow/tfjs-core';
/** What brings each backend, and the name that it registers. */
const backends = {
  wasm: { module: '@tensorflow/tfjs-backend-wasm', registered: 'wasm' },
  cpu: { module: '@tensorflow/tfjs-backend-cpu', registered: 'cpu' },
  node: { module: '@tensorflow/tfjs-node', registered: 'tensorflow' },
  'node-gpu': { module: '@tensorflow/tfjs-node-gpu', registered: 'tensorflow' },
} as const satisfies Record<TfjsBackend, { module: string; registered: string }>;

export function createTfjsEngine(options: { backend?: TfjsBackend } = {}): Engine {
  const backend = options.backend ?? 'wasm';
  const name = `tfjs-${backend}`;
  let opened: Promise<GraphRuntime> | undefined;
  const runtime = (): Promise<GraphRuntime> =>
    (opened ??= loadTf(backend).then((tf) => tfjsRuntime(tf, backends[backend].registered)));
  return {
    name,
    class: 'tolerance',
    fingerprint: () => readFingerprint(name, backend),
    runtime,
    compile: async (program) => openSession({ name, runtime: await runtime() }, program),
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

function tfjsRuntime(tf: Tf, registered: string): GraphRuntime {
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

async function loadTf(backend: TfjsBackend): Promise<Tf> {
  const { module, registered } = backends[backend];
  const absent = (cause: unknown): never => {
    const remedy =
      backend === 'node' || backend === 'node-gpu'
        ? `its library comes by an install script, so install it outside: "npm install ${module}"`
        : 'run "npm ci" again with optional packages';
    throw new Error(`ENGINE_ABSENT: ${module} cannot be loaded; ${remedy}, or use simd-wasm`, {
      cause,
    });
  };
  const tf = (await import(core).catch(absent)) as Tf;
  const loaded = (await import(module).catch(absent)) as { setWasmPaths?(folder: string): void };
  // The WASM backend looks for its binaries by URL unless it is told where they lie.
  loaded.setWasmPaths?.(join(packageFolder(module), 'dist', '/'));
  // Else it prints advice, and checks every number for being one.
  tf.enableProdMode();
  if (await tf.setBackend(registered)) return tf;
  throw new Error(`ENGINE_ABSENT: TensorFlow.js could not start "${registered}"; use simd-wasm`);
}

async function readFingerprint(engine: string, backend: TfjsBackend): Promise<Fingerprint> {
  const tf = await loadTf(backend);
  const { module } = backends[backend];
  const folder = packageFolder(module);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    main: string;
  };
  const binary = await readFile(join(folder, manifest.main));
  const platform = `${process.platform}-${process.arch}`;
  const options = { backend, platform };
  return { engine, version: tf.version_core, binary: digestOf(binary), options };
}

function packageFolder(module: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${module}/package.json`));
}
