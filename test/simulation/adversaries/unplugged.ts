/**
 * Computes nothing, and when it is drawn pulls the plug: it delivers no material, so nothing false
 * is ever shown. It hopes that silence is cheaper than a conviction. The deadline convicts it.
 */
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { foundShirking } from '../expectations.js';
import { Cheat } from './cheat.js';

class Unplugged extends Cheat {
  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    return this.shirk(duty, sight);
  }

  protected override deliver(): Response {
    return { kind: 'ignore' };
  }
}

export const unplugged: Adversary = {
  name: 'unplug-when-drawn',
  hopes: 'silence costs less than a conviction',
  cast: (terms) => someTrainers(terms, () => new Unplugged()),
  expects: (terms) => foundShirking(terms),
};
