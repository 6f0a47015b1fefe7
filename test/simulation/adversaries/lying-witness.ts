/**
 * A third of the trainers certify only each other, as if the updates of all others could not be
 * had, so that the honest go unpaid. More than half of those who revealed decide, so a minority
 * changes nothing as long as the honest majority acts.
 */
import { members, type Adversary } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { certifyCommand } from '../commands.js';
import { Honest, sendAll } from '../honest.js';

export class LyingWitness extends Honest {
  constructor(readonly friends: Set<string>) {
    super();
  }

  override respond(...[duty, sight]: Parameters<Honest['respond']>): Response {
    this.friends.add(sight.account);
    return super.respond(duty, sight);
  }

  protected override certify(round: number, sight: Sight): Response {
    const { open } = sight.state.run;
    const friends = open!.revealed.filter((seat) =>
      this.friends.has(sight.state.seats[seat]!.account),
    );
    return sendAll([certifyCommand(sight.account, round, friends)], 1_000);
  }
}

export const lyingWitness: Adversary = {
  name: 'lying-witness',
  hopes: 'the honest are left out and go unpaid',
  cast: (terms) => {
    const friends = new Set<string>();
    return members('trainer', Math.floor(terms.maxWorkers / 3), () => new LyingWitness(friends));
  },
  expects: () => ({ rate: null, formula: 'no effect below half' }),
};
