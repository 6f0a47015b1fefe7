import { expect } from 'chai';
import {
  checkPrice,
  pricePerTeraFlopYocto,
} from '@commonweights/dao-contracts/rules/price-per-flop.js';
import { draftOf, packing, policy } from '@commonweights/cli/main-job/recipe.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { flopsOfRound } from '@commonweights/trainer/program/count-flops.js';
import { checkDraftEconomics } from '@commonweights/trainer/run/draft-economics.js';

describe('the main job’s run', () => {
  const draft = draftOf(1);
  const { optimizer, batchSize, stepsPerRound } = draft.inner;
  const program = buildLlamaProgram({
    model: { ...draft.model, vocabSize: packing.vocab },
    optimizer,
    batchSize,
  });
  const flops = flopsOfRound({ flopsPerStep: program.flopsPerStep, stepsPerRound });

  it('pays no more for computing than its policy allows', () => {
    const { economics } = draft;
    checkPrice({ ...economics, flopsPerRound: `${flops}` }, policy);
    const price = pricePerTeraFlopYocto(BigInt(economics.rewardYocto), flops);
    expect(price / 10n ** 24n).to.equal(110n);
  });

  it('leaves nothing to gain for a cheat', () => {
    expect(() => checkDraftEconomics(draft)).to.not.throw();
  });
});
