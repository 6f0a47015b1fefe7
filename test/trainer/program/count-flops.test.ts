import { expect } from 'chai';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { countFlops, flopsOfRound } from '@commonweights/trainer/program/count-flops.js';
import { reshape, slice, transpose } from '@commonweights/trainer/program/arrange.js';
import { Graph } from '@commonweights/trainer/program/graph.js';
import {
  add,
  linear,
  multiplyMatrices,
  squareRoot,
  sum,
  sumOfSquares,
} from '@commonweights/trainer/program/operations.js';
import {
  crossEntropy,
  gatherRows,
  rmsNorm,
  rotate,
  silu,
  softmax,
} from '@commonweights/trainer/program/transformer-operations.js';
import { writeOnnx } from '@commonweights/trainer/program/onnx-writer.js';
import { tinyProgram } from '../engines/tiny.js';

describe('counting floating-point operations', () => {
  it('agrees with a count by hand of every kind of operation', () => {
    const graph = new Graph();
    const x = graph.input('x', 'f32', [4, 6]);
    const weight = graph.input('weight', 'f32', [5, 6]);
    const gain = graph.input('gain', 'f32', [5]);
    const ids = graph.input('ids', 'i32', [3]);
    const y = linear(x, weight); // 2 · 6 · 4 × 5 = 240
    const normed = rmsNorm(y, gain, 1e-5); // 20 squares, 20 mean, 4 add, 4 root, 20, 20 = 88
    const smooth = silu(softmax(normed)); // 5 · 20, 20 sigmoid, 20 product = 140
    const loss = crossEntropy(gatherRows(smooth, ids), slice(ids, 0, 0, 3)); // 15 · 5, add 3, log 3, sum 3, 1 = 85
    graph.output('loss', loss);
    const total = add(sum(smooth, [0]), squareRoot(sumOfSquares(x))); // 20, 48, 1, add 5 = 74
    graph.output('total', total);
    const batch = reshape(transpose(x, [1, 0]), [2, 3, 4]);
    const other = graph.input('other', 'f32', [2, 4, 7]);
    graph.output('product', multiplyMatrices(batch, other)); // 2 · 4 · 2 × 3 × 7 = 336
    const count = countFlops(graph.write('by_hand'));
    expect(count.matrixProducts).to.equal(240n + 336n);
    expect(count.others).to.equal(88n + 140n + 85n + 74n);
    expect(count.total).to.equal(count.matrixProducts + count.others);
  });

  it('counts a rotation: two products, a negation of half and a sum', () => {
    const graph = new Graph();
    const x = graph.input('x', 'f32', [1, 2, 3, 4]);
    const cosine = graph.input('cosine', 'f32', [3, 4]);
    const sine = graph.input('sine', 'f32', [3, 4]);
    graph.output('turned', rotate(x, { cosine, sine }));
    expect(countFlops(graph.write('rotation')).others).to.equal(3n * 24n + 12n);
  });

  it('comes near 6·N·D for a model whose weights outweigh its attention', () => {
    const model = {
      family: 'llama',
      vocabSize: 2048,
      hiddenSize: 256,
      intermediateSize: 704,
      layers: 4,
      heads: 4,
      kvHeads: 4,
      contextLength: 64,
      ropeTheta: 10_000,
      rmsNormEps: 1e-5,
      tiedEmbeddings: true,
    } as const;
    const { optimizer } = tinyProgram();
    const program = buildLlamaProgram({ model, optimizer, batchSize: 8 });
    const { matrixProducts, total } = countFlops(program.step);
    const estimate = 6 * program.layout.length * 8 * 64;
    expect(Number(matrixProducts) / estimate).to.be.within(0.97, 1.08);
    expect(Number(total) / estimate).to.be.within(1, 1.15);
    expect(program.flopsPerStep).to.equal(total);
  });

  it('grows with the batch, except for the optimizer', () => {
    const { model, optimizer } = tinyProgram();
    const of = (batchSize: number) =>
      countFlops(buildLlamaProgram({ model, optimizer, batchSize }).step);
    const [once, twice, thrice] = [of(1), of(2), of(3)];
    expect(twice.matrixProducts).to.equal(2n * once.matrixProducts);
    expect(thrice.total - twice.total).to.equal(twice.total - once.total);
    expect(twice.total < 2n * once.total).to.equal(true);
  });

  it('gives a round as many as its steps', () => {
    expect(flopsOfRound({ flopsPerStep: 7n, stepsPerRound: 6 })).to.equal(42n);
  });

  it('refuses an operation that it does not count', () => {
    const value = { name: 'x', type: 'f32', shape: [2] } as const;
    const onnx = writeOnnx({
      name: 'odd',
      nodes: [{ op: 'Erf', inputs: ['x'], outputs: ['y'], attributes: {} }],
      constants: [],
      inputs: [value],
      outputs: [{ ...value, name: 'y' }],
    });
    expect(() => countFlops(onnx)).to.throw(/^BAD_ONNX: Erf: it is not an operation/);
  });

  it('refuses shapes that do not fit, and inputs from nowhere', () => {
    const graphOf = (inputs: string[], shape: number[]) =>
      writeOnnx({
        name: 'odd',
        nodes: [{ op: 'MatMul', inputs, outputs: ['y'], attributes: {} }],
        constants: [],
        inputs: [
          { name: 'a', type: 'f32', shape: [2, 3] },
          { name: 'b', type: 'f32', shape },
        ],
        outputs: [{ name: 'y', type: 'f32', shape: [2, 2] }],
      });
    expect(() => countFlops(graphOf(['a', 'b'], [2, 2]))).to.throw(/^BAD_ONNX: MatMul: shapes/);
    expect(() => countFlops(graphOf(['a', 'c'], [3, 2]))).to.throw(/input c comes from nowhere/);
    expect(() => countFlops(graphOf(['a'], [3, 2]))).to.throw(/it has no input 1/);
  });

  it('refuses a slice along an axis of any number, and too many axes, at once', () => {
    const integers = (name: string, values: number[]) => {
      const data = new Uint8Array(8 * values.length);
      const view = new DataView(data.buffer);
      values.forEach((value, i) => view.setBigInt64(8 * i, BigInt(value), true));
      return { name, type: 'i64', shape: [values.length], data } as const;
    };
    const x = { name: 'x', type: 'f32', shape: [2, 3] } as const;
    const programOf = (op: string, constants: ReturnType<typeof integers>[]) =>
      writeOnnx({
        name: 'odd',
        nodes: [
          {
            op,
            inputs: ['x', ...constants.map(({ name }) => name)],
            outputs: ['y'],
            attributes: {},
          },
        ],
        constants,
        ...{ inputs: [x], outputs: [{ ...x, name: 'y' }] },
      });
    const slice = (from: number, to: number, axis: number) =>
      programOf('Slice', [integers('f', [from]), integers('t', [to]), integers('a', [axis])]);
    expect(() => countFlops(slice(0, 2, 1))).not.to.throw();
    for (const [from, to, axis] of [
      [0, 1, 2],
      [0, 1, 2 ** 31 - 1],
      [0, 1, -1],
      [-1, 1, 0],
      [1, 1, 0],
      [0, 3, 0],
    ] as const) {
      expect(() => countFlops(slice(from, to, axis))).to.throw(/^BAD_ONNX: Slice: .* no part of/);
    }
    const wide = programOf('Expand', [integers('s', [1, 1, 1, 1, 1, 1, 1, 2, 3])]);
    expect(() => countFlops(wide)).to.throw(/^BAD_ONNX: Expand: its result has 9 axes/);
  });

  it('refuses bytes that are no program, wherever they are cut', () => {
    const { step } = tinyProgram();
    const cuts = Array.from({ length: 40 }, (_, i) => Math.floor((i * step.length) / 40));
    for (const cut of [...cuts, step.length - 1]) {
      expect(() => countFlops(step.subarray(0, cut)), `${cut}`).to.throw(/^BAD_ONNX/);
    }
  });
});
