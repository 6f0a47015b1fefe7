/**
 * The copier wants another worker's update as its own. It cannot see one before it must commit, and
 * a commitment that it copies names another account, so it cannot open it: it tries once a round
 * and is refused. What is left is to hand in, digest and all, what another one revealed a round
 * ago, under a trace that follows from nothing.
 */
import { derive } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Response, Sight } from '../behaviour.js';
import { revealCommand } from '../commands.js';
import { foundShirking } from '../expectations.js';
import { claimOf } from '../honest.js';
import { updateBytes } from '../sizes.js';
import { Cheat } from './cheat.js';

class Copier extends Cheat {
  #tried = 0;

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const other = sight.state.seats.find(
      ({ seat, claim }) => seat !== sight.seat && claim?.revealed && claim.round < duty.round,
    );
    const update = other?.claim?.revealed?.update ?? derive('forged update', duty.round);
    const vector = sight.fetch(update, false)?.vector ?? new Float32Array(sight.problem.dimensions);
    return this.claim(duty, sight, {
      forgery: { segments: () => true, update },
      vector,
      steps: 0,
    });
  }

  /** As soon as another one has revealed: its claim, word for word, from this account. */
  extra(sight: Sight): RunCommand[] {
    const { open } = sight.state.run;
    if (!open || open.phase !== 'reveal' || this.#tried === open.round) return [];
    const seat = open.revealed.find((one) => one !== sight.seat);
    const claim = seat === undefined ? null : claimOf(sight, seat, open.round);
    const own = this.works.get(open.round);
    if (!claim || !own) return [];
    this.#tried = open.round;
    return [revealCommand({ ...own, ...claim }, updateBytes)];
  }
}

export const copier: Adversary = {
  name: 'copier',
  hopes: 'pay for an update that somebody else computed',
  cast: (terms) => someTrainers(terms, () => new Copier()),
  expects: (terms) => foundShirking(terms),
};
