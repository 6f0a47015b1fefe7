/**
 * Works honestly and challenges every provisional root, each time with one that it made up. Jurors
 * compute the root again and find it right; meanwhile the round waits, and after the verdict for as
 * long as the challenger might appeal. Each challenge costs its bond.
 */
import { derive } from '../abstract-work.js';
import { someTrainers, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { challengeRootCommand, challengeUpdateCommand } from '../commands.js';
import { Honest, sendAll } from '../honest.js';

class Challenger extends Honest {
  protected override challenge(round: number, sight: Sight): Response {
    const root = derive('made up', sight.account, round);
    return sendAll([challengeRootCommand(sight.account, sight.state, { round, root })], 1_000);
  }

  protected override appeal(): Response {
    return { kind: 'ignore' };
  }
}

/** Says of an update that everybody has that nobody can have it. */
class UpdateChallenger extends Challenger {
  protected override challenge(round: number, sight: Sight): Response {
    const { included } = sight.state.run.provisional!;
    const seat = included[sight.random.below(included.length)]!;
    return sendAll([challengeUpdateCommand(sight.account, sight.state, { round, seat })], 1_000);
  }
}

export const updateChallenger: Adversary = {
  name: 'griefing-update-challenges',
  hopes: 'every round waits for a jury to fetch an update',
  settings: ['guarded'],
  cast: (terms) => someTrainers(terms, () => new UpdateChallenger()).slice(0, 1),
  expects: () => ({ rate: null, formula: 'each costs its bond' }),
  unpriced: 'griefing: two waits a round for three fees and a tenth of a stake each',
};

export const challenger: Adversary = {
  name: 'griefing-challenges',
  hopes: 'every round waits for a jury',
  cast: (terms) => someTrainers(terms, () => new Challenger()).slice(0, 1),
  expects: () => ({ rate: null, formula: 'each costs its bond' }),
  unpriced: 'griefing: two waits a round for three fees and a tenth of a stake each',
};
