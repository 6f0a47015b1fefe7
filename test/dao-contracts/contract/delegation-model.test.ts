/** The contract's stored checkpoints, sums and ballots, against the naive model of the rules' test. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Choice } from '@commonweights/dao-contracts/rules/views.js';
import { countNaively, type Picture } from '../rules/electorate-play.js';
import { members, near } from './dao-driver.js';
import { GovernancePlay } from './governance-play.js';

const founders = members.map(({ account }) => account);
const people = [...founders, 'w0.test', 'w1.test'];
const choices: Choice[] = ['yes', 'no', 'abstain'];

/** The electorate as it was after each change. */
class Diary {
  readonly #pages: ({ atMs: number } & Picture)[] = [];
  weights = new Map(members.map(({ account, weight }) => [account, BigInt(weight)]));
  delegates = new Map<string, string>();

  constructor() {
    this.note(0);
  }

  note(atMs: number): void {
    const { weights, delegates } = this;
    this.#pages.push({ atMs, weights: new Map(weights), delegates: new Map(delegates) });
  }

  at(ms: number): Picture {
    return this.#pages.findLast(({ atMs }) => atMs <= ms)!;
  }
}

describe('the contract’s count of delegated votes', () => {
  const step = fc.record({
    what: fc.constantFrom('delegate', 'undelegate', 'wait', 'weight', 'vote', 'delegate', 'wait'),
    who: fc.constantFrom(...people),
    to: fc.constantFrom(...people),
    choice: fc.constantFrom(...choices),
    number: fc.nat({ max: 40_000 }),
  });

  it('equals a model without checkpoints, sums or order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.array(step, { minLength: 5, maxLength: 20 }),
        async (before, during) => {
          const play = await GovernancePlay.found();
          for (const one of people) play.fake.fund(one, 100n * near);
          const diary = new Diary();
          for (const it of before) live(play, diary, it);
          const { nowMs } = play.fake;
          const proposal = play.propose();
          const pictures = [diary.at(nowMs - play.policy.votingPeriodMs), diary.at(nowMs)];
          const votes = new Map<string, Choice>();
          for (const it of during) {
            if (
              it.what === 'vote' &&
              accepts(play, it.who, 'vote', play.ballot(proposal, it.choice))
            ) {
              votes.set(it.who, it.choice);
            } else if (it.what.endsWith('delegate')) live(play, diary, it);
          }
          const tally = countNaively(votes, pictures);
          const view = play.view(proposal);
          for (const choice of choices) expect(view[choice]).to.equal(`${tally[choice]}`);
        },
      ),
      { numRuns: 150 },
    ));

  function live(
    play: GovernancePlay,
    diary: Diary,
    it: { what: string; who: string; to: string; number: number },
  ): void {
    const { what, who, to, number } = it;
    if (what === 'wait') play.fake.nowMs += number;
    else if (what === 'delegate' && accepts(play, who, 'delegate', { to })) {
      diary.delegates.set(who, to);
    } else if (what === 'undelegate' && accepts(play, who, 'undelegate', {})) {
      diary.delegates.delete(who);
    } else if (what === 'weight' && !founders.includes(who)) {
      const weight = `${number % 20}`;
      // A vote takes time, and its execution is the moment of the change.
      play.pass({ kind: 'set-member', account: who, weight });
      diary.weights.set(who, BigInt(weight));
      if (weight === '0') diary.delegates.delete(who);
    }
    diary.note(play.fake.nowMs);
  }

  function accepts(play: GovernancePlay, account: string, method: string, args: object): boolean {
    return play.refusal(account, method, args, near / 10n) === 'accepted';
  }
});
