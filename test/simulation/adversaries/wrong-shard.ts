/**
 * Trains honestly, but on data of its own choice instead of the slice that it was given: always the
 * same, for instance, which it has at hand, or likes. Its steps are real and cost as much, so all
 * that it can gain is influence. Every segment of its trace is wrong for its slice.
 */
import { doWork } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { foundByAudit } from '../expectations.js';
import { taskOf } from '../honest.js';
import { stepsPerRound } from '../sizes.js';
import { Cheat } from './cheat.js';

/** Slices are handed out from 0: nobody else has this one. */
const favourite = 1_000_003;

class WrongShard extends Cheat {
  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const work = doWork({ ...taskOf(duty, sight), slice: favourite });
    const vector = this.honestVector({ slice: favourite }, sight);
    if (!vector) return { kind: 'ignore' };
    this.publishWork(work, sight, vector);
    return this.commitWork(work, sight, stepsPerRound, true);
  }
}

export const wrongShard: Adversary = {
  name: 'wrong-shard',
  hopes: 'influence: its own data instead of the slice it was given',
  cast: (terms) => someTrainers(terms, () => new WrongShard()),
  expects: (terms) => foundByAudit(terms, () => true, 'p'),
};
