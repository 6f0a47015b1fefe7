/**
 * Does the first half of the steps and forges the rest of the trace: half the cost for all of the
 * pay. As long as a segment cannot be had without computing it, the segments left out are the ones
 * that an audit finds, so that what is saved and the risk grow together.
 */
import { derive } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { foundByAudit } from '../expectations.js';
import { stepsPerRound } from '../sizes.js';
import { scaled } from '../toy-problem.js';
import { Cheat } from './cheat.js';

class FewerSteps extends Cheat {
  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const vector = this.honestVector(duty, sight);
    if (!vector) return { kind: 'ignore' };
    const done = sight.state.terms.segments / 2;
    const update = derive('forged update', sight.account, duty.round);
    return this.claim(duty, sight, {
      forgery: { segments: (segment) => segment >= done, update },
      vector: scaled(vector, 0.5),
      steps: stepsPerRound / 2,
    });
  }
}

export const fewerSteps: Adversary = {
  name: 'fewer-steps',
  hopes: 'full pay for half of the steps',
  cast: (terms) => someTrainers(terms, () => new FewerSteps()),
  expects: (terms) =>
    foundByAudit(terms, (segment) => segment >= terms.segments / 2, 'p·P(second half)'),
};
