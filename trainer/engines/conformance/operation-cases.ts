/**
 * Every operation of programs, as a small smooth function: what the conformance suite compares with
 * finite differences and between engines, and the tests of gradients use too.
 */
import * as arrange from '../../program/arrange.js';
import { attendInBlocks, lossInBlocks } from '../../program/blocks.js';
import type { Tensor } from '../../program/graph.js';
import * as operations from '../../program/operations.js';
import { after, recompute } from '../../program/recompute.js';
import * as transformer from '../../program/transformer-operations.js';

export interface OperationCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  build(...inputs: Tensor[]): Tensor;
  /** Values of the input `ids`, where the case has one. */
  readonly ids?: readonly number[];
  /** Keeps inputs where the operation is smooth. */
  readonly positive?: boolean;
  /** An operation of the optimizer, through which nothing is differentiated. */
  readonly forwardOnly?: boolean;
}

const repeated = [3, 0, 3, 1, 3];

export const operationCases: readonly OperationCase[] = [
  { name: 'add with broadcasting', shapes: [[2, 3], [3]], build: (a, b) => operations.add(a, b) },
  { name: 'subtract', shapes: [[3], [2, 3]], build: (a, b) => operations.subtract(a, b) },
  {
    name: 'multiply',
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    build: (a, b) => operations.multiply(a, b),
  },
  {
    name: 'divide',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    positive: true,
    build: (a, b) => operations.divide(a, b),
  },
  {
    name: 'maximum',
    shapes: [[2, 3], [3]],
    build: (a, b) => operations.maximum(a, b),
    forwardOnly: true,
  },
  { name: 'squareRoot', shapes: [[5]], positive: true, build: (x) => operations.squareRoot(x) },
  { name: 'sigmoid', shapes: [[5]], build: (x) => operations.sigmoid(x) },
  { name: 'sumOfSquares', shapes: [[2, 3]], build: (x) => operations.sumOfSquares(x) },
  { name: 'sum over some axes', shapes: [[2, 3, 4]], build: (x) => operations.sum(x, [0, 2]) },
  {
    name: 'multiplyMatrices',
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
    build: (a, b) => operations.multiplyMatrices(a, b),
  },
  {
    name: 'linear',
    shapes: [
      [3, 4],
      [5, 4],
    ],
    build: (x, w) => operations.linear(x, w),
  },
  { name: 'reshape', shapes: [[2, 6]], build: (x) => arrange.reshape(x, [3, 4]) },
  { name: 'transpose', shapes: [[2, 3, 4]], build: (x) => arrange.transpose(x, [2, 0, 1]) },
  { name: 'slice', shapes: [[2, 5]], build: (x) => arrange.slice(x, 1, 1, 3) },
  { name: 'pad', shapes: [[2, 2]], build: (x) => arrange.pad(x, 1, 1, 5) },
  {
    name: 'concatenate',
    shapes: [
      [2, 1, 3],
      [2, 2, 3],
    ],
    build: (a, b) => arrange.concatenate([a, b, a], 1),
  },
  { name: 'swapLastAxes', shapes: [[2, 3]], build: (x) => arrange.swapLastAxes(x) },
  { name: 'meanOfLastAxis', shapes: [[2, 3]], build: (x) => operations.meanOfLastAxis(x) },
  {
    name: 'recompute of a product',
    shapes: [[3], [3]],
    build: (a, b) =>
      recompute({ inputs: [a], weights: [b], build: (x) => operations.multiply(x!, b) }),
  },
  {
    name: 'after',
    shapes: [[3], [2]],
    build: (a, b) => operations.add(after(a, [b]), operations.sum(b, [0])),
  },
  { name: 'softmax', shapes: [[2, 4]], build: (x) => transformer.softmax(x) },
  { name: 'silu', shapes: [[6]], build: (x) => transformer.silu(x) },
  { name: 'rmsNorm', shapes: [[3, 4], [4]], build: (x, g) => transformer.rmsNorm(x, g, 1e-5) },
  {
    name: 'gatherRows with repeated ids',
    shapes: [[4, 3]],
    build: (table) => {
      const ids = table.graph.input('ids', 'i32', [5]);
      return transformer.gatherRows(table, ids);
    },
    ids: repeated,
  },
  {
    name: 'crossEntropy',
    shapes: [[5, 4]],
    build: (logits) => {
      const ids = logits.graph.input('ids', 'i32', [5]);
      return transformer.crossEntropy(logits, ids);
    },
    ids: repeated,
  },
  {
    name: 'rotate',
    shapes: [[1, 2, 3, 4]],
    build: (x) => {
      // Both halves of each of the three rows are equal
      const table = (...rows: [number, number][]) =>
        x.graph.constant(
          rows.flatMap((row) => [...row, ...row]),
          [3, 4],
        );
      const cosine = table([1, 0.6], [0.8, 0.28], [0, 1]);
      const sine = table([0, 0.8], [0.6, 0.96], [1, 0]);
      return transformer.rotate(x, { cosine, sine });
    },
  },
  {
    name: 'attend from the last positions only',
    shapes: [
      [1, 2, 2, 2],
      [1, 1, 3, 2],
      [1, 1, 3, 2],
    ],
    build: (q, k, v) => transformer.attend(q, k, v),
  },
  {
    name: 'attendInBlocks',
    shapes: [
      [1, 2, 3, 2],
      [1, 1, 3, 2],
      [1, 1, 3, 2],
    ],
    build: (q, k, v) => attendInBlocks(q, k, v, 2),
  },
  {
    name: 'lossInBlocks',
    shapes: [
      [5, 3],
      [4, 3],
    ],
    build: (hidden, head) => {
      const targets = hidden.graph.input('ids', 'i32', [5]);
      const logits = (rows: Tensor): Tensor => operations.linear(rows, head);
      return lossInBlocks({ hidden, head, targets, logits }, { block: 2, forward: false });
    },
    ids: repeated,
  },
  {
    name: 'attend with shared key heads',
    shapes: [
      [1, 4, 3, 2],
      [1, 2, 3, 2],
      [1, 2, 3, 2],
    ],
    build: (q, k, v) => transformer.attend(q, k, v),
  },
];
