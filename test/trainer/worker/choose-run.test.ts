import { expect } from 'chai';
import { chooseRun, type Candidate } from '@commonweights/trainer/worker/choose-run.js';
import { near, RunPlay, smallTerms } from '../../dao-contracts/rules/run-play.js';
import { lookAt } from '../../support/run-under-way.js';

/** A run of three places in which `enrolled` trainers have seats, if it was `drawn`. */
function candidate(
  id: number,
  it: { enrolled?: number; drawn?: boolean; rewardYocto?: bigint } = {},
): Candidate {
  const { enrolled = 2, drawn = true, rewardYocto = near } = it;
  const play = new RunPlay({ ...smallTerms, rewardYocto: `${rewardYocto}` });
  for (const account of play.accounts.slice(0, enrolled)) {
    play.apply({ kind: 'enrol', account, role: 'trainer', fromRound: null, depositYocto: near });
  }
  if (drawn) play.draw();
  const { run, seats } = lookAt(play);
  return { run: { ...run, id }, seats };
}

describe('the run that a machine works in next', () => {
  const not: ReadonlySet<number> = new Set();
  const me = { account: 'me.test', role: 'trainer' as const, not };

  it('is the one that pays most for a teraFLOP', () => {
    const list = [candidate(1), candidate(2, { rewardYocto: 3n * near }), candidate(3)];
    expect(chooseRun(list, me)).to.equal(2);
    expect(chooseRun(list, { ...me, not: new Set([2]) })).to.equal(1);
  });

  it('is before all others one in which it has a seat: a stake hangs on that', () => {
    const list = [candidate(1, { rewardYocto: 9n * near }), candidate(2)];
    expect(chooseRun(list, { ...me, account: 'a0.test' })).to.equal(1);
    const onlyHere = [
      candidate(1, { enrolled: 0, drawn: false, rewardYocto: 9n * near }),
      list[1]!,
    ];
    expect(chooseRun(onlyHere, { ...me, account: 'a0.test' })).to.equal(2);
  });

  it('has a place, or still draws lots for them', () => {
    expect(chooseRun([candidate(1, { enrolled: 3 })], me)).to.equal(null);
    expect(chooseRun([candidate(1, { enrolled: 3, drawn: false })], me)).to.equal(1);
    const { run } = candidate(1, { drawn: false });
    const due = { run: { ...run, nowMs: run.enrolDeadlineMs }, seats: [] };
    expect(chooseRun([due], me)).to.equal(null);
  });

  it('is none that has ended, and none that expelled it', () => {
    const { run, seats } = candidate(1);
    expect(chooseRun([{ run: { ...run, status: 'completed' }, seats }], me)).to.equal(null);
    const [first, ...others] = seats;
    const expelled = [{ ...first!, status: 'expelled' as const }, ...others];
    const { account } = first!;
    expect(chooseRun([{ run, seats: expelled }], { ...me, account })).to.equal(null);
  });

  it('is for an auditor by what an audit pays, where a place of that kind is free', () => {
    const auditor = { ...me, role: 'auditor' as const };
    expect(chooseRun([candidate(1, { enrolled: 3 })], auditor)).to.equal(1);
  });
});
