/**
 * Programs that a stranger bent: valid bytes, allowed operations, but axes, sizes, inputs and shapes
 * that do not belong together. Whatever is admitted must stay within its own tensors.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { graphOf } from '@commonweights/trainer/engines/conformance/finite-differences.js';
import { operationCases } from '@commonweights/trainer/engines/conformance/operation-cases.js';
import type { GraphRuntime } from '@commonweights/trainer/engines/graph-runtime.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { admitProgram } from '@commonweights/trainer/program/admit-program.js';
import { allowedOperations } from '@commonweights/trainer/program/count-flops.js';
import { readOnnx } from '@commonweights/trainer/program/onnx-reader.js';
import {
  writeOnnx,
  type AttributeValue,
  type OnnxModel,
  type OnnxNode,
} from '@commonweights/trainer/program/onnx-writer.js';

const programs = operationCases.map((one) => modelOf(graphOf(one)));
/** Small ones bend shapes, large ones would overflow what computes with them. */
const odd = [-(2 ** 31), -3, -1, 0, 1, 2, 3, 4, 5, 7, 2 ** 31 - 1, 2 ** 32 + 1, 2 ** 53 - 1];
const refusal = /^(BAD_ONNX|BAD_PROGRAM_ID|OUT_OF_MEMORY|PROGRAM_TOO_LARGE): /;

interface Change {
  readonly kind: 'constant' | 'attribute' | 'rewire' | 'operation' | 'shape' | 'inputs' | 'output';
  readonly where: number;
  readonly which: number;
  readonly value: number;
}

const change = fc.record<Change>({
  kind: fc.constantFrom(
    ...(['constant', 'attribute', 'rewire', 'operation', 'shape', 'inputs', 'output'] as const),
  ),
  where: fc.nat(1000),
  which: fc.nat(1000),
  value: fc.constantFrom(...odd),
});
const bent = fc
  .tuple(fc.constantFrom(...programs), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([program, changes]) => writeOnnx(changes.reduce(bend, program)));

describe('a program that a stranger bent', () => {
  let simd: GraphRuntime;
  before(async () => (simd = await createSimdWasmEngine().runtime()));

  it('is refused by name, or computes and leaves every other tensor alone', async () => {
    const guards = Array.from({ length: 40 }, (_, i) => {
      const data = new Float32Array(16 + 48 * (i % 5)).fill(i + 0.5);
      return { data, held: simd.hold({ type: 'f32', data, shape: [data.length] }) };
    });
    // Gaps between them, where what runs will lie
    const kept = guards.filter((guard, i) => i % 2 === 0 || guard.held.drop());
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(bent, async (onnx) => {
        if ((await resultsOf(simd, onnx)) !== null) ran++;
        for (const { data, held } of kept) {
          const now = await held.read();
          expect(data.every((value, i) => now[i] === value)).to.equal(true);
        }
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect(ran).to.be.above(10);
  });

  it('comes to the same shapes on both exact engines, where both run it', async () => {
    const ort = await createOrtWasmEngine().runtime();
    await fc.assert(
      fc.asyncProperty(bent, async (onnx) => {
        const own = await resultsOf(simd, onnx);
        if (own === null) return;
        const theirs = await resultsOf(ort, onnx, /./);
        if (theirs === null) return;
        for (const [name, values] of Object.entries(own)) {
          expect(theirs[name]!.length, name).to.equal(values.length);
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});

/** Null where it was refused. */
async function resultsOf(
  runtime: GraphRuntime,
  onnx: Uint8Array,
  refused = refusal,
): Promise<Record<string, Float32Array> | null> {
  try {
    admitProgram(onnx);
    const graph = await runtime.open(onnx);
    const feeds = readOnnx(onnx).inputs.map(({ name, type, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const held =
        type === 'f32'
          ? runtime.hold({ type, shape, data: new Float32Array(length).fill(1.5) })
          : runtime.hold({ type: 'i32', shape, data: new Int32Array(length).fill(1) });
      return [name, held] as const;
    });
    try {
      const found = Object.entries(await graph.run(Object.fromEntries(feeds)));
      return Object.fromEntries(
        await Promise.all(
          found.map(async ([name, held]) => {
            const values = await held.read();
            held.drop();
            return [name, values] as const;
          }),
        ),
      );
    } finally {
      for (const [, held] of feeds) held.drop();
      await graph.release();
    }
  } catch (error) {
    expect((error as Error).message).to.match(refused);
    return null;
  }
}

function bend(model: OnnxModel, { kind, where, which, value }: Change): OnnxModel {
  const { nodes, constants, inputs, outputs } = model;
  const at = where % nodes.length;
  const node = nodes[at]!;
  const withNode = (changed: Partial<OnnxNode>): OnnxModel => ({
    ...model,
    nodes: nodes.with(at, { ...node, ...changed }),
  });
  const names = [...constants, ...inputs, ...outputs].map(({ name }) => name);
  const known = [...names, ...nodes.flatMap((one) => one.outputs)];
  const anyName = known[which % known.length]!;
  switch (kind) {
    case 'constant': {
      if (constants.length === 0) return model;
      const place = where % constants.length;
      const constant = constants[place]!;
      if (constant.type !== 'i64') return model;
      const data = constant.data.slice();
      const view = new DataView(data.buffer);
      view.setBigInt64(8 * (which % (data.length / 8)), BigInt(value), true);
      return { ...model, constants: constants.with(place, { ...constant, data }) };
    }
    case 'attribute': {
      const entries = Object.entries(node.attributes);
      if (entries.length === 0) return model;
      const [name, before] = entries[which % entries.length]!;
      const next = Math.max(0, value);
      const after: AttributeValue = Array.isArray(before)
        ? (before as number[]).with(where % before.length, next)
        : typeof before === 'string'
          ? 'mul'
          : next;
      return withNode({ attributes: { ...node.attributes, [name]: after } });
    }
    case 'rewire':
      if (node.inputs.length === 0) return model;
      return withNode({ inputs: node.inputs.with(which % node.inputs.length, anyName) });
    case 'operation':
      return withNode({ op: allowedOperations[which % allowedOperations.length]! });
    case 'shape': {
      const place = where % inputs.length;
      const input = inputs[place]!;
      if (input.shape.length === 0) return model;
      const size = Math.min(9, Math.max(1, value));
      const shape = input.shape.with(which % input.shape.length, size);
      return { ...model, inputs: inputs.with(place, { ...input, shape }) };
    }
    case 'inputs':
      return withNode({
        inputs: value > 2 ? [...node.inputs, anyName] : node.inputs.slice(0, value > 0 ? 1 : -1),
      });
    case 'output': {
      const place = where % outputs.length;
      return { ...model, outputs: outputs.with(place, { ...outputs[place]!, name: anyName }) };
    }
  }
}

function modelOf(onnx: Uint8Array): OnnxModel {
  const program = readOnnx(onnx);
  const nodes = program.nodes.map(({ op, inputs, outputs, integers, texts }) => ({
    ...{ op, inputs, outputs },
    attributes: {
      ...Object.fromEntries(texts),
      ...Object.fromEntries(
        [...integers].map(([name, values]) => [name, name === 'perm' ? values : values[0]!]),
      ),
    },
  }));
  const { constants, inputs, outputs } = program;
  return { name: 'bent', nodes, constants, inputs, outputs };
}
