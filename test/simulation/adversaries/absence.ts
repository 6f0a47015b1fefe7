/**
 * Seats that are not there when they are needed, out of bad luck or to be paid for less. The dying
 * machine is honest and stops for ever at some moment: whether that costs it its stake is the
 * question. The absentee takes a seat, never trains, and comes back as often as it may. The idle
 * certifier trains honestly, but spares itself the others' updates: it never says what it has and
 * names no root, and is absent in the round after each in which it did not.
 */
import { members, someTrainers, type Adversary } from '../adversary.js';
import type { Duty, Response, Sight } from '../behaviour.js';
import { Honest } from '../honest.js';

class DyingMachine extends Honest {
  override readonly ticks = false;
  #diesAtMs: number | null = null;

  /** Within an hour of its first duty, whatever it is at then. */
  override respond(duty: Duty, sight: Sight): Response {
    this.#diesAtMs ??= sight.nowMs + Math.round(3_600_000 * sight.random.uniform());
    if (sight.nowMs >= this.#diesAtMs) return { kind: 'ignore' };
    const response = super.respond(duty, sight);
    const tooLate = response.kind === 'send' && sight.nowMs + response.afterMs >= this.#diesAtMs;
    return tooLate ? { kind: 'ignore' } : response;
  }
}

class Absentee extends Honest {
  override readonly ticks = false;

  protected override train(): Response {
    return { kind: 'ignore' };
  }
}

class IdleCertifier extends Honest {
  protected override certify(): Response {
    return { kind: 'ignore' };
  }
}

const nothing = (formula: string) => () => ({ rate: null, formula });

export const absences: Adversary[] = [
  {
    name: 'dying-machine',
    hopes: 'nothing: it is honest, and its power supply is not',
    cast: () => members('trainer', 1, () => new DyingMachine()),
    expects: nothing('not a breach'),
    unpriced: 'honest, and punished: material not delivered counts as a failed audit',
  },
  {
    name: 'absentee',
    hopes: 'a place that nobody else gets; every round waits',
    cast: (terms) => someTrainers(terms, () => new Absentee()),
    expects: nothing('absent, unpaid, away for ever longer, fined from the fourth time'),
    unpriced: 'griefing: a few train deadlines, which follow the others',
  },
  {
    name: 'idle-certifier',
    hopes: 'full pay without fetching what the others did',
    cast: (terms) => someTrainers(terms, () => new IdleCertifier()),
    expects: nothing('absent in the next round'),
    unpriced: 'laziness: a round waits for the certify deadline, and then ever fewer do',
  },
];
