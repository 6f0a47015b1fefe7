import { expect } from 'chai';
import * as arrange from '@commonweights/trainer/program/arrange.js';
import { attendInBlocks, lossInBlocks } from '@commonweights/trainer/program/blocks.js';
import { differentiate } from '@commonweights/trainer/program/gradient.js';
import { countElements, Graph, type Tensor } from '@commonweights/trainer/program/graph.js';
import * as operations from '@commonweights/trainer/program/operations.js';
import { after, recompute } from '@commonweights/trainer/program/recompute.js';
import * as transformer from '@commonweights/trainer/program/transformer-operations.js';
import { openGraph, type Feeds } from './run-graph.js';

interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  build(...inputs: Tensor[]): Tensor;
  /** Keeps inputs where the operation is smooth. */
  readonly positive?: boolean;
}

const cases: Case[] = [
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
  },
  {
    name: 'crossEntropy',
    shapes: [[5, 4]],
    build: (logits) => {
      const ids = logits.graph.input('ids', 'i32', [5]);
      return transformer.crossEntropy(logits, ids);
    },
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

describe('differentiate', () => {
  for (const one of cases) {
    it(`agrees with finite differences: ${one.name}`, () => compareWithDifferences(one));
  }

  it('adds up what flows back over several paths', async () => {
    await compareWithDifferences({
      name: 'x · x + x',
      shapes: [[3]],
      build: (x) => operations.add(operations.multiply(x, x), x),
    });
  });

  it('refuses a way to a target through an operation without a rule', () => {
    const graph = new Graph();
    const x = graph.input('x', 'f32', [2]);
    const larger = operations.maximum(x, graph.scalar(0));
    const loss = operations.sum(operations.add(x, larger), [0]);
    expect(() => differentiate(loss, [x])).to.throw(/^NO_GRADIENT_RULE: Max, .* from x \[2\]/);
  });

  it('refuses a loss that is not a scalar', () => {
    const x = new Graph().input('x', 'f32', [2]);
    expect(() => differentiate(x, [x])).to.throw('NOT_A_SCALAR');
  });

  it('refuses a target on which the loss does not depend', () => {
    const graph = new Graph();
    const x = graph.input('x', 'f32', [2]);
    const other = graph.input('other', 'f32', [2]);
    expect(() => differentiate(operations.sumOfSquares(x), [other])).to.throw(/NO_GRADIENT.*other/);
  });
});

async function compareWithDifferences(one: Case): Promise<void> {
  const graph = new Graph();
  const inputs = one.shapes.map((shape, i) => graph.input(`x${i}`, 'f32', shape));
  const result = one.build(...inputs);
  // A weighted sum, so that every element of the result has another gradient
  const weights = graph.constant(numbers(countElements(result.shape), 7), result.shape);
  const weighted = operations.multiply(result, weights);
  const axes = result.shape.map((_, axis) => axis);
  const loss = axes.length === 0 ? weighted : operations.sum(weighted, axes);
  graph.output('loss', loss);
  differentiate(loss, inputs).forEach((gradient, i) => {
    // Through a multiplication: a gradient may be a constant or an input itself
    graph.output(`g${i}`, operations.multiply(gradient, graph.scalar(1)));
  });
  const run = await openGraph(graph);
  const feeds: Feeds = { ...idsFor(one) };
  one.shapes.forEach((shape, i) => {
    const data = Float32Array.from(numbers(countElements(shape), i), (x) =>
      one.positive ? 1 + Math.abs(x) : x,
    );
    feeds[`x${i}`] = { data, shape };
  });
  const exact = await run(feeds);
  for (const [i, shape] of one.shapes.entries()) {
    const data = feeds[`x${i}`]!.data as Float32Array;
    for (let at = 0; at < countElements(shape); at++) {
      const before = data[at]!;
      const lossAt = async (value: number): Promise<number> => {
        data[at] = value;
        return (await run(feeds))['loss']![0]!;
      };
      const step = 1 / 128;
      const difference = (await lossAt(before + step)) - (await lossAt(before - step));
      data[at] = before;
      expect(exact[`g${i}`]![at], `x${i}[${at}]`).to.be.closeTo(difference / (2 * step), 2e-3);
    }
  }
}

function idsFor(one: Case): Feeds {
  const needsIds = /^(gatherRows|crossEntropy|lossInBlocks)/.test(one.name);
  return needsIds ? { ids: { data: Int32Array.of(3, 0, 3, 1, 3), shape: [5] } } : {};
}

/** Numbers of about ±1 without a pattern. */
function numbers(count: number, salt: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(1 + 12.9898 * i + 78.233 * salt));
}
