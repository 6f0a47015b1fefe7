/** Runs in small pages: what a call has no gas for is left to ticks, and nothing else may come of it. */
import { expect } from 'chai';
import { stepRun, type RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { searchLaws } from './law-search.js';
import type { LawSequence } from './law-sequence.js';
import { near, RunPlay, smallTerms } from './run-play.js';
import { enrolCommand } from './run-scenes.js';
import { PagedPlay } from './paged-play.js';

describe('a run in the middle of its draw', () => {
  it('is busy, goes on with any tick, and refuses everybody else', () => {
    const play = new RunPlay(smallTerms);
    for (const account of play.accounts) play.apply(enrolCommand(account));
    play.nowMs = play.state.run.enrolDeadlineMs;
    const tick: RunCommand = { kind: 'tick', round: 7, phase: 'reveal' };
    const at = { ...play.context(), room: 1 };
    let { state, effects } = stepRun(play.state, play.tick(), at);
    expect(effects.result).to.include({ status: 'enrolling', moved: true, busy: true });
    for (const command of [enrolCommand('late.test'), { kind: 'stop' } as const]) {
      expect(() => stepRun(state, command, at)).to.throw(/^RUN_BUSY: run 1 has work left/);
    }
    for (let ticks = 0; effects.result?.busy; ticks++) {
      expect(ticks).to.be.below(50);
      const seats = state.seats.length + state.applicants.length;
      ({ state, effects } = stepRun(state, tick, at));
      expect(state.seats.length + state.applicants.length).to.be.at.most(seats);
    }
    expect(state.run).to.include({ status: 'running', draws: null });
    expect(state.run.work).to.deep.equal([]);
  });
});

describe('a run whose calls have room for a few records', () => {
  it('comes out as with room for all, and nobody acts half way', function () {
    this.timeout(120_000);
    const plays: PagedPlay[] = [];
    const makePlay = ({ terms, name, votes }: LawSequence) => {
      const play = new PagedPlay(terms, name);
      Object.assign(play, { ownersAct: true, votes });
      play.grant(1_000_000n * near);
      plays.push(play);
      return play;
    };
    searchLaws({ seed: 20261129, sequences: 600, makePlay });
    const pages = plays.reduce((sum, play) => sum + play.pages, 0);
    expect(pages).to.be.above(700);
    const stoppedIn = new Set(plays.flatMap((play) => [...play.stoppedIn]));
    expect([...stoppedIn]).to.include.members([
      ...['draw-audits', 'expel-silent', 'forget-state', 'lock-losses', 'make-absent'],
      ...['move-audits', 'move-disputes', 'pay-auditors', 'pay-round', 'refund-applicants'],
      ...['seat-drawn', 'settle-dispute', 'settle-seats', 'share-pot', 'share-pots'],
      ...['unlock-losses', 'write-record'],
    ]);
  });
});
