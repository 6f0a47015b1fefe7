/**
 * Liars on drawn witness committees, a third of the trainers. The excluders certify only each
 * other: where they are more than half of a committee, honest updates are left out of the round and
 * unpaid. The hiders certify an update that one of them serves to nobody else: where they are more
 * than half, it is included, the honest cannot compute the root, and the round ends without one.
 * Neither is punished: a committee's size is all that stands against it.
 */
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { members, type Adversary, type Effect } from '../adversary.js';
import type { Response, Sight } from '../behaviour.js';
import { certifyCommand } from '../commands.js';
import { drawn } from '../expectations.js';
import { sendAll } from '../honest.js';
import { updateBytes } from '../sizes.js';
import { LyingWitness } from './lying-witness.js';

/** Whose updates the crew certifies, whether or not anybody else can have them. */
class Hider extends LyingWitness {
  protected override certify(round: number, sight: Sight): Response {
    const { revealed } = sight.state.run.open!;
    return sendAll([certifyCommand(sight.account, round, revealed)], 1_000);
  }

  /** Whoever keeps it would serve it to everybody. */
  protected override computeRoot(round: number, sight: Sight): Digest | null {
    return super.computeRoot(round, { ...sight, fetch: (digest) => sight.fetch(digest, false) });
  }
}

class Hidden extends Hider {
  constructor(
    friends: Set<string>,
    readonly oneRoundIn: number,
  ) {
    super(friends);
  }

  protected override train(duty: { round: number; slice: number }, sight: Sight): Response {
    if (duty.round % this.oneRoundIn !== 0) return super.train(duty, sight);
    const serves = (account: string) => this.friends.has(account);
    const publish: Sight['publish'] = (blob) =>
      sight.publish(blob.bytes === updateBytes ? { ...blob, serves } : blob);
    return super.train(duty, { ...sight, publish });
  }
}

/** More than half of a committee of w drawn out of all trainers, a third of them friends. */
function majorityDrawn({ witnesses, maxWorkers }: RunTerms): number {
  let sum = 0;
  for (let liars = Math.floor(witnesses / 2) + 1; liars <= witnesses; liars++) {
    sum += drawn(maxWorkers, thirdOf(maxWorkers), witnesses, liars);
  }
  return sum;
}

const thirdOf = (trainers: number) => Math.floor(trainers / 3);

const excluded: Effect = {
  what: 'rounds without honest updates',
  rate: majorityDrawn,
  count: ({ chain }) => {
    const final = chain.records.filter(({ outcome, witnesses }) => {
      return outcome === 'final' && witnesses.length > 0;
    });
    const hit = final.filter(({ claims }) => claims.some((claim) => !claim.included));
    return { hits: hit.length, trials: final.length };
  },
};

const rootless: Effect = {
  what: 'rounds that ended without a root',
  rate: majorityDrawn,
  count: ({ chain: { events } }) => ({
    hits: events.get('run_paused: no root was named by more than half of those who revealed') ?? 0,
    trials: events.get('witnesses_drawn') ?? 0,
  }),
};

const struck: Effect = {
  what: 'rounds with a hidden update rewound',
  rate: () => 1,
  count: ({ chain }, contributors) => {
    const hider = contributors.find(({ behaviour }) => behaviour instanceof Hidden)!.account;
    const hidden = chain.records.filter(({ claims, outcome, round }) => {
      if (outcome === 'aborted' || round % hiddenOneIn !== 0) return false;
      return claims.some(({ account, included }) => included && account === hider);
    });
    return {
      hits: hidden.filter((one) => one.outcome === 'rewound').length,
      trials: hidden.length,
    };
  },
};

const hiddenOneIn = 6;
const none = (formula: string) => () => ({ rate: null, formula });

export const committees: Adversary[] = [
  {
    name: 'excluding-committee',
    hopes: 'the honest are left out where friends are most of a committee',
    settings: ['guarded'],
    cast: ({ maxWorkers }) => {
      const friends = new Set<string>();
      return members('trainer', thirdOf(maxWorkers), () => new LyingWitness(friends));
    },
    expects: none('P(more than half of w)'),
    effect: excluded,
    unpriced: 'griefing: a round without the pay of the others, bounded by the size of committees',
  },
  {
    name: 'hiding-committee',
    hopes: 'rounds end without a root',
    settings: ['guarded'],
    cast: ({ maxWorkers }) => {
      const friends = new Set<string>();
      return [
        ...members('trainer', 1, () => new Hidden(friends, 1)),
        ...members('trainer', thirdOf(maxWorkers) - 1, () => new Hider(friends)),
      ];
    },
    expects: none('P(more than half of w)'),
    effect: rootless,
    unpriced: 'griefing: a round and its deadline, bounded by the size of committees',
  },
  {
    name: 'hidden-update-majority',
    hopes: 'most trainers build on an update that nobody else has',
    settings: ['guarded'],
    cast: ({ maxWorkers }) => {
      const friends = new Set<string>();
      return [
        ...members('trainer', 1, () => new Hidden(friends, hiddenOneIn)),
        ...members('trainer', Math.floor(maxWorkers / 2), () => new Hider(friends)),
      ];
    },
    expects: none('1: challenged, and nobody can fetch it'),
    effect: struck,
    beyondTerms: true,
  },
];
