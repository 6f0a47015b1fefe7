/**
 * The saboteurs: they train honestly, so that nothing but the last leaf of the trace is wrong, and
 * publish another vector than their work came to: scaled up, turned around, or with a push along a
 * direction that the loss hardly sees (a backdoor). They want damage, not pay, so no stake prices
 * them. One segment in S finds them; clipping to the median norm bounds what each does until then.
 * The clumsy one publishes numbers that are none: no decoder takes them, so nobody certifies it.
 */
import { derive } from '../abstract-work.js';
import { members, someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { foundByAudit } from '../expectations.js';
import { stepsPerRound } from '../sizes.js';
import { asLongAs, scaled, type ToyProblem } from '../toy-problem.js';
import { Cheat } from './cheat.js';

type Tamper = (honest: Float32Array, problem: ToyProblem) => Float32Array;

class Saboteur extends Cheat {
  constructor(
    readonly tamper: Tamper,
    readonly steps = stepsPerRound,
  ) {
    super();
  }

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const honest = this.honestVector(duty, sight);
    if (!honest) return { kind: 'ignore' };
    const update = derive('forged update', sight.account, duty.round);
    return this.claim(duty, sight, {
      forgery: { update },
      vector: this.tamper(honest, sight.problem),
      steps: this.steps,
    });
  }
}

const turned: Tamper = (honest) => scaled(honest, -10);
/** Updates are start minus end: against the sign of where the model shall go. */
const pushed: Tamper = (honest, { backdoor }) => asLongAs(scaled(backdoor, -1), honest);

const clipping = 'sabotage for outside profit: one seat moves at most the median norm over N';

function saboteur(name: string, hopes: string, tamper: Tamper): Adversary {
  return {
    name,
    hopes,
    cast: (terms) => someTrainers(terms, () => new Saboteur(tamper)),
    expects: (terms) =>
      foundByAudit(terms, (segment) => segment === terms.segments - 1, 'p·P(last)'),
    unpriced: clipping,
  };
}

export const saboteurs: Adversary[] = [
  saboteur('scaled', 'its update counts a hundred times', (honest) => scaled(honest, 100)),
  saboteur('sign-flip', 'the model unlearns', turned),
  saboteur('backdoor', 'the model moves where the loss does not look', pushed),
  {
    name: 'sign-flip-third',
    hopes: 'a third of the trainers turn their updates around',
    cast: (terms) =>
      members('trainer', Math.floor(terms.maxWorkers / 3), () => new Saboteur(turned)),
    expects: (terms) =>
      foundByAudit(terms, (segment) => segment === terms.segments - 1, 'p·P(last)'),
    unpriced: 'a third of the norm against two: slower, bounded by clipping and rewinds',
  },
  {
    name: 'non-finite',
    hopes: 'one update of NaN spoils the average',
    cast: (terms) =>
      someTrainers(terms, () => new Saboteur((honest) => honest.map(() => Number.NaN), 0)),
    expects: () => ({ rate: null, formula: 'never included: no decoder takes it' }),
  },
];
