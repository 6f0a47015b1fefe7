import { expect } from 'chai';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { countFlops } from '@commonweights/trainer/program/count-flops.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import type { ProgramPlan } from '@commonweights/trainer/program/program-plan.js';
import type { LlamaConfig } from '@commonweights/trainer/program/training-program.js';
import { tinyBatch, tinyModel, tinyOptimizer } from '../engines/tiny.js';

const batchSize = 4;
const engine = createOrtWasmEngine();

function programUnder(plan: ProgramPlan, change: Partial<LlamaConfig> = {}) {
  const model = { ...tinyModel, ...change };
  return buildLlamaProgram({ model, optimizer: tinyOptimizer, batchSize, plan });
}

/** Losses of evaluation and step, and the first moments: after one step, the clipped gradients. */
async function stepUnder(plan: ProgramPlan, change: Partial<LlamaConfig> = {}) {
  const program = programUnder(plan, change);
  const session = await engine.compile(program);
  const zeros = new Float32Array(program.layout.length);
  const params = initialParams(program, 5);
  await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
  const tokens = tinyBatch(program, 0);
  const evaluated = (await session.evaluate(tokens)).loss;
  const { loss } = await session.step({ tokens, learningRate: 0.01 });
  const { firstMoment } = await session.export();
  await session.dispose();
  return { evaluated, loss, gradient: firstMoment };
}

function distance(a: Float32Array, b: Float32Array): number {
  let [apart, size] = [0, 0];
  b.forEach((x, i) => {
    apart += (a[i]! - x) ** 2;
    size += x * x;
  });
  return Math.sqrt(apart / size);
}

describe('a plan', () => {
  for (const tiedEmbeddings of [false, true]) {
    const change = { tiedEmbeddings };
    let whole: Awaited<ReturnType<typeof stepUnder>>;
    before(async () => (whole = await stepUnder({}, change)));
    const head = tiedEmbeddings ? 'tied' : 'separate';
    it(`that recomputes layers changes no bit of loss and gradients, ${head} head`, async () => {
      expect(await stepUnder({ recomputeLayers: true }, change)).to.deep.equal(whole);
    });

    // Sums of up to 48 float32 in another order: a few times 2^-24 of relative error
    const plans: [string, ProgramPlan][] = [
      ['accumulates over two parts', { microBatches: 2 }],
      ['accumulates over single sequences', { microBatches: 4 }],
      ['attends in blocks', { attentionBlock: 3 }],
      ['computes logits in blocks', { logitsBlock: 7 }],
      [
        'does all of it',
        { microBatches: 2, recomputeLayers: true, attentionBlock: 2, logitsBlock: 5 },
      ],
    ];
    for (const [what, plan] of plans) {
      it(`that ${what} gives the same gradients up to rounding, ${head} head`, async () => {
        const other = await stepUnder(plan, change);
        expect(other.loss).to.be.closeTo(whole.loss, 1e-6);
        expect(other.evaluated).to.be.closeTo(whole.loss, 1e-6);
        expect(distance(other.gradient, whole.gradient)).to.be.below(2e-6);
      });
    }
  }

  it('with blocks as large as the whole is the graph without them', () => {
    const blocks = { attentionBlock: 8, logitsBlock: 1000, microBatches: 1 };
    expect(programUnder(blocks).stepDigest).to.equal(programUnder({}).stepDigest);
  });

  it('that recomputes layers costs their forward pass but its last product, and holds less', () => {
    const change = { layers: 6, contextLength: 64 };
    const of = (plan: ProgramPlan) => countFlops(programUnder(plan, change).step);
    const [whole, again] = [of({}), of({ recomputeLayers: true })];
    const forward = countFlops(programUnder({}, change).evaluate).matrixProducts;
    const rows = batchSize * 64;
    // The head is no layer, and a layer's last product is only added to what comes out
    const [head, last] = [BigInt(2 * 64 * 16 * rows), BigInt(6 * 2 * 24 * 16 * rows)];
    expect(again.matrixProducts - whole.matrixProducts).to.equal(forward - head - last);
    expect(again.peakBytes).to.be.below(0.5 * whole.peakBytes);
  });

  it('that accumulates costs no more products, and holds one part at a time', () => {
    const change = { contextLength: 64 };
    const of = (plan: ProgramPlan) => countFlops(programUnder(plan, change).step);
    const [whole, parts] = [of({}), of({ microBatches: 4 })];
    expect(parts.matrixProducts).to.equal(whole.matrixProducts);
    expect(parts.peakBytes).to.be.below(0.4 * whole.peakBytes);
  });

  it('with blocks holds memory that grows linearly with the context', () => {
    const peak = (contextLength: number, plan: ProgramPlan) =>
      countFlops(programUnder(plan, { contextLength, layers: 1 }).step).peakBytes;
    const plan = { attentionBlock: 32, logitsBlock: 64 };
    expect(peak(512, plan) / peak(256, plan)).to.be.below(2.05);
    expect(peak(512, {}) / peak(256, {})).to.be.above(3);
    expect(peak(512, plan)).to.be.below(0.15 * peak(512, {}));
  });

  const refusals: [string, ProgramPlan][] = [
    ['parts that do not divide the batch', { microBatches: 3 }],
    ['a block of nothing', { attentionBlock: 0 }],
    ['half a row', { logitsBlock: 0.5 }],
    ['a choice that is neither true nor false', { recomputeLayers: 1 as unknown as boolean }],
    ['a choice that is none', { recompute: true } as ProgramPlan],
  ];
  for (const [what, plan] of refusals) {
    it(`is refused with ${what}`, () => {
      expect(() => programUnder(plan)).to.throw(/^BAD_PLAN: /);
    });
  }
});
