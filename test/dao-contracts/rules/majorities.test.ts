/** Whose word decides what a round includes and what it comes to. */
import { expect } from 'chai';
import type { RunPlay } from './run-play.js';
import { named } from './run-play.js';
import { accountOf, committed, revealed, running, terms } from './run-scenes.js';

function certify(play: RunPlay, seat: number, available: number[]): void {
  play.apply({ kind: 'certify', account: accountOf(play, seat), round: 1, available });
}

function submit(play: RunPlay, seat: number, root: string): void {
  play.apply({ kind: 'submit_root', account: accountOf(play, seat), round: 1, root: named(root) });
}

function letDeadlinePass(play: RunPlay): void {
  play.nowMs += 1_000;
  play.apply(play.tick());
}

describe('a majority of those who revealed', () => {
  it('is needed to include an update: who certifies alone includes nothing', () => {
    const play = revealed();
    certify(play, 0, [0, 1, 2]);
    letDeadlinePass(play);
    expect(play.state.run).to.include({ status: 'paused', open: null, provisional: null });
    expect(play.state.run.pausedBecause).to.match(
      /no update was certified by more than half of the witnesses/,
    );
  });

  it('is there when one of three crashes before it certifies', () => {
    const play = revealed();
    for (const seat of [0, 1]) certify(play, seat, [0, 1]);
    letDeadlinePass(play);
    expect(play.state.run.open).to.deep.include({ phase: 'aggregate', included: [0, 1] });
    for (const seat of [0, 1]) submit(play, seat, 'root 1');
    play.apply(play.tick());
    expect(play.state.run.provisional?.root).to.equal(named('root 1'));
  });

  it('leaves out an update that half of the certifiers could not have', () => {
    const play = revealed();
    certify(play, 0, [0, 1, 2]);
    certify(play, 1, [0, 1]);
    letDeadlinePass(play);
    expect(play.state.run.open).to.deep.include({ included: [0, 1] });
  });

  it('is needed to name a root: who submits alone names none', () => {
    const play = revealed();
    for (const seat of [0, 1, 2]) certify(play, seat, [0, 1, 2]);
    play.apply(play.tick());
    submit(play, 2, 'any root');
    letDeadlinePass(play);
    expect(play.state.run).to.include({ status: 'paused', open: null, provisional: null });
    expect(play.state.run.pausedBecause).to.match(/no root was named by more than half/);
  });

  it('outvotes a root that one names', () => {
    const play = revealed();
    for (const seat of [0, 1, 2]) certify(play, seat, [0, 1, 2]);
    play.apply(play.tick());
    submit(play, 0, 'odd root');
    for (const seat of [1, 2]) submit(play, seat, 'root 1');
    play.apply(play.tick());
    expect(play.state.run.provisional?.root).to.equal(named('root 1'));
  });

  it('is there when one of three crashes after it certified', () => {
    const play = revealed();
    for (const seat of [0, 1, 2]) certify(play, seat, [0, 1, 2]);
    play.apply(play.tick());
    for (const seat of [1, 2]) submit(play, seat, 'root 1');
    letDeadlinePass(play);
    expect(play.state.run.provisional).to.deep.include({ included: [0, 1, 2] });
  });
});

describe('fewer than minWorkers who revealed', () => {
  it('pause the run: who is left alone decides nothing', () => {
    const play = committed();
    play.apply({ kind: 'reveal', ...play.opening(0) });
    letDeadlinePass(play);
    expect(play.state.run).to.include({ status: 'paused', open: null });
    expect(play.state.run.pausedBecause).to.equal('1 trainers revealed where 2 are needed');
    const statuses = play.state.run.roster.slice(0, 3).map(({ status }) => status);
    expect(statuses).to.deep.equal(['active', 'expelled', 'expelled']);
  });

  it('may be one where the run was funded for one', () => {
    const play = committed(running({ ...terms, minWorkers: 1 }));
    play.apply({ kind: 'reveal', ...play.opening(0) });
    letDeadlinePass(play);
    expect(play.state.run.open).to.deep.include({ phase: 'certify', revealed: [0] });
  });
});
