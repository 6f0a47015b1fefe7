import { expect } from 'chai';
import { runOnHost } from '@commonweights/trainer/engines/conformance/finite-differences.js';
import { relativeDistance } from '@commonweights/trainer/engines/conformance/measures.js';
import type { HostTensor } from '@commonweights/trainer/engines/graph-runtime.js';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { allowedOperations } from '@commonweights/trainer/program/count-flops.js';
import { Graph } from '@commonweights/trainer/program/graph.js';
import { withHalfProducts } from '@commonweights/trainer/program/half-products.js';
import { readOnnx, type ReadNode } from '@commonweights/trainer/program/onnx-reader.js';
import { linear, multiply, multiplyMatrices } from '@commonweights/trainer/program/operations.js';
import { absentHere } from '../../support/absent-here.js';
import { tinyProgram } from '../engines/tiny.js';

const isProduct = ({ op }: ReadNode): boolean => op === 'MatMul' || op === 'Gemm';

describe('a program with products in half precision', () => {
  const { step } = tinyProgram();
  const before = readOnnx(step);

  for (const how of ['multiplied', 'rounded'] as const) {
    it(`takes and gives what it did, and every factor is rounded once: ${how}`, () => {
      const after = readOnnx(withHalfProducts(step, 'float16', how));
      expect(after.inputs).to.deep.equal(before.inputs);
      expect(after.outputs).to.deep.equal(before.outputs);
      const kept = after.nodes.filter(({ op }) => op !== 'Cast');
      expect(kept.map(({ op }) => op)).to.deep.equal(before.nodes.map(({ op }) => op));
      const others = (nodes: readonly ReadNode[]) => nodes.filter((node) => !isProduct(node));
      expect(others(kept)).to.deep.equal(others(before.nodes));
      const made = new Map(after.nodes.map((node) => [node.outputs[0]!, node]));
      for (const factor of kept.filter(isProduct).flatMap(({ inputs }) => inputs)) {
        expect(made.get(factor)!.op).to.equal('Cast');
      }
      const casts = after.nodes.filter(({ op }) => op === 'Cast').map(({ inputs }) => inputs[0]!);
      expect(new Set(casts).size).to.equal(casts.length);
    });
  }

  it('is the same bytes each time, others in another precision, and itself no program to vote on', () => {
    const bytes = withHalfProducts(step, 'bfloat16', 'multiplied');
    expect(withHalfProducts(step, 'bfloat16', 'multiplied')).to.deep.equal(bytes);
    expect(withHalfProducts(step, 'float16', 'multiplied')).not.to.deep.equal(bytes);
    expect(allowedOperations).not.to.include('Cast');
  });

  it('has no name twice, whatever a stranger called its tensors', () => {
    const graph = new Graph();
    const [x, y] = ['a', 'a.float16'].map((name) => graph.input(name, 'f32', [2, 2]));
    graph.output('y', multiply(multiplyMatrices(x!, y!), y!));
    const { nodes, inputs } = readOnnx(withHalfProducts(graph.write('odd'), 'float16', 'rounded'));
    const names = [...inputs.map(({ name }) => name), ...nodes.flatMap(({ outputs }) => outputs)];
    expect(new Set(names).size).to.equal(names.length);
  });

  it('refuses bytes that are no program', () => {
    expect(() => withHalfProducts(step.subarray(0, 99), 'float16', 'rounded')).to.throw(
      /^BAD_ONNX/,
    );
  });

  it('multiplies what the numbers of that precision are', async function () {
    const runtimes = { float16: 1024, bfloat16: 128 } as const;
    const graph = new Graph();
    const [x, w] = ['x', 'w'].map((name) => graph.input(name, 'f32', [1, 1]));
    graph.output('y', linear(x!, w!));
    const product = graph.write('product');
    for (const [precision, steps] of Object.entries(runtimes)) {
      const engine = createOrtNativeEngine({ precision: precision as keyof typeof runtimes });
      const runtime = await engine
        .runtime()
        .catch((error: Error) => absentHere(this, error.message));
      const opened = await runtime!.open(product);
      // 1 and a quarter of a step is 1; with three quarters it is the next number
      for (const [part, rounded] of [
        [0.25, 1],
        [0.75, 1 + 1 / steps],
      ] as const) {
        const number = (value: number): HostTensor => ({
          ...{ type: 'f32', shape: [1, 1], data: Float32Array.of(value) },
        });
        const feeds = { x: number(1 + part / steps), w: number(1) };
        const { y } = await runOnHost(runtime!, opened, feeds);
        expect(relativeDistance(y!, Float32Array.of(rounded))).to.equal(0);
      }
      await opened.release();
    }
  });
});
