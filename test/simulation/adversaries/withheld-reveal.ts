/**
 * Commits honest work and does not reveal it: to hold a round up, or to look at the others' first
 * and back out. The reveal's deadline takes its stake.
 */
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response } from '../behaviour.js';
import { Honest } from '../honest.js';

class Withholder extends Honest {
  protected override reveal(): Response {
    return { kind: 'ignore', offence: true };
  }
}

export const withholder: Adversary = {
  name: 'withheld-reveal',
  hopes: 'to look at the others first, or to hold the round up',
  cast: (terms) => someTrainers(terms, () => new Withholder()),
  expects: () => ({ rate: 1, formula: '1: the deadline' }),
};
