import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { runOnHost } from '@commonweights/trainer/engines/conformance/finite-differences.js';
import type { HostTensor } from '@commonweights/trainer/engines/graph-runtime.js';
import { buildKernels } from '@commonweights/trainer/engines/simd/build-kernels.js';
import { kernelsBinary } from '@commonweights/trainer/engines/simd/kernels.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { writeOnnx } from '@commonweights/trainer/program/onnx-writer.js';
import * as arrange from '@commonweights/trainer/program/arrange.js';
import { Graph, type Tensor } from '@commonweights/trainer/program/graph.js';
import * as operations from '@commonweights/trainer/program/operations.js';
import { crossEntropy, softmax } from '@commonweights/trainer/program/transformer-operations.js';
import * as defined from './exact-arithmetic.js';
import { digestAfterStep, pinnedDigests } from './medium-step.js';
import { rootAfterRounds } from './whole-round.js';

const engine = createSimdWasmEngine();
const f = Math.fround;

describe('the engine simd-wasm', () => {
  it('multiplies matrices in the order of additions that is written down', async () => {
    const size = fc.integer({ min: 1, max: 21 });
    const depth = fc.oneof(size, fc.constantFrom(256, 257, 515));
    await fc.assert(
      fc.asyncProperty(size, size, depth, fc.integer(), async (m, n, k, seed) => {
        const [x, w] = [numbers(m * k, seed), numbers(n * k, seed + 1)];
        const found = await run(
          [
            [m, k],
            [n, k],
          ],
          [x, w],
          (a, b) => operations.linear(a!, b!),
        );
        const b = (at: number, j: number): number => w[j * k + at]!;
        expect(found).to.deep.equal(defined.product({ m, n, k, a: (i, at) => x[i * k + at]!, b }));
      }),
      { endOnFailure: true, numRuns: 30 },
    );
  });

  it('gives the same bits whichever way the factors lie', async () => {
    const [m, n, k, count] = [13, 18, 300, 3];
    const [x, w] = [numbers(count * m * k, 3), numbers(count * k * n, 4)];
    const turned = (data: Float32Array, rows: number, columns: number): Float32Array =>
      data.map((_, at) => {
        const [one, rest] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
        const [j, i] = [Math.floor(rest / rows), rest % rows];
        return data[one * rows * columns + i * columns + j]!;
      });
    const plain = await run(
      [
        [count, m, k],
        [count, k, n],
      ],
      [x, w],
      (a, b) => operations.multiplyMatrices(a!, b!),
    );
    const other = await run(
      [
        [count, k, m],
        [count, n, k],
      ],
      [turned(x, m, k), turned(w, k, n)],
      (a, b) => operations.multiplyMatrices(arrange.swapLastAxes(a!), arrange.swapLastAxes(b!)),
    );
    expect(other).to.deep.equal(plain);
  });

  it('sums, exponentiates and takes logarithms as it is written down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.integer(), async (n, seed) => {
        const rows = 5;
        const x = numbers(rows * n, seed).map((value) => f(40 * value));
        const row = (at: number): Float32Array => x.subarray(at * n, (at + 1) * n);
        const of = (build: (x: Tensor) => Tensor) => run([[rows, n]], [x], (a) => build(a!));
        const each = [0, 1, 2, 3, 4];
        expect(await of((a) => operations.sum(a, [1]))).to.deep.equal(
          Float32Array.from(each, (at) => defined.sumOfRow(row(at))),
        );
        expect(await of(operations.meanOfLastAxis)).to.deep.equal(
          Float32Array.from(each, (at) => defined.sumOfRow(row(at)) / n),
        );
        expect(await of(operations.sumOfSquares)).to.deep.equal(
          Float32Array.of(defined.sumOfRow(Array.from(x, (value) => value * value))),
        );
        const column = (at: number) => Array.from(each, (i) => x[i * n + at]!);
        const downwards = n === 1 ? defined.sumOfRow : defined.sumOfColumn;
        expect(await of((a) => operations.sum(a, [0]))).to.deep.equal(
          Float32Array.from({ length: n }, (_, at) => downwards(column(at))),
        );
        expect(await of(softmax)).to.deep.equal(
          Float32Array.from(each.flatMap((at) => [...defined.softmax(row(at))])),
        );
        expect(await of(operations.sigmoid)).to.deep.equal(x.map(defined.sigmoid));
      }),
      { endOnFailure: true, numRuns: 40 },
    );
  });

  it('takes the logarithm of every size of number', async () => {
    const x = Float32Array.of(1, 2, 0.5, 3e38, 1e-45, 1.17e-38, 0.7, 1.4142135, 0, -1, Infinity, 7);
    const onnx = writeOnnx({
      name: 'logarithms',
      nodes: [{ op: 'Log', inputs: ['x'], outputs: ['y'], attributes: {} }],
      constants: [],
      inputs: [{ name: 'x', type: 'f32', shape: [x.length] }],
      outputs: [{ name: 'y', type: 'f32', shape: [x.length] }],
    });
    const { y } = await runProgram(onnx, { x: { type: 'f32', data: x, shape: [x.length] } });
    expect(y).to.deep.equal(x.map(defined.logarithm));
    y!.forEach((value, i) => {
      if (Number.isFinite(value)) expect(value).to.be.closeTo(Math.log(x[i]!), 1e-5);
    });
  });

  it('is within two units of the last place of the exponential function', async () => {
    const x = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 23);
    const powers = x.map(defined.exponential);
    powers.forEach((power, i) => {
      if (x[i]! < -87.3) expect(power).to.equal(0);
      else expect(power / Math.exp(x[i]!)).to.be.closeTo(1, 2.4e-7);
    });
  });

  it('computes runs of element-wise operations in tiles as it does one by one', async () => {
    const count = 5003;
    const [x, z] = [numbers(count, 8), numbers(count, 9)];
    const scale = Float32Array.of(0.37);
    const found = await run([[count], [count], []], [x, z, scale], (a, b, s) => {
      const once = operations.multiply(operations.add(a!, b!), s!);
      const twice = operations.divide(once, operations.add(operations.multiply(once, once), s!));
      return operations.subtract(operations.sigmoid(twice), operations.multiply(twice, once));
    });
    const s = scale[0]!;
    expect(found).to.deep.equal(
      x.map((value, i) => {
        const once = f(f(value + z[i]!) * s);
        const twice = f(once / f(f(once * once) + s));
        return f(defined.sigmoid(twice) - f(twice * once));
      }),
    );
  });

  it('moves elements to where they belong', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer(), async (shape, seed) => {
        const count = shape.reduce((a, b) => a * b);
        const x = Float32Array.from({ length: count }, (_, i) => i);
        const order = [
          [0, 1, 2],
          [0, 2, 1],
          [1, 0, 2],
          [1, 2, 0],
          [2, 0, 1],
          [2, 1, 0],
        ].at(seed % 6)!;
        const axis = Math.abs(seed) % 3;
        const from = Math.abs(seed >> 4) % shape[axis]!;
        const length = shape[axis]! - from;
        const found = await run([shape], [x], (a) => {
          const cut = arrange.pad(arrange.slice(a!, axis, from, length), axis, 2, length + 3);
          return arrange.transpose(arrange.concatenate([cut, a!], axis), order);
        });
        const joined = shape.with(axis, length + 3 + shape[axis]!);
        const at = (place: number[]): number => {
          const along = place[axis]!;
          let source = along - (length + 3);
          if (along < length + 3) {
            source = along - 2 + from;
            if (along < 2 || along >= 2 + length) return 0;
          }
          return place.with(axis, source).reduce((sum, one, i) => sum * shape[i]! + one, 0);
        };
        const result = order.map((one) => joined[one]!);
        const expected = Float32Array.from({ length: found.length }, (_, i) => {
          const place = [0, 0, 0];
          let rest = i;
          for (let one = 2; one >= 0; one--) {
            place[order[one]!] = rest % result[one]!;
            rest = Math.floor(rest / result[one]!);
          }
          return at(place);
        });
        expect(found).to.deep.equal(expected);
      }),
      { endOnFailure: true, numRuns: 100 },
    );
  });

  it('repeats either operand along any axis', async () => {
    const found = await run(
      [
        [2, 1, 3],
        [4, 1],
      ],
      [numbers(6, 1), numbers(4, 2)],
      (a, b) => operations.subtract(a!, b!),
    );
    const [a, b] = [numbers(6, 1), numbers(4, 2)];
    const place = Array.from({ length: 24 }, (_, i) =>
      f(a[3 * Math.floor(i / 12) + (i % 3)]! - b[Math.floor(i / 3) % 4]!),
    );
    expect(found).to.deep.equal(Float32Array.from(place));
  });

  it('refuses what a node says about its inputs where it is not so', async () => {
    const runtime = await engine.runtime();
    const refusal = async (op: string, shape: number[], integers: number[][], result: number[]) => {
      const constants = integers.map((values, i) => {
        const data = new Uint8Array(8 * values.length);
        values.forEach((value, at) =>
          new DataView(data.buffer).setBigInt64(8 * at, BigInt(value), true),
        );
        return { name: `c${i}`, type: 'i64' as const, shape: [values.length], data };
      });
      const onnx = writeOnnx({
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
        inputs: [{ name: 'x', type: 'f32', shape }],
        outputs: [{ name: 'y', type: 'f32', shape: result }],
      });
      return runtime.open(onnx).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
    };
    expect(await refusal('Slice', [4], [[2], [7], [0]], [5])).to.match(/^BAD_ONNX: Slice: 2 to 7/);
    expect(await refusal('Slice', [4], [[-2], [2], [0]], [4])).to.match(/^BAD_ONNX: Slice: -2/);
    expect(await refusal('Reshape', [4], [[5]], [5])).to.match(/^BAD_ONNX: Reshape/);
    expect(await refusal('Expand', [4], [[3]], [3])).to.match(/^BAD_ONNX: Expand/);
  });

  it('refuses an id outside its table, keeps its memory, and goes on', async () => {
    const graph = new Graph();
    const logits = graph.input('x0', 'f32', [2, 3]);
    const ids = graph.input('ids', 'i32', [2]);
    graph.output('loss', crossEntropy(logits, ids));
    const onnx = graph.write('ids');
    const feeds = (id: number): Record<string, HostTensor> => ({
      x0: { type: 'f32', data: numbers(6, 5), shape: [2, 3] },
      ids: { type: 'i32', data: Int32Array.of(1, id), shape: [2] },
    });
    const before = await runProgram(onnx, feeds(2));
    for (const id of [3, -1, 2 ** 30, -(2 ** 31)]) {
      const said = await runProgram(onnx, feeds(id)).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
      expect(said).to.match(/^BAD_PROGRAM_ID: GatherElements/);
    }
    expect(await runProgram(onnx, feeds(2))).to.deep.equal(before);
  });

  it('reads what it is to write over where it is needed twice', async () => {
    const shape = [1, 3];
    const onnx = writeOnnx({
      name: 'aliased',
      constants: [],
      inputs: [
        { name: 'x', type: 'f32', shape },
        { name: 'ids', type: 'i32', shape },
      ],
      outputs: [{ name: 'y', type: 'f32', shape }],
      nodes: [
        { op: 'Neg', inputs: ['x'], outputs: ['n'], attributes: {} },
        {
          ...{ op: 'ScatterElements', inputs: ['n', 'ids', 'n'], outputs: ['y'] },
          attributes: { axis: 1, reduction: 'add' },
        },
      ],
    });
    const feeds: Record<string, HostTensor> = {
      x: { type: 'f32', data: Float32Array.of(1, 2, 3), shape },
      ids: { type: 'i32', data: Int32Array.of(1, 2, 0), shape },
    };
    expect([...(await runProgram(onnx, feeds))['y']!]).to.deep.equal([-4, -3, -5]);
  });

  it('runs the binary that its sources compile to', async () => {
    const built = await buildKernels();
    expect(digestOf(built)).to.equal(digestOf(kernelsBinary()));
    expect((await engine.fingerprint()).binary).to.equal(digestOf(built));
  }).timeout(300_000);

  it('ends a step in the state that every machine, browser and version of Node ends it in', async () => {
    expect(await digestAfterStep(createSimdWasmEngine())).to.equal(pinnedDigests['simd-wasm'].step);
  });

  it('ends whole rounds, codec and aggregation included, in one root wherever they are played', async () => {
    expect(await rootAfterRounds(engine)).to.equal(pinnedDigests['simd-wasm'].rounds);
  });
});

async function run(
  shapes: readonly (readonly number[])[],
  data: readonly Float32Array[],
  build: (...inputs: Tensor[]) => Tensor,
): Promise<Float32Array> {
  const graph = new Graph();
  graph.output('y', build(...shapes.map((shape, i) => graph.input(`x${i}`, 'f32', shape))));
  const feeds = shapes.map((shape, i): [string, HostTensor] => [
    `x${i}`,
    { type: 'f32', data: data[i]!, shape },
  ]);
  return (await runProgram(graph.write('case'), Object.fromEntries(feeds)))['y']!;
}

async function runProgram(onnx: Uint8Array, feeds: Readonly<Record<string, HostTensor>>) {
  const runtime = await engine.runtime();
  const opened = await runtime.open(onnx);
  try {
    return await runOnHost(runtime, opened, feeds);
  } finally {
    await opened.release();
  }
}

/** From −1 to 1, without a pattern. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed | 0 || 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}
