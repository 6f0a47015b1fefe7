/**
 * Starts one round from optimizer moments that it made up instead of those it left behind, and is
 * honest ever after: its later local states follow from the poisoned one, so only the first
 * segment of that one round can show it. The moments decay, and so does what they do to its
 * updates. One shot, found with the probability of one audit in that segment.
 */
import { doWork } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { foundByAudit } from '../expectations.js';
import { taskOf } from '../honest.js';
import { stepsPerRound } from '../sizes.js';
import { asLongAs, scaled } from '../toy-problem.js';
import { Cheat } from './cheat.js';

const atOrdinal = 2;
/** Share of the moments that is left a round later. */
const decay = 0.5;

class LocalStatePoisoner extends Cheat {
  #poison = 0;
  #done = false;

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const honest = this.honestVector(duty, sight);
    if (!honest) return { kind: 'ignore' };
    const { ordinal, localReset } = sight.state.run.open!;
    const now = !this.#done && ordinal >= atOrdinal;
    this.#poison = now ? 4 : localReset ? 0 : this.#poison * decay;
    const push = asLongAs(scaled(sight.problem.backdoor, -this.#poison), honest);
    const vector = this.#poison === 0 ? honest : honest.map((value, i) => value + push[i]!);
    this.#done ||= now;
    const work = doWork(taskOf(duty, sight), now ? { start: true } : {});
    this.publishWork(work, sight, vector);
    return this.commitWork(work, sight, stepsPerRound, now);
  }
}

export const localStatePoisoner: Adversary = {
  name: 'poisoned-local-state',
  hopes: 'made-up optimizer state that later rounds take for given',
  cast: (terms) => someTrainers(terms, () => new LocalStatePoisoner()),
  expects: (terms) => foundByAudit(terms, (segment) => segment === 0, 'p·P(first)'),
  unpriced: 'sabotage: one shot, clipped, gone at the next reset of local state',
};
