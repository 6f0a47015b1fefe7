import { expect } from 'chai';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { countFlops } from '@commonweights/trainer/program/count-flops.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import type { AdamWConfig, LlamaConfig } from '@commonweights/trainer/program/training-program.js';
import { tinyModel, tinyOptimizer, tinyProgram } from '../engines/tiny.js';
import { referenceLoss, referenceStep, type ReferenceState } from './reference-llama.js';

const small: LlamaConfig = {
  ...tinyModel,
  vocabSize: 7,
  hiddenSize: 4,
  intermediateSize: 5,
  heads: 2,
  kvHeads: 1,
  contextLength: 5,
};
// A large epsilon: else the first step is the sign of each gradient, and rounding decides signs.
const gentle: AdamWConfig = { ...tinyOptimizer, epsilon: 1e-3, clipNorm: 0.5 };
const rows = [
  [1, 4, 2, 6, 5, 0],
  [3, 1, 4, 1, 5, 2],
];

describe('a Llama training step', () => {
  for (const tiedEmbeddings of [true, false]) {
    const head = tiedEmbeddings ? 'tied' : 'separate';
    it(`agrees with an independent implementation over two steps, ${head} head`, async () => {
      const model = { ...small, tiedEmbeddings };
      const optimizer = tiedEmbeddings ? gentle : { ...gentle, embeddingRate: 3 };
      const program = buildLlamaProgram({ model, optimizer, batchSize: 2 });
      const { layout } = program;
      const params = initialParams(program, 3);
      const zeros = new Float32Array(layout.length);
      const session = await createOrtWasmEngine().compile(program);
      await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
      const state: ReferenceState = {
        params: Float64Array.from(params),
        first: new Float64Array(layout.length),
        second: new Float64Array(layout.length),
        steps: 0,
      };
      const tokens = Int32Array.from(rows.flat());
      for (const learningRate of [0.02, 0.01]) {
        const expected = referenceLoss(model, layout, state.params, rows);
        expect((await session.step({ tokens, learningRate })).loss).to.be.closeTo(expected, 2e-5);
        referenceStep(model, optimizer, layout, state, { rows, learningRate });
      }
      const reached = await session.export();
      for (const slot of layout.slots) {
        const at = (values: ArrayLike<number>) =>
          Array.from({ length: slot.length }, (_, i) => values[slot.offset + i]!);
        const start = at(params);
        const moved = at(reached.params).map((value, i) => value - start[i]!);
        const expected = at(state.params).map((value, i) => value - start[i]!);
        expect(distance(moved, expected), slot.name).to.be.below(1e-3);
        expect(distance(at(reached.secondMoment), at(state.second)), slot.name).to.be.below(1e-3);
      }
      await session.dispose();
    });
  }
});

describe('a program', () => {
  it('is the same bytes whenever it is built', () => {
    expect(tinyProgram().stepDigest).to.equal(tinyProgram().stepDigest);
  });

  it('is the same bytes on every machine and in every version until a decision changes them', () => {
    expect(tinyProgram().stepDigest).to.equal(
      'sha256:c01d51b5dc7c85f1bff5e5eebed3c545236b11459438fa94e6ae3a1cdd57c7a3',
    );
  });

  it('changes with the model, the optimizer and the batch', () => {
    const digests = [
      tinyProgram(),
      tinyProgram({ tiedEmbeddings: true }),
      tinyProgram({ ropeTheta: 9999 }),
      buildLlamaProgram({ model: tinyModel, optimizer: tinyOptimizer, batchSize: 4 }),
      buildLlamaProgram({
        model: tinyModel,
        optimizer: { ...tinyOptimizer, beta2: 0.96 },
        batchSize: 3,
      }),
    ].map((program) => program.stepDigest);
    expect(new Set(digests).size).to.equal(digests.length);
  });

  it('lays out weights without gaps under the names that transformers loads', () => {
    const { layout } = tinyProgram();
    let offset = 0;
    for (const slot of layout.slots) {
      expect(slot.offset).to.equal(offset);
      offset += slot.length;
    }
    expect(offset).to.equal(layout.length);
    const shapes = Object.fromEntries(layout.slots.map(({ name, shape }) => [name, shape]));
    expect(shapes['model.embed_tokens.weight']).to.deep.equal([64, 16]);
    expect(shapes['model.layers.1.self_attn.k_proj.weight']).to.deep.equal([8, 16]);
    expect(shapes['model.layers.0.mlp.down_proj.weight']).to.deep.equal([16, 24]);
    expect(shapes['lm_head.weight']).to.deep.equal([64, 16]);
    expect(layout.slots).to.have.length(2 * 9 + 3);
  });

  it('costs three times the matrix products of its forward pass', () => {
    const { matrixProducts } = countFlops(tinyProgram().step);
    const tokens = 3 * 8;
    // Per layer: q and o 16×16, k and v 8×16, three of 16×24, scores and mix 2 × 8 positions × 16
    const perToken = 2 * (2 * (2 * 256 + 2 * 128 + 3 * 384 + 2 * 8 * 16) + 64 * 16);
    // Backward costs two products for each forward one
    expect(matrixProducts).to.equal(BigInt(3 * tokens * perToken));
  });

  const refusals: [string, Partial<LlamaConfig>, RegExp][] = [
    ['a width that heads do not divide', { hiddenSize: 18 }, /^BAD_MODEL: hiddenSize 18/],
    ['key heads that do not divide heads', { kvHeads: 3 }, /^BAD_MODEL: kvHeads 3/],
    ['a fraction of a layer', { layers: 1.5 }, /^BAD_MODEL: layers 1.5/],
    ['no vocabulary', { vocabSize: 0 }, /^BAD_MODEL: vocabSize 0/],
    ['a huge context', { contextLength: 1e6 }, /^BAD_MODEL: contextLength/],
    ['NaN for theta', { ropeTheta: NaN }, /^BAD_MODEL: ropeTheta NaN/],
    ['no epsilon', { rmsNormEps: 0 }, /^BAD_MODEL: rmsNormEps 0/],
    ['another family', { family: 'gpt' as 'llama' }, /^BAD_MODEL: family "gpt"/],
    [
      'a scaling that makes positions turn faster',
      { ropeScaling: { kind: 'linear', factor: 0.5 } },
      /^BAD_MODEL: ropeScaling: factor 0.5/,
    ],
    [
      'a scaling of another kind',
      { ropeScaling: { kind: 'yarn', factor: 2 } as never },
      /^BAD_MODEL: ropeScaling: kind yarn/,
    ],
    [
      'a scaling without a range',
      {
        ropeScaling: {
          ...{ kind: 'llama3', factor: 2, lowFrequencyFactor: 4, highFrequencyFactor: 4 },
          originalContextLength: 64,
        },
      },
      /^BAD_MODEL: ropeScaling: factors 4 and 4/,
    ],
    [
      'a scaling from no context',
      {
        ropeScaling: {
          ...{ kind: 'llama3', factor: 2, lowFrequencyFactor: 1, highFrequencyFactor: 4 },
          originalContextLength: 0,
        },
      },
      /^BAD_MODEL: ropeScaling: originalContextLength 0/,
    ],
    [
      'more parameters than fit',
      { vocabSize: 262_144, hiddenSize: 1024 },
      /^MODEL_TOO_LARGE: \d+ parameters/,
    ],
  ];
  for (const [what, change, message] of refusals) {
    it(`is refused for ${what}`, () => {
      expect(() => tinyProgram(change)).to.throw(message);
    });
  }

  it('is refused for impossible optimizer constants', () => {
    for (const change of [
      { beta1: 1 },
      { epsilon: 0 },
      { clipNorm: NaN },
      { weightDecay: -1 },
      { embeddingRate: 0 },
    ]) {
      const optimizer = { ...tinyOptimizer, ...change };
      expect(() => buildLlamaProgram({ model: tinyModel, optimizer, batchSize: 1 })).to.throw(
        /^BAD_OPTIMIZER/,
      );
    }
  });
});

/** Relative L2 distance. */
function distance(a: readonly number[], b: readonly number[]): number {
  const norm = Math.sqrt(b.reduce((sum, x) => sum + x * x, 0));
  return Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0)) / (norm || 1);
}
