/**
 * Every operation at a size that engines share among threads, with ids that collide and sums over
 * many elements: where a race would show. ONNX Runtime's `ScatterND` looked right in small cases and
 * lost updates in these (docs/decisions/030-exact-programs.md).
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import * as arrange from '../../program/arrange.js';
import type { Tensor } from '../../program/graph.js';
import * as operations from '../../program/operations.js';
import * as transformer from '../../program/transformer-operations.js';
import type { GraphRuntime } from '../graph-runtime.js';
import { openCase, runOnHost } from './finite-differences.js';
import type { OperationCase } from './operation-cases.js';

/** Rows that all meet in few places. */
const collidingIds = Array.from({ length: 2048 }, (_, i) => (i * i) % 8);

function withIds(use: (x: Tensor, ids: Tensor) => Tensor) {
  return (x: Tensor): Tensor => use(x, x.graph.input('ids', 'i32', [collidingIds.length]));
}

export const largeCases: readonly OperationCase[] = [
  { name: 'sums and products', shapes: [[192, 512], [512]], build: arithmetic },
  {
    name: 'maximum',
    shapes: [[192, 512], [512]],
    build: (a, b) => operations.maximum(a, b),
    forwardOnly: true,
  },
  {
    name: 'roots and sigmoids',
    shapes: [[256, 384]],
    positive: true,
    build: (x) => operations.multiply(operations.squareRoot(x), operations.sigmoid(x)),
  },
  { name: 'a sum of squares', shapes: [[300, 700]], build: (x) => operations.sumOfSquares(x) },
  { name: 'sums and means of long rows', shapes: [[6, 30_000]], build: sumsAndMeans },
  {
    name: 'products of matrices',
    shapes: [
      [4, 80, 300],
      [4, 300, 96],
    ],
    build: (a, b) => operations.multiplyMatrices(a, b),
  },
  {
    name: 'linear',
    shapes: [
      [256, 300],
      [320, 300],
    ],
    build: (x, w) => operations.linear(x, w),
  },
  { name: 'moved elements', shapes: [[16, 96, 60]], build: moved },
  {
    name: 'rows by colliding ids',
    shapes: [[64, 96]],
    ids: collidingIds,
    build: withIds((table, ids) => transformer.gatherRows(table, ids)),
  },
  {
    name: 'cross entropy',
    shapes: [[2048, 80]],
    ids: collidingIds,
    build: withIds((logits, ids) => transformer.crossEntropy(logits, ids)),
  },
  {
    name: 'norms',
    shapes: [[400, 320], [320]],
    build: (x, gain) => transformer.rmsNorm(x, gain, 1e-5),
  },
  { name: 'attention', shapes: attentionShapes(), build: (q, k, v) => transformer.attend(q, k, v) },
  { name: 'rotations', shapes: [[2, 6, 96, 64]], build: rotated },
];

/** Digests of all results, one for each repetition. */
export async function repeatCase(
  one: OperationCase,
  it: { runtime: GraphRuntime; repeats: number },
): Promise<string[]> {
  const { graph, feeds } = await openCase(one, it.runtime);
  try {
    const digests: string[] = [];
    for (let i = 0; i < it.repeats; i++) {
      const results = await runOnHost(it.runtime, graph, feeds);
      const all = Object.keys(results)
        .sort()
        .map((name) => new Uint8Array(results[name]!.buffer));
      digests.push(digestOf(concatenated(all)));
    }
    return digests;
  } finally {
    await graph.release();
  }
}

function arithmetic(a: Tensor, b: Tensor): Tensor {
  const { graph } = a;
  const above = operations.add(operations.multiply(b, b), graph.scalar(1));
  return operations.divide(operations.subtract(operations.multiply(a, b), a), above);
}

function sumsAndMeans(x: Tensor): Tensor {
  const means = arrange.reshape(operations.meanOfLastAxis(x), [x.shape[0]!]);
  return operations.multiply(operations.sum(x, [1]), means);
}

function moved(x: Tensor): Tensor {
  const turned = arrange.transpose(x, [2, 0, 1]);
  const part = arrange.slice(turned, 1, 3, 9);
  return arrange.concatenate([part, arrange.pad(part, 1, 2, 13)], 1);
}

function rotated(x: Tensor): Tensor {
  const [positions, width] = x.shape.slice(-2) as [number, number];
  const values = Array.from({ length: positions * width }, (_, i) => ((i % 7) - 3) / 4);
  const table = x.graph.constant(values, [positions, width]);
  return transformer.rotate(x, { cosine: table, sine: operations.add(table, table) });
}

function attentionShapes(): number[][] {
  const shared = [2, 2, 96, 32];
  return [[2, 4, 96, 32], shared, shared];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
