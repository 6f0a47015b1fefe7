/**
 * The free-rider computes nothing and wants the pay of who did. It commits to a forged trace and
 * publishes something that looks like an update: zeros, noise, or the update that somebody revealed
 * a round ago. It hopes not to be drawn until its pay is out of the lock. Every segment of its
 * trace is wrong, so one audit finds it, whichever segment is drawn.
 */
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { foundShirking } from '../expectations.js';
import { asLongAs } from '../toy-problem.js';
import { Cheat } from './cheat.js';

type Guise = 'zeros' | 'noise' | 'stale';

class FreeRider extends Cheat {
  #last: Float32Array | null = null;
  constructor(readonly guise: Guise) {
    super();
  }

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    const zeros = new Float32Array(sight.problem.dimensions);
    return this.shirk(duty, sight, this.vector(zeros, sight));
  }

  protected vector(zeros: Float32Array, sight: Sight): Float32Array {
    switch (this.guise) {
      case 'zeros':
        return zeros;
      case 'noise':
        return zeros.map(() => 0.1 * sight.random.bell());
      case 'stale':
        return this.#last ?? zeros;
    }
  }

  /** Everybody sees the others' updates once they are revealed: here is one to hand in later. */
  protected override certify(round: number, sight: Sight): Response {
    for (const { claim } of sight.state.seats) {
      if (claim?.round !== round || !claim.revealed) continue;
      const vector = sight.fetch(claim.revealed.update, false)?.vector;
      if (vector && vector.some((value) => value !== 0)) this.#last = asLongAs(vector, vector);
    }
    return super.certify(round, sight);
  }
}

function freeRider(guise: Guise, hopes: string): Adversary {
  return {
    name: `free-rider-${guise}`,
    hopes,
    cast: (terms) => someTrainers(terms, () => new FreeRider(guise)),
    expects: (terms) => foundShirking(terms),
  };
}

export const freeRiders = [
  freeRider('zeros', 'pay for an update of zeros'),
  freeRider('noise', 'pay for an update of noise'),
  freeRider('stale', 'pay for an update of the round before'),
];
