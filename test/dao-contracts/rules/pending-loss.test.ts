/** What an expelled seat may still get back, and what it then gets beside it. */
import { expect } from 'chai';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import { named, near, type RunPlay } from './run-play.js';
import { accountOf } from './run-scenes.js';
import {
  appealBy,
  crowd,
  crowdTerms,
  jurySays,
  passAudits,
  playAudit,
  playRound,
  theDispute,
  tickOnly,
} from './dispute-scenes.js';

const reward = BigInt(crowdTerms.rewardYocto);
const statusOf = (play: RunPlay, seat: number) => play.state.run.roster[seat]!.status;

/** Seat 0 is convicted for round 1, which is final all the same; round 2, provisional, has its work. */
function convictedWhileAtWork(): RunPlay {
  const play = crowd({}, { ...crowdTerms, taintedShareBpsMax: 834 });
  passAudits(play, 0);
  playAudit(
    play,
    play.state.audits.find(({ seat }) => seat === 0)!,
    'wrong',
  );
  playRound(play);
  jurySays(play, named('wrong'));
  play.apply(tickOnly);
  play.apply(play.tick());
  expect(play.state.run.provisional).to.include({ round: 2 });
  expect(play.state.run.provisional!.included).to.include(0);
  expect(statusOf(play, 0)).to.equal('expelled');
  return play;
}

function cleared(play: RunPlay): void {
  const { claimed } = theDispute(play);
  appealBy(play, accountOf(play, 0));
  jurySays(play, claimed);
  play.nowMs += play.state.terms.deadlinesMs.audit;
  play.apply(tickOnly);
  expect(play.state.disputes).to.deep.equal([]);
}

/** Another dispute, as far along as `changes` say. */
function anotherDispute(play: RunPlay, changes: Partial<Dispute>): void {
  play.state.disputes.push({
    ...structuredClone(theDispute(play)),
    ...{ id: 2, losses: [], owed: [], bonds: [], past: [], panel: null, deadlineMs: 1e15 },
    ...changes,
  });
}

describe('a seat that was expelled by a verdict', () => {
  it('is paid every final round that has its work, once it is cleared', () => {
    const play = convictedWhileAtWork();
    passAudits(play);
    expect(play.state.run.finalRounds).to.equal(2);
    expect(theDispute(play).owed).to.deep.equal([{ seat: 0, yocto: 2n * reward, rounds: 2 }]);
    expect(play.state.seats[0]).to.include({ earnedYocto: 0n, verifiedRounds: 0 });
    const paid = play.state.run.paidYocto;
    cleared(play);
    expect(play.state.run.paidYocto - paid).to.equal(2n * reward);
    expect(play.state.seats[0]).to.include({ stakeYocto: near, verifiedRounds: 2 });
  });

  it('is paid for none of them where the verdict stands', () => {
    const play = convictedWhileAtWork();
    passAudits(play);
    play.nowMs += play.state.terms.deadlinesMs.audit;
    play.apply(tickOnly);
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.seats[0]).to.include({ earnedYocto: 0n, verifiedRounds: 0, stakeYocto: 0n });
  });

  it('loses for good what waited for its appeal when it then does not show its other work', () => {
    const play = convictedWhileAtWork();
    passAudits(play, 0);
    play.nowMs += play.state.terms.deadlinesMs.audit - 1;
    const { claimed } = theDispute(play);
    appealBy(play, accountOf(play, 0));
    play.nowMs += 1;
    play.apply(tickOnly);
    expect(play.state.disputes.flatMap(({ losses }) => losses)).to.deep.include({
      ...{ seat: 0, stakeYocto: near, held: [], expelled: true, stands: true },
    });
    jurySays(play, claimed);
    expect(theDispute(play)).to.include({ verdict: 'for' });
    for (let i = 0; i < 3; i++) {
      play.nowMs += play.state.terms.deadlinesMs.audit;
      play.apply(tickOnly);
    }
    expect(play.state.disputes).to.deep.equal([]);
    expect(statusOf(play, 0)).to.equal('expelled');
    expect(play.state.seats[0]).to.include({ stakeYocto: 0n, earnedYocto: 0n });
    expect(play.totals.slashed).to.equal(0n);
  });

  it('takes what it lost, and what it is owed, to another verdict that expels it', () => {
    const play = convictedWhileAtWork();
    passAudits(play);
    const { claimed } = theDispute(play);
    anotherDispute(play, { kind: 'root', seat: null, stage: 'dao', verdict: 'against' });
    appealBy(play, accountOf(play, 0));
    jurySays(play, claimed);
    play.nowMs += play.state.terms.deadlinesMs.audit;
    play.apply(tickOnly);
    const [root] = play.state.disputes;
    expect(root).to.deep.include({ id: 2, owed: [{ seat: 0, yocto: 2n * reward, rounds: 2 }] });
    expect(root!.losses).to.have.length(1);
    const paid = play.state.run.paidYocto;
    play.apply({ kind: 'resolve', dispute: 2, verdict: 'for' });
    expect(play.state.run.paidYocto - paid).to.equal(2n * reward);
    expect(play.state.seats[0]).to.include({ stakeYocto: near, verifiedRounds: 2 });
  });

  it('takes nothing to a dispute about an update, which costs no whole stake', () => {
    const play = convictedWhileAtWork();
    passAudits(play);
    anotherDispute(play, { kind: 'update', seat: 1, stage: 'dao', verdict: 'against' });
    const { claimed } = theDispute(play);
    appealBy(play, accountOf(play, 0));
    jurySays(play, claimed);
    expect(statusOf(play, 0)).to.equal('absent');
    expect(play.state.seats[0]).to.include({ stakeYocto: near });
    expect(play.state.disputes[1]!.losses).to.deep.equal([]);
  });

  it('may get back what it lost though it loses a tenth as a witness', () => {
    const play = convictedWhileAtWork();
    passAudits(play);
    anotherDispute(play, { kind: 'update', seat: 1, stage: 'dao', verdict: 'for' });
    play.apply({ kind: 'resolve', dispute: 2, verdict: 'against' });
    expect(theDispute(play).losses[0]).to.include({ stands: false });
    cleared(play);
    expect(play.state.seats[0]).to.include({ stakeYocto: near });
  });

  it('gets a tenth that it lost as a witness with the rest, when both turn out right', () => {
    const play = convictedWhileAtWork();
    passAudits(play);
    const tenth = near / 10n;
    const { losses } = theDispute(play);
    theDispute(play).losses = losses.map((loss) => ({ ...loss, stakeYocto: near - tenth }));
    anotherDispute(play, {
      ...{ kind: 'update', seat: 1, stage: 'dao', verdict: 'against' },
      losses: [{ seat: 0, stakeYocto: tenth, held: [], expelled: false, stands: false }],
    });
    play.apply({ kind: 'resolve', dispute: 2, verdict: 'for' });
    expect(theDispute(play).losses[0]).to.include({ stakeYocto: near });
    cleared(play);
    expect(play.state.seats[0]).to.include({ stakeYocto: near, slashedYocto: 0n });
  });
});

describe('an auditor that is overruled in the end', () => {
  it('is paid no fee, though its word had acted on the round for a while', () => {
    const play = crowd({}, { ...crowdTerms, challengeWindowMs: 60_000 });
    passAudits(play, 0);
    const audit = play.state.audits.find(({ seat }) => seat === 0)!;
    playAudit(play, audit, 'wrong');
    // Another dispute holds the round while this one is turned around.
    anotherDispute(play, {
      ...{ kind: 'update', seat: 1, defendants: [1], stage: 'window', verdict: 'for' },
      deadlineMs: play.nowMs + 60_000,
    });
    jurySays(play, named('wrong'));
    const { claimed } = theDispute(play);
    appealBy(play, accountOf(play, 0));
    jurySays(play, claimed);
    const failed = play.state.audits.find(({ seat }) => seat === 0)!;
    expect(failed).to.include({ state: 'failed', right: false });
    const right = play.state.seats[audit.auditor]!.auditsRight;
    play.nowMs += 60_000;
    play.apply(tickOnly);
    play.apply(tickOnly);
    expect(play.state.run.provisional).to.equal(null);
    const others = JSON.parse(play.records[0]!.text) as { audits: { auditor: number }[] };
    const own = others.audits.filter(({ auditor }) => auditor === audit.auditor).length;
    expect(play.state.seats[audit.auditor]!.auditsRight - right).to.equal(own - 1);
  });
});
