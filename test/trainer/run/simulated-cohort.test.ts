import { expect } from 'chai';
import { PackedSequences } from '@commonweights/trainer/data/packed-sequences.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import {
  trainTogether,
  type Cohort,
  type CohortPlan,
} from '@commonweights/trainer/run/simulated-cohort.js';
import { tinyRun, tokensOf } from '../../support/tiny-run.js';

const engine = createOrtWasmEngine({ threads: 1 });
const dense: OuterRecipe = { kind: 'diloco', codec: 'fp32', learningRate: 1, momentum: 0.5 };

describe('a simulated cohort', () => {
  let cohort: Cohort;
  before(async () => {
    const { spec, initial, train } = await tinyRun(engine);
    const heldOut = new PackedSequences(tokensOf(401), spec.model.contextLength);
    const it = { engine, spec, initial: initial.params, train, heldOut };
    cohort = { ...it, evaluatedSequences: 16 };
  });
  const play = (plan: Partial<CohortPlan> = {}, outer: OuterRecipe = cohort.spec.outer) =>
    trainTogether(
      { ...cohort, spec: { ...cohort.spec, outer } },
      { rounds: 3, seatsOf: () => [0, 1], evaluatesEachRound: true, ...plan },
    );
  const lossesOf = async (plan: Partial<CohortPlan> = {}, outer?: OuterRecipe) =>
    (await play(plan, outer)).rounds.map(({ heldOutLoss }) => heldOutLoss);

  it('comes to the same losses, to the last bit, without traces', async () => {
    const traced = await play();
    const untraced = await play({ skipsTrace: true });
    expect(untraced.rounds.map((it) => it.heldOutLoss)).to.deep.equal(
      traced.rounds.map((it) => it.heldOutLoss),
    );
    expect(untraced.rounds[0]!.updateBytes).to.equal(traced.rounds[0]!.updateBytes);
    expect(untraced.rounds[0]!.snapshotBytes).to.equal(0);
  });

  for (const overlap of ['late', 'own'] as const) {
    it(`applies a round's updates one round later where it overlaps (${overlap})`, async () => {
      const [initial] = await lossesOf({ rounds: 1, overlap });
      const all = await lossesOf({ overlap });
      const none = (await play({ rounds: 0 })).heldOutLoss;
      // After the first of three rounds its updates are still on their way.
      expect(all[0]).to.equal(none);
      // Of a single round they arrive at its end.
      expect(initial).to.equal((await lossesOf({ rounds: 1 }))[0]);
      // The first round is trained the same, so what arrives in the second is the same too.
      expect(all[1]).to.equal((await lossesOf())[0]);
      expect(all[2]).to.be.below(none);
    });
  }

  it('starts the next round further on from its own update than without any', async () => {
    const late = await lossesOf({ overlap: 'late' }, dense);
    const own = await lossesOf({ overlap: 'own' }, dense);
    expect(own[1]).to.equal(late[1]);
    expect(own[2]).to.not.equal(late[2]);
  });
});
