/**
 * A free-rider that produces a quarter of the chain's blocks and leaves one empty when the seed in
 * it would draw an audit of its claim, so that the draw falls to the next block. It cannot choose a
 * seed, only refuse one at a time, and only in its own blocks.
 */
import type { RunDraft } from '@commonweights/dao-contracts/rules/run-draft.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { auditedShare, shirkersProfit } from '../expectations.js';
import { Cheat } from './cheat.js';

/** Of all the blocks; several grinders of one run share it. */
const share = 0.25;

class SeedGrinder extends Cheat {
  readonly producer = {
    share,
    welcomes: (preview: RunDraft, sight: Sight) => {
      const known = (round: number) => sight.state.audits.some((one) => one.round === round);
      return ![...preview.audits.values()]
        .flat()
        .some(
          (audit) => audit.seat === sight.seat && audit.state === 'material' && !known(audit.round),
        );
    },
  };

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    return this.shirk(duty, sight);
  }
}

export const seedGrinder: Adversary = {
  name: 'seed-grinding',
  hopes: 'draws that it does not like do not happen',
  cast: (terms) => someTrainers(terms, () => new SeedGrinder()).slice(0, 1),
  expects: (terms) => {
    const p = auditedShare(terms);
    const rate = ((1 - share) * p) / (1 - share * p);
    return { rate, formula: '(1−q)p/(1−qp), q = 1/4', profit: shirkersProfit(terms, rate) };
  },
};
