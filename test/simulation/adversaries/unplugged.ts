/**
 * Computes nothing, and when it is drawn pulls the plug: it delivers no material, so nothing false
 * is ever shown. It hopes that silence is cheaper than a conviction. The deadline convicts it.
 */
import { derive } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { foundByAudit } from '../expectations.js';
import { allSegments, Cheat } from './cheat.js';

class Unplugged extends Cheat {
  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const update = derive('forged update', sight.account, duty.round);
    const vector = new Float32Array(sight.problem.dimensions);
    return this.claim(duty, sight, {
      forgery: { segments: allSegments, update },
      vector,
      steps: 0,
    });
  }

  protected override deliver(): Response {
    return { kind: 'ignore' };
  }
}

export const unplugged: Adversary = {
  name: 'unplug-when-drawn',
  hopes: 'silence costs less than a conviction',
  cast: (terms) => someTrainers(terms, () => new Unplugged()),
  expects: (terms) => foundByAudit(terms, terms.segments),
};
