import { expect } from 'chai';
import { decodeOuterRecipe } from '@commonweights/trainer/exchange/recipe.js';

const sparse = { kind: 'sparseloco', k: 64, chunk: 4096, feedbackDecay: 0.95, learningRate: 1 };
const diloco = { kind: 'diloco', codec: 'int8', learningRate: 0.7, momentum: 0.9 };

describe('the outer recipe', () => {
  it('is decoded as it was written', () => {
    expect(decodeOuterRecipe({ ...sparse })).to.deep.equal(sparse);
    expect(decodeOuterRecipe({ ...diloco })).to.deep.equal(diloco);
    for (const aggregation of [
      { kind: 'clipped-mean' },
      { kind: 'trimmed-mean', trimBps: 1_000 },
      { kind: 'centred-clipping', iterations: 3 },
    ]) {
      const recipe = { ...diloco, aggregation };
      expect(decodeOuterRecipe(recipe)).to.deep.equal(recipe);
    }
  });

  for (const [why, value] of Object.entries({
    'no object': null,
    'an unknown kind': { ...sparse, kind: 'magic' },
    'more kept than there are': { ...sparse, k: 4097 },
    'none kept': { ...sparse, k: 0 },
    'a huge chunk': { ...sparse, chunk: 65_537 },
    'a fraction of an element': { ...sparse, k: 1.5 },
    'feedback that grows': { ...sparse, feedbackDecay: 1.01 },
    'NaN for a rate': { ...sparse, learningRate: NaN },
    'text for a rate': { ...sparse, learningRate: '1' },
    'a rate of zero': { ...diloco, learningRate: 0 },
    'an unknown codec': { ...diloco, codec: 'fp16' },
    'momentum that never forgets': { ...diloco, momentum: 1 },
    'an unknown field': { ...diloco, nesterov: true },
    'an unknown aggregation': { ...diloco, aggregation: { kind: 'krum' } },
    'an aggregation that is none': { ...diloco, aggregation: null },
    'an unknown field of it': { ...diloco, aggregation: { kind: 'clipped-mean', share: 1 } },
    'a share that trims all': { ...diloco, aggregation: { kind: 'trimmed-mean', trimBps: 5_000 } },
    'no steps': { ...diloco, aggregation: { kind: 'centred-clipping', iterations: 0 } },
    'trimming of sparse updates': {
      ...sparse,
      aggregation: { kind: 'trimmed-mean', trimBps: 1_000 },
    },
  })) {
    it(`is refused for ${why}`, () => {
      expect(() => decodeOuterRecipe(value)).to.throw('BAD_RECIPE');
    });
  }
});
