/** Laws of a run on which the DAO votes while it is under way, under any sequence of events. */
import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import { checkMoney } from './money-laws.js';
import { busyTerms, near, RunPlay, smallTerms } from './run-play.js';

/** Money of votes comes from the treasury and pay goes by terms; else all of it is conserved. */
function checkForwards(before: RunState, after: RunState): void {
  const [a, b] = [before.run, after.run];
  expect(b.paidRounds >= a.paidRounds && b.paidRounds <= a.paidRounds + 1).to.equal(true);
  expect(b.nextRound >= a.nextRound && b.paidYocto >= a.paidYocto).to.equal(true);
  if (b.rewinds.length > a.rewinds.length) return;
  expect(b.finalRound >= a.finalRound && b.finalRounds >= a.finalRounds).to.equal(true);
  if (b.finalRounds === a.finalRounds) expect(b.finalRoot).to.equal(a.finalRoot);
}

describe('a run that the DAO votes on while it is under way', () => {
  const steps = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000), fc.nat(20)), {
    minLength: 100,
    maxLength: 350,
    size: 'max',
  });

  it('conserves money, moves only forwards but by a rewind, and visits every vote', function () {
    this.timeout(60_000);
    const reached = new Set<string>();
    const plays = fc.tuple(steps, fc.constantFrom(smallTerms, busyTerms));
    fc.assert(
      fc.property(plays, ([entropy, terms]) => {
        const play = new RunPlay({ ...terms, rounds: 2 });
        play.ownersAct = true;
        play.votes = 'all';
        play.grant(1_000n * near);
        for (const [pick, chance, wait] of entropy) {
          if (wait === 0) play.nowMs += 1_000;
          const candidates = play.candidates(chance);
          const before = play.state;
          try {
            play.apply(candidates[pick % candidates.length]!());
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            expect(play.state).to.equal(before);
            continue;
          }
          checkMoney(play);
          checkForwards(before, play.state);
          const { run } = play.state;
          if (run.rewinds.length > before.run.rewinds.length) reached.add('rewound');
          if (play.state.terms.rewardYocto !== before.terms.rewardYocto) reached.add('amended');
          if (run.pausedUntilMs !== null) reached.add('paused');
          if (before.run.pausedUntilMs !== null && run.status === 'running') reached.add('resumed');
          reached.add(run.status);
        }
        const standing = standingRounds(play.parsedRecords());
        expect(standing).to.have.length(play.state.run.finalRounds);
      }),
      { numRuns: 60, seed: 20261128, endOnFailure: true },
    );
    const all = ['amended', 'completed', 'paused', 'resumed', 'rewound', 'running', 'stopped'];
    expect([...reached]).to.include.members(all);
  });
});
