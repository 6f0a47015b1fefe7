import { expect } from 'chai';
import { disputeBytes, unusedSeatYocto } from '@commonweights/dao-contracts/rules/budget.js';
import {
  absencesFree,
  forgivenAfterRounds,
  lateShareOfDeadline,
  pauseMsMax,
  shortestShareOfDeadline,
  shortestShareWithStake,
  storageYoctoPerByte,
} from '@commonweights/dao-contracts/rules/limits.js';
import {
  crowd,
  crowdTerms,
  disputed,
  jurySays,
  passAudits,
  playAudit,
  playRound,
  refusalOf,
  theDispute,
  tickOnly,
} from './dispute-scenes.js';
import { near, RunPlay, smallTerms } from './run-play.js';
import { accountOf, dutyCommand, enrolCommand, running, statusOf, terms } from './run-scenes.js';

const hourMs = 3_600_000;
const hours = (count: number) => {
  const ms = count * hourMs;
  return { enrol: ms, train: ms, reveal: ms, certify: ms, aggregate: ms, audit: ms };
};
/** Five trainers, nothing audited, hours for everything. */
const slowTerms = {
  ...smallTerms,
  ...{ rounds: 40, maxWorkers: 5, maxAuditors: 0, auditedClaimsBps: 0, deadlinesMs: hours(8) },
};

function cohort(runTerms = slowTerms): RunPlay {
  const play = new RunPlay(runTerms);
  for (let i = 0; i < runTerms.maxWorkers; i++) play.apply(enrolCommand(`t${i}.test`));
  play.draw();
  return play;
}

/** The round's trainers do `phase`, all within a minute but `silent`, who does nothing. */
function act(play: RunPlay, silent: number | null = null, afterMs = 60_000): void {
  const { slices } = play.state.run.open!;
  play.nowMs += afterMs;
  for (const { seat } of slices) {
    if (seat === silent || statusOf(play, seat) !== 'active') continue;
    play.apply(dutyCommand(play, seat));
  }
  if (silent !== null && slices.some(({ seat }) => seat === silent)) {
    play.nowMs = play.state.run.open!.deadlineMs;
  }
  play.apply(play.tick());
}

type Silent = 'train' | 'certify' | 'aggregate';

/** A whole round, in which `seat` is silent in one phase. */
function round(play: RunPlay, it: { seat: number; in: Silent } | null = null): void {
  for (const phase of ['train', 'reveal', 'certify', 'aggregate'] as const) {
    if (it?.in === 'train' && phase !== 'train') {
      act(play);
      continue;
    }
    act(play, it?.in === phase ? it.seat : null);
  }
}

function rejoin(play: RunPlay, seat: number): string {
  return refusalOf(play, { kind: 'rejoin', ...play.actor(seat) });
}

describe('silence', () => {
  for (const phase of ['train', 'certify', 'aggregate'] as const) {
    it(`at ${phase} costs the seat a round's pay and no stake`, () => {
      const play = cohort();
      round(play, { seat: 4, in: phase });
      expect(statusOf(play, 4)).to.equal('absent');
      const paid = play.state.seats[4]!.verifiedRounds;
      // What it trained is in the round all the same; it misses the next one.
      expect(paid).to.equal(phase === 'train' ? 0 : 1);
      if (phase !== 'train') {
        expect(play.state.run.open!.slices.map(({ seat }) => seat)).to.not.include(4);
      }
      expect(play.state.seats[4]!.slashedYocto).to.equal(0n);
      expect(rejoin(play, 4)).to.equal('accepted');
    });
  }

  it('as auditor is noted at once and acts when the open round ends: who committed reveals', () => {
    const play = crowd({ trainers: 4, auditors: 0 });
    for (const { seat } of play.state.run.open!.slices) play.apply(play.commitCommand(seat));
    play.apply(play.tick());
    passAudits(play, 0);
    const { round: of, segment, auditor } = play.state.audits.find(({ seat }) => seat === 0)!;
    const { leaf, proof } = play.openedLeaf(of, 0, segment);
    play.apply({ kind: 'deliver', ...play.actor(0), round: of, seat: 0, segment, leaf, proof });
    play.nowMs += terms.deadlinesMs.audit;
    play.apply(tickOnly);
    const { open } = play.state.run;
    expect(open).to.deep.include({ phase: 'reveal', missed: [auditor] });
    expect(statusOf(play, auditor)).to.equal('active');
    play.apply(play.tick());
    expect(statusOf(play, auditor)).to.equal('expelled');
  });

  it('keeps away for twice as many rounds each time, but not from a pause', () => {
    const play = cohort();
    const opened: number[] = [];
    for (let i = 0; i < 16; i++) {
      const { round: number, slices } = play.state.run.open!;
      if (slices.some(({ seat }) => seat === 4)) {
        opened.push(number);
        round(play, { seat: 4, in: 'train' });
      } else round(play);
      if (opened.length === 4) break;
      if (statusOf(play, 4) === 'absent') rejoin(play, 4);
    }
    // Absent in 1, back when round 2 is open already; then 1 and 3 rounds more.
    const gaps = opened.slice(1).map((number, i) => number - opened[i]!);
    expect(gaps).to.deep.equal([2, 2, 4]);
    expect(rejoin(play, 4)).to.match(/^NOT_YOUR_TURN: seat 4 was absent 4 times; .* round \d+ is/);
    play.apply({ kind: 'pause', forMs: 1_000 });
    expect(rejoin(play, 4)).to.equal('accepted');
  });

  it('costs a tenth of the stake from the fourth time on, and is forgotten in the end', () => {
    const play = cohort();
    const fined = () => play.state.seats[4]!.slashedYocto;
    for (let absences = 0; absences < absencesFree; absences++) {
      play.state.seats[4]!.rejoins = absences;
      round(play, { seat: 4, in: 'certify' });
      expect(fined()).to.equal(0n);
      play.apply({ kind: 'pause', forMs: 1 });
      rejoin(play, 4);
      play.nowMs += 1;
      play.apply(play.tick());
    }
    round(play, { seat: 4, in: 'certify' });
    expect(fined()).to.equal(BigInt(slowTerms.stakeYocto) / 10n);
    expect(play.lastEvents.map(({ event }) => event)).to.include('absence_fined');
    play.state.run.roster[4]!.status = 'active';
    play.state.run.roster[4]!.fromRound = 1;
    const [next, last] = [play.state.run.nextRound, play.state.seats[4]!];
    last.absentIn = next - 4 * forgivenAfterRounds;
    round(play);
    round(play, { seat: 4, in: 'certify' });
    expect(fined()).to.equal(BigInt(slowTerms.stakeYocto) / 10n);
    expect(play.state.seats[4]!.rejoins).to.equal(0);
  });

  it('about a round before its last absence is one absence, and forgives no other way round', () => {
    for (const absentIn of [2, 40]) {
      const play = disputed();
      play.apply(tickOnly);
      const panel = theDispute(play).panel!.map(({ seat }) => seat);
      // An auditor is in no open round: it is absent at once.
      const silent = panel.find((seat) => play.state.run.roster[seat]!.role === 'auditor')!;
      const seat = () => play.state.seats[silent]!;
      Object.assign(seat(), { absentIn, rejoins: 1 });
      const { stakeYocto } = seat();
      play.nowMs += terms.deadlinesMs.audit;
      play.apply(tickOnly);
      expect(statusOf(play, silent)).to.equal('absent');
      expect(seat()).to.include({ absentIn, rejoins: 1, stakeYocto });
    }
  });

  it('of a juror keeps it out of the next round, and not of a panel that needed no more', () => {
    const silent = disputed();
    silent.apply(tickOnly);
    const panel = theDispute(silent).panel!.map(({ seat }) => seat);
    silent.nowMs += terms.deadlinesMs.audit;
    silent.apply(tickOnly);
    const gone = [...(silent.state.run.open?.missed ?? [])];
    for (const seat of panel) if (statusOf(silent, seat) === 'absent') gone.push(seat);
    expect(gone.sort()).to.deep.equal([...panel].sort());
    const decided = disputed();
    jurySays(decided, decided.truth(theDispute(decided)));
    expect(decided.state.run.open!.missed).to.deep.equal([]);
    expect(decided.state.run.roster.filter(({ status }) => status === 'absent')).to.deep.equal([]);
  });
});

describe('"no material" where a jury had it', () => {
  const auditor = 5;
  /** A round in which the auditor denies one claim, of an owner that `isNew`; null: it has none. */
  function deny(play: RunPlay, isNew: (seat: number) => boolean): number | null {
    const denied = play.state.audits.find((one) => one.auditor === auditor && isNew(one.seat));
    for (const audit of play.state.audits) {
      playAudit(play, audit, audit === denied ? 'null' : 'right');
    }
    if (denied) jurySays(play, play.truth(theDispute(play)));
    if (play.state.run.open) playRound(play);
    return denied?.seat ?? null;
  }
  const start = () =>
    crowd({ trainers: 5, auditors: 1, seed: 'x' }, { ...crowdTerms, segments: 2, rounds: 12 });

  it('is fined once it was said of the claims of more than a third of the owners', () => {
    const play = start();
    const denied = new Set<number>();
    const lost: bigint[] = [];
    for (let i = 0; i < 10 && statusOf(play, auditor) === 'active'; i++) {
      const seat = deny(play, (one) => !denied.has(one));
      if (seat === null) continue;
      denied.add(seat);
      lost.push(play.state.seats[auditor]!.slashedYocto);
    }
    expect(lost).to.deep.equal([0n, 0n, near / 10n, near / 5n, near]);
    expect(statusOf(play, auditor)).to.equal('expelled');
  });

  it('is never fined when it is of one worker, who may have sent nothing, however often', () => {
    const play = start();
    for (let i = 0; i < 8; i++) deny(play, (one) => one === 0);
    expect(play.state.seats[auditor]).to.include({ slashedYocto: 0n, auditsWrong: 0 });
  });

  it('gives the fee to the jurors who did the work', () => {
    const fee = near / 20n;
    const dear = { ...crowdTerms, auditFeeYocto: `${fee}` };
    const play = crowd({ trainers: 5, auditors: 1, seed: 'x' }, dear);
    const denied = play.state.audits.find((one) => one.auditor === auditor)!;
    for (const audit of play.state.audits) {
      if (audit !== denied) playAudit(play, audit, 'right');
    }
    playAudit(play, denied, 'null');
    const before = play.state.seats.map(({ earnedYocto }) => earnedYocto);
    play.apply(tickOnly);
    const { panel, id } = theDispute(play);
    const answer = play.truth(theDispute(play));
    for (const { seat } of panel!.slice(0, 2)) {
      play.apply({ kind: 'judge', ...play.actor(seat), dispute: id, answer });
    }
    const storage = BigInt(disputeBytes) * storageYoctoPerByte;
    // Half of it each, and before that what the dispute stores: nobody else pays for it.
    for (const { seat } of panel!.slice(0, 2)) {
      const earned = play.state.seats[seat]!.earnedYocto - before[seat]!;
      const beside = earned % BigInt(crowdTerms.rewardYocto);
      expect(beside % fee).to.equal((fee - storage) / 2n);
    }
  });
});

describe('a deadline', () => {
  it("is the terms' until the cohort's pace is known, then follows it", () => {
    const play = cohort();
    const left = () => play.state.run.open!.deadlineMs - play.state.run.open!.sinceMs;
    expect(left()).to.equal(8 * hourMs);
    round(play);
    expect(left()).to.equal((8 * hourMs) / shortestShareOfDeadline);
    act(play);
    expect(play.state.run.open!.phase).to.equal('reveal');
    expect(left()).to.equal((8 * hourMs) / shortestShareWithStake);
  });

  it('comes closer for those who are left once more than half have committed', () => {
    const play = cohort();
    const open = () => play.state.run.open!;
    play.nowMs += 60_000;
    for (const seat of [0, 1]) play.apply(play.commitCommand(seat));
    expect(open().deadlineMs - open().sinceMs).to.equal(8 * hourMs);
    play.apply(play.commitCommand(2));
    expect(open().deadlineMs - open().sinceMs).to.equal((8 * hourMs) / shortestShareOfDeadline);
  });

  it('does not for a reveal: a stake hangs on what was announced', () => {
    const play = cohort();
    act(play);
    const { deadlineMs } = play.state.run.open!;
    play.nowMs += 60_000;
    for (const seat of [0, 1, 2, 3]) play.apply({ kind: 'reveal', ...play.opening(seat) });
    expect(play.state.run.open!.deadlineMs).to.equal(deadlineMs);
  });

  it('is moved by no smaller part of the cohort, however slow', () => {
    const play = cohort();
    for (let i = 0; i < 3; i++) {
      for (const phase of ['train', 'reveal', 'certify', 'aggregate']) {
        const { slices } = play.state.run.open!;
        const { round: number } = play.state.run.open!;
        play.nowMs += 60_000;
        for (const { seat } of slices) {
          if (seat === 3) play.nowMs = play.state.run.open!.deadlineMs - 1_000;
          const who = { ...play.actor(seat), round: number };
          if (phase === 'train') play.apply(play.commitCommand(seat));
          if (phase === 'reveal') play.apply({ kind: 'reveal', ...play.opening(seat) });
          const available = slices.map((one) => one.seat);
          if (phase === 'certify') play.apply({ kind: 'certify', ...who, available });
          if (phase === 'aggregate') {
            play.apply({ kind: 'submit_root', ...who, root: play.rootOf(number) });
          }
        }
        play.apply(play.tick());
      }
      expect(Math.max(...play.state.run.recentMs.train)).to.be.below(hourMs);
    }
  });

  it('doubles when more than half were too slow for it, up to the terms', () => {
    const play = cohort();
    round(play);
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const open = play.state.run.open!;
      waits.push(open.deadlineMs - open.sinceMs);
      play.apply(play.commitCommand(0));
      play.nowMs = open.deadlineMs;
      play.apply(play.tick());
      for (let seat = 1; seat < 5; seat++) rejoin(play, seat);
      play.apply(play.tick());
    }
    expect(waits[0]).to.equal(hourMs);
    expect(Math.max(...waits)).to.be.above(2 * hourMs);
    expect(Math.max(...waits)).to.be.at.most(8 * hourMs);
  });
});

describe('always at the last hour', () => {
  const slowest = (play: RunPlay) => {
    for (const phase of ['train', 'reveal', 'certify', 'aggregate']) {
      const { slices, round: number } = play.state.run.open!;
      play.nowMs += 60_000;
      const late = slices.some(({ seat }) => seat === 4);
      for (const { seat } of slices) {
        if (seat === 4) play.nowMs = play.state.run.open!.deadlineMs - 1_000;
        const who = { ...play.actor(seat), round: number };
        const available = slices.map((one) => one.seat);
        if (phase === 'train') play.apply(play.commitCommand(seat));
        if (phase === 'reveal') play.apply({ kind: 'reveal', ...play.opening(seat) });
        if (phase === 'certify') play.apply({ kind: 'certify', ...who, available });
        if (phase === 'aggregate') {
          play.apply({ kind: 'submit_root', ...who, root: play.rootOf(number) });
        }
      }
      play.apply(play.tick());
      if (!late) return;
    }
  };

  it('is absent when it is late in four rounds soon after one another', () => {
    const play = cohort();
    round(play);
    for (let i = 0; i < 3; i++) slowest(play);
    expect(statusOf(play, 4)).to.equal('active');
    slowest(play);
    expect(statusOf(play, 4)).to.equal('absent');
    expect(play.state.seats[4]!.slashedYocto).to.equal(0n);
  });

  it('is nothing when it happens now and then', () => {
    const play = cohort();
    round(play);
    for (let i = 0; i < 4; i++) {
      slowest(play);
      for (let quick = 0; quick < 8; quick++) if (play.state.run.open) round(play);
    }
    expect(statusOf(play, 4)).to.not.equal('absent');
  });

  it('starts only far behind the others, and after time for a restart', () => {
    const play = cohort();
    round(play);
    act(play);
    play.nowMs += (8 * hourMs) / lateShareOfDeadline;
    play.apply({ kind: 'reveal', ...play.opening(0) });
    expect(play.state.seats[0]!.lateness).to.equal(0);
    play.nowMs += 1;
    play.apply({ kind: 'reveal', ...play.opening(1) });
    expect(play.state.seats[1]!.lateness).to.be.above(0);
  });
});

describe('a pause that nobody ends', () => {
  const paused = () => {
    const play = running();
    play.apply(play.commitCommand(0));
    play.nowMs += terms.deadlinesMs.train;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'paused' });
    return play;
  };

  it('stops the run with a refund after two weeks, by anybody’s tick', () => {
    const play = paused();
    const { escrowYocto } = play.state.run;
    const before = play.totals.treasury;
    play.nowMs += pauseMsMax - 1;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'paused' });
    play.nowMs += 1;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'stopped', escrowYocto: 0n });
    expect(play.effects?.result).to.include({ moved: true });
    const unused = play.state.seats.map((seat) => unusedSeatYocto(seat, false));
    const returned = unused.reduce((sum, yocto) => sum + yocto, escrowYocto);
    expect(play.totals.treasury).to.equal(before + returned);
    for (const { account, slashedYocto } of play.state.seats) {
      expect([play.ledgers.get(account), slashedYocto]).to.deep.equal([near, 0n]);
    }
  });

  it('goes on when enough trainers are back, also at the last moment', () => {
    const play = paused();
    for (const seat of [1, 2]) play.apply({ kind: 'rejoin', account: accountOf(play, seat) });
    play.nowMs += pauseMsMax;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'running', pausedSinceMs: null });
  });

  it('by a vote is given its own time first', () => {
    const play = paused();
    play.apply({ kind: 'pause', forMs: pauseMsMax });
    play.nowMs += 2 * pauseMsMax - 1;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'paused' });
    play.nowMs += 1;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'stopped' });
  });

  it('waits for a round that may still become final, and pays it', () => {
    const challengeWindowMs = 2 * pauseMsMax;
    const play = cohort({ ...slowTerms, challengeWindowMs });
    round(play);
    play.apply({ kind: 'pause', forMs: 1 });
    play.nowMs += pauseMsMax + 1;
    play.apply({ kind: 'pause', forMs: 1 });
    const { challengeUntilMs } = play.state.run.provisional!;
    for (let seat = 0; seat < 5; seat++) play.state.run.roster[seat]!.status = 'absent';
    play.nowMs = challengeUntilMs - 1;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'paused', finalRounds: 0 });
    play.nowMs = challengeUntilMs + pauseMsMax;
    play.apply(play.tick());
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'stopped', finalRounds: 1 });
    expect(play.state.seats[0]).to.include({ verifiedRounds: 1 });
  });
});
