import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type {
  AuditView,
  DisputeView,
  RunView,
  SeatView,
} from '@commonweights/dao-contracts/client/views.js';
import {
  auditKey,
  everybodyActed,
  nextDuty,
  retired,
  type Duty,
} from '@commonweights/trainer/worker/duty.js';
import { named, near, RunPlay } from '../../dao-contracts/rules/run-play.js';
import { lookAt } from '../../support/run-under-way.js';

describe('what a seat owes', () => {
  /** Three trainers (seats 0 to 2) and an auditor (3) in round 1. */
  const running = (): RunPlay => {
    const play = new RunPlay();
    for (const account of play.accounts.slice(0, 4)) {
      const role = account === 'a3.test' ? 'auditor' : 'trainer';
      play.apply({ kind: 'enrol', account, role, fromRound: null, depositYocto: near });
    }
    play.draw();
    return play;
  };
  const base = lookAt(running());
  const accountOf = (seat: number) => base.seats[seat]!.account;
  type Open = NonNullable<RunView['open']>;

  const duty = (
    seat: number,
    it: {
      run?: Partial<RunView>;
      open?: Partial<Open> | null;
      audits?: Partial<AuditView>[];
      seats?: Record<number, Partial<SeatView>>;
      nowMs?: number;
      retiring?: boolean;
      banned?: boolean;
      lost?: ReadonlySet<string>;
    } = {},
  ): Duty => {
    const open = it.open === null ? null : { ...base.run.open!, ...it.open };
    const audits = (it.audits ?? []).map((one) => ({ ...someAudit, ...one }));
    const run = { ...base.run, ...it.run, open, audits };
    const seats = base.seats.map((one) => ({ ...one, ...it.seats?.[one.seat] }));
    const account = accountOf(seat);
    const { nowMs = run.nowMs, retiring = false, banned = false, lost = new Set() } = it;
    const flags = { retiring, banned, lost };
    return nextDuty({ run, seats, account, role: 'trainer', nowMs, ...flags });
  };
  const someAudit: AuditView = {
    ...{ round: 1, seat: 0, segment: 0, auditor: 3, state: 'material', deadlineMs: 1e9 },
    ...{ startLeaf: null, answer: null, answered: false, openedLeaf: null, jury: [] },
  };
  const someDispute: DisputeView = {
    ...{ id: 1, round: 1, ordinal: 0, kind: 'audit', seat: 0, segment: 0, startLeaf: null },
    ...{ claimed: named('leaf'), other: null, plaintiff: 'a3.test', plaintiffSeat: 3 },
    ...{ defendants: [0], stage: 'jury', level: 0, deadlineMs: 1e9, panel: [], verdict: null },
    ...{ acted: false, lockedYocto: 0n, bondsYocto: 0n, appealYocto: null },
  };
  const provisional = {
    ...{ ...base.run.open!, root: named('root'), included: [0, 1, 2], round: 1 },
    ...{ namedBy: [0, 1, 2], struck: null, challengeUntilMs: 1e9, challengeYocto: 5n },
  };

  it('is nothing any more when the run has ended', () => {
    for (const status of ['completed', 'stopped'] as const) {
      const ended = duty(0, { run: { status }, audits: [{ state: 'material' }] });
      expect(ended).to.deep.equal({ kind: 'finish', because: `the run is ${status}` });
    }
  });

  it('is nothing any more when it was expelled', () => {
    const expelled = duty(0, { seats: { 0: { status: 'expelled' } } });
    expect(expelled).to.deep.equal({ kind: 'finish', because: 'this seat was expelled' });
  });

  describe('when it wants to leave', () => {
    const retiring = true;
    const gone = { kind: 'finish', because: retired };
    it('is nothing while it has begun nothing', () => {
      expect(duty(0, { retiring })).to.deep.equal(gone);
      expect(duty(3, { retiring })).to.deep.equal(gone);
      expect(duty(0, { retiring, seats: { 0: { status: 'absent' } } })).to.deep.equal(gone);
    });
    it('is to reveal what it committed', () => {
      const open = { phase: 'reveal' as const, committed: [0, 1, 2] };
      expect(duty(0, { retiring, open })).to.deep.equal({ kind: 'reveal', round: 1 });
    });
    it('is to wait while a commitment that it sent may still land', () => {
      const { run, seats } = base;
      const at = { run, seats, account: accountOf(0), role: 'trainer' as const, nowMs: run.nowMs };
      expect(nextDuty({ ...at, retiring, sent: 1 }).kind).to.equal('wait');
      expect(nextDuty({ ...at, retiring, sent: 0 })).to.deep.equal(gone);
      const later = { ...run, open: { ...run.open!, phase: 'reveal' as const } };
      expect(nextDuty({ ...at, run: later, retiring, sent: 1 })).to.deep.equal(gone);
    });
    it('is to wait until what it revealed is final', () => {
      const waits = duty(0, { retiring, run: { provisional }, open: { round: 2 } });
      expect(waits).to.deep.equal({ kind: 'wait', for: 'its last round to be final' });
    });
    it('is to show what is audited, and to answer what it was asked', () => {
      const audits = [{ state: 'material' as const }];
      const it = { retiring, run: { provisional }, open: { round: 2 }, audits };
      expect(duty(0, it).kind).to.equal('deliver');
      const asked = [{ state: 'answer' as const }];
      expect(duty(3, { retiring, audits: asked }).kind).to.equal('answer');
    });
    it('is to wait for a dispute in which it may lose, and for none of the DAO', () => {
      const disputed = (stage: 'jury' | 'dao') =>
        duty(0, { retiring, run: { disputes: [{ ...someDispute, stage, panel: panelOf(1) }] } });
      expect(disputed('jury').kind).to.equal('wait');
      expect(disputed('dao')).to.deep.equal(gone);
    });
    const panelOf = (seat: number) => [{ seat, answered: false }];
  });

  describe('before the run begins', () => {
    const enrolling = (seats: SeatView[], nowMs: number, account = 'a0.test') => {
      const run = { ...base.run, status: 'enrolling' as const, open: null, enrolDeadlineMs: 50 };
      return nextDuty({ run, seats, account, role: 'trainer', nowMs }).kind;
    };
    it('is to enrol', () => expect(enrolling([], 49)).to.equal('enrol'));
    it('is to wait for others then', () => {
      expect(enrolling(base.seats.slice(0, 2), 49)).to.equal('wait');
    });
    it('is to have the seats drawn when the deadline passed', () => {
      expect(enrolling(base.seats.slice(0, 2), 50)).to.equal('tick');
    });
    it('is to have them drawn before enrolling when nobody else did it', () => {
      expect(enrolling([], 50)).to.equal('tick');
    });
    it('is to wait for the draw, and to say how long, though all places are applied for', () => {
      const run = { ...base.run, status: 'enrolling' as const, open: null, enrolDeadlineMs: 50 };
      const it = { run, seats: base.seats, account: 'a0.test', role: 'trainer' as const };
      const waits = { kind: 'wait', for: 'the draw of seats', untilMs: 50 };
      expect(nextDuty({ ...it, nowMs: 49 })).to.deep.equal(waits);
    });
  });

  describe('as an operator', () => {
    const seats = base.seats.map((seat) =>
      seat.seat === 0 ? { ...seat, operator: 'machine.test' } : seat,
    );
    const run = { ...base.run, open: { ...base.run.open!, phase: 'train' as const } };
    const it_ = { run, seats, role: 'trainer' as const, nowMs: 0, account: 'machine.test' };

    it('is nothing to somebody that has not said for whom it works: anybody can name anybody', () => {
      expect(nextDuty(it_)).to.deep.equal({ kind: 'enrol' });
    });
    it('is that of the seat whose owner it works for', () => {
      expect(nextDuty({ ...it_, owner: 'a0.test' }).kind).to.equal('train');
    });
    it('is over where the owner has named another one, or none', () => {
      expect(nextDuty({ ...it_, owner: 'a1.test' })).to.deep.equal({
        ...{ kind: 'finish', because: 'a1.test acts for seat 1' },
      });
      const because = 'b.test has no seat in it that could name an operator';
      expect(nextDuty({ ...it_, owner: 'b.test' })).to.deep.equal({ kind: 'finish', because });
      const own = { ...it_, account: 'a0.test' };
      expect(nextDuty(own)).to.deep.equal({
        ...{ kind: 'finish', because: 'machine.test acts for seat 0' },
      });
    });
  });

  describe('in a round', () => {
    const all = [0, 1, 2];
    const phases: [string, Partial<Open>, Duty][] = [
      ['is to train', { phase: 'train' }, { kind: 'train', round: 1 }],
      [
        'is to reveal',
        { phase: 'reveal', committed: all, revealed: [1] },
        { kind: 'reveal', round: 1 },
      ],
      [
        'is to certify',
        { phase: 'certify', committed: all, revealed: [2, 0], witnesses: [0, 2] },
        { kind: 'certify', round: 1, revealed: [2, 0] },
      ],
      [
        'is to name the root',
        { phase: 'aggregate', revealed: all, included: [0, 2] },
        { kind: 'submit-root', round: 1, included: [0, 2] },
      ],
    ];
    for (const [name, open, expected] of phases) {
      it(name, () => expect(duty(0, { open })).to.deep.equal(expected));
      it(`${name} only with a slice of the round`, () => {
        const late = duty(0, { open: { ...open, slices: [{ seat: 1, slice: 1 }] } });
        expect(late).to.deep.equal({ kind: 'wait', for: 'the next round to open' });
      });
    }

    it('is to wait once it acted', () => {
      const acted: Partial<Open>[] = [
        { phase: 'train', committed: [0] },
        { phase: 'reveal', committed: all, revealed: [0] },
        { phase: 'certify', revealed: all, witnesses: all, certified: [0] },
        { phase: 'aggregate', revealed: all, submitted: [0] },
      ];
      for (const open of acted) {
        const waits = duty(0, { open });
        expect(waits).to.deep.equal({ kind: 'wait', for: `the others (round 1, ${open.phase})` });
      }
    });

    it('is nothing for who missed the phase before, or was not drawn', () => {
      const missed: Partial<Open>[] = [
        { phase: 'reveal', committed: [1, 2] },
        { phase: 'certify', committed: all, revealed: [1, 2], witnesses: [1, 2] },
        { phase: 'certify', committed: all, revealed: all, witnesses: [1, 2] },
        { phase: 'aggregate', committed: all, revealed: [1, 2] },
      ];
      for (const open of missed) expect(duty(0, { open }).kind, open.phase).to.equal('wait');
    });

    it('is to challenge a root that it has computed otherwise, unless somebody did', () => {
      const { terms, status, ...rest } = base.run;
      const challenge = (ownRoot: Digest | null, changes: Partial<RunView> = {}) => {
        const run = { ...rest, terms, status, provisional, ...changes };
        const input = { run, seats: base.seats, account: accountOf(0), nowMs: 0 };
        return nextDuty({ ...input, role: 'trainer', ownRoot });
      };
      const own = named('own root');
      const challenges = { kind: 'challenge-root', round: 1, root: own };
      expect(challenge(own)).to.deep.equal(challenges);
      expect(challenge(provisional.root).kind).to.equal('train');
      expect(challenge(null).kind).to.equal('train');
      const disputes = [
        { ...someDispute, kind: 'root' as const, panel: [{ seat: 9, answered: false }] },
      ];
      expect(challenge(own, { disputes }).kind).to.equal('train');
      const struck = { ...provisional, struck: 'root' as const };
      expect(challenge(own, { provisional: struck }).kind).to.not.equal('challenge-root');
      // Not to reveal costs the stake; the challenge has its window.
      const reveal = { phase: 'reveal' as const, committed: [0, 1] };
      const open = { ...base.run.open!, ...reveal };
      expect(challenge(own, { open }).kind).to.equal('reveal');
    });

    it('is to appeal a verdict that it lost, and then to wait for what comes of it', () => {
      const lost = {
        ...someDispute,
        ...{ stage: 'window', verdict: 'against', defendants: [0], appealYocto: 7n, panel: [] },
      } as unknown as (typeof base.run.disputes)[number];
      const seats = base.seats.map((seat) =>
        seat.seat === 0 ? { ...seat, status: 'expelled' as const } : seat,
      );
      const next = (changes: object, declined?: ReadonlySet<number>) => {
        const run = { ...base.run, disputes: [{ ...lost, ...changes }] };
        const input = { run, seats, account: accountOf(0), nowMs: 0, role: 'trainer' } as const;
        return nextDuty(declined ? { ...input, declined } : input);
      };
      expect(next({})).to.deep.equal({ kind: 'appeal', dispute: lost });
      expect(next({ stage: 'jury', level: 1 }).kind).to.equal('wait');
      expect(next({}, new Set([lost.id])).kind).to.equal('finish');
      expect(next({ appealYocto: null }).kind).to.equal('finish');
      expect(next({ defendants: [1] }).kind).to.equal('finish');
      expect(next({ verdict: 'for', plaintiffSeat: 0 }).kind).to.equal('appeal');
    });

    it('is to reveal before it computes an appeal, which has days', () => {
      const lost = { ...someDispute, stage: 'window', verdict: 'for', plaintiffSeat: 0 } as const;
      const disputes = [{ ...lost, appealYocto: 7n }] as unknown as typeof base.run.disputes;
      const reveal = { phase: 'reveal' as const, committed: all, revealed: [] };
      expect(duty(0, { run: { disputes }, open: reveal }).kind).to.equal('reveal');
      expect(duty(0, { run: { disputes }, open: { committed: [0] } }).kind).to.equal('appeal');
      const absent = { 0: { status: 'absent' as const } };
      expect(duty(0, { run: { disputes }, open: reveal, seats: absent }).kind).to.equal('appeal');
    });

    it('is to move the phase when everybody acted, or the deadline passed', () => {
      const acted = duty(0, { open: { phase: 'train', committed: all } });
      expect(acted).to.deep.equal({ kind: 'tick', because: 'everybody acted' });
      const { deadlineMs } = base.run.open!;
      const late = { open: { committed: [0] }, nowMs: deadlineMs };
      expect(duty(0, late)).to.deep.equal({ kind: 'tick', because: 'deadline passed' });
      expect(duty(0, { ...late, nowMs: deadlineMs - 1 }).kind).to.equal('wait');
    });

    it('is not to wait for who cannot act any more', () => {
      const seats = { 1: { status: 'expelled' as const }, 2: { status: 'absent' as const } };
      expect(duty(0, { open: { committed: [0] }, seats }).kind).to.equal('tick');
    });

    it('is to move the phase rather than to train for it too late', () => {
      const late = duty(0, { nowMs: base.run.open!.deadlineMs });
      expect(late.kind).to.equal('tick');
    });

    it('is to wait with closing until the audits of the round before are closed', () => {
      const open = { round: 2, phase: 'aggregate' as const, certified: all, submitted: all };
      const run = { provisional };
      const nowMs = base.run.open!.deadlineMs;
      expect(duty(0, { run, open, audits: [{ seat: 1 }], nowMs }).kind).to.equal('wait');
      const passed = [{ seat: 1, state: 'passed' as const }];
      expect(duty(0, { run, open, audits: passed, nowMs }).kind).to.equal('wait');
      const over = { provisional: { ...provisional, challengeUntilMs: nowMs } };
      const closes = duty(0, { run: over, open, audits: passed, nowMs });
      const because = 'the provisional round is to close';
      expect(closes).to.deep.equal({ kind: 'tick', because });
    });

    it('of an auditor is to wait for audits', () => {
      expect(duty(3)).to.deep.equal({ kind: 'wait', for: 'audits to answer' });
    });

    it('is to wait for the last audits when no round is left to open', () => {
      const last = duty(0, { open: null, run: { provisional }, audits: [{ seat: 1 }] });
      expect(last).to.deep.equal({ kind: 'wait', for: 'the last audits' });
    });
  });

  describe('in an audit', () => {
    it('is to deliver and to open what was claimed, before anything else', () => {
      for (const [state, kind] of [
        ['material', 'deliver'],
        ['opening', 'open'],
      ] as const) {
        for (const open of [{}, { phase: 'reveal' as const, committed: [0] }]) {
          const audits = [{ seat: 1 }, { state }, { round: 7, state }];
          const first = duty(0, { open, audits });
          expect(first).to.deep.include({ kind, audit: { ...someAudit, state } });
        }
      }
    });

    it('is none where the sealed end is lost: the others come first', () => {
      const measured = { seat: 1, auditor: 0, state: 'measure' as const };
      const audits = [measured, { seat: 2, auditor: 0, state: 'answer' as const }];
      const open = { phase: 'reveal' as const, committed: [1] };
      expect(duty(0, { audits, open }).kind).to.equal('measure');
      const lost = new Set([auditKey({ ...someAudit, ...measured })]);
      expect(duty(0, { audits, open, lost }).kind).to.equal('answer');
    });

    it('is for an absent seat to deliver before it comes back: its stake hangs on it', () => {
      const seats = { 0: { status: 'absent' as const } };
      expect(duty(0, { seats, audits: [{}] }).kind).to.equal('deliver');
      expect(duty(0, { seats, audits: [{ state: 'opening' }] }).kind).to.equal('open');
    });

    it('is, in the tolerance class, to measure as auditor and to uncover as worker', () => {
      const measured = [{ seat: 1, state: 'measure' as const }];
      expect(duty(3, { audits: measured }).kind).to.equal('measure');
      expect(duty(0, { audits: measured }).kind).to.equal('train');
      expect(duty(0, { audits: [{ state: 'uncover' }] }).kind).to.equal('uncover');
      expect(duty(1, { audits: [{ state: 'uncover' }] }).kind).to.equal('train');
    });

    it('is for its auditor to answer, not for others', () => {
      const audits = [{ seat: 1, state: 'answer' as const }];
      expect(duty(3, { audits }).kind).to.equal('answer');
      expect(duty(0, { audits }).kind).to.equal('train');
      expect(duty(1, { audits }).kind).to.equal('train');
    });

    it('is for each juror to answer once', () => {
      const panel = [
        { seat: 3, answered: true },
        { seat: 2, answered: false },
      ];
      const disputes = [{ ...someDispute, panel }];
      const audits = [{ state: 'disputed' as const, auditor: 1 }];
      const judges = duty(2, { audits, run: { disputes } });
      expect(judges).to.deep.equal({ kind: 'judge', dispute: disputes[0] });
      expect(duty(3, { audits, run: { disputes } }).kind).to.equal('wait');
      expect(duty(1, { audits, run: { disputes } }).kind).to.equal('train');
    });

    it('is to end a dispute that is due, but one that took money only after its round', () => {
      const panel = [{ seat: 3, answered: false }];
      const due = (changes: object, run: object = {}) => {
        const disputes = [{ ...someDispute, panel, deadlineMs: 40, ...changes }];
        return duty(2, { run: { disputes, ...run }, nowMs: 40 });
      };
      const tick = { kind: 'tick', because: 'deadline passed' };
      expect(due({})).to.deep.equal(tick);
      expect(due({ deadlineMs: 41 }).kind).to.equal('train');
      const against = { stage: 'window', verdict: 'against', panel: [] };
      expect(due(against)).to.deep.equal(tick);
      expect(due(against, { provisional }).kind).to.equal('train');
      expect(due({ stage: 'dao', panel: [] })).to.deep.equal(tick);
    });

    it('is to open the next round when the last one is closed and none is open', () => {
      const between = duty(0, { open: null, run: { provisional: null, closedRounds: 1 } });
      expect(between).to.deep.equal({ kind: 'tick', because: 'the next round is to open' });
      const { rounds } = base.run.terms;
      const held = duty(0, { open: null, run: { provisional: null, closedRounds: rounds } });
      expect(held.kind).to.equal('wait');
    });

    it('comes after quick acts, and before training', () => {
      const audits = [{ seat: 1, state: 'answer' as const, auditor: 0 }];
      expect(duty(0, { audits }).kind).to.equal('answer');
      const open = { phase: 'reveal' as const, committed: [0] };
      expect(duty(0, { open, audits }).kind).to.equal('reveal');
    });

    it('is to have a jury drawn for a dispute that has none', () => {
      const audits = [{ seat: 1, state: 'disputed' as const }];
      const disputes = [someDispute];
      const draws = { kind: 'tick', because: 'a jury is to be drawn' };
      expect(duty(0, { audits, run: { disputes } })).to.deep.equal(draws);
      const open = { round: 2, phase: 'aggregate' as const, certified: [0], submitted: [0] };
      expect(duty(0, { run: { provisional, disputes }, open, audits }).kind).to.equal('tick');
    });

    it('is to have a late one decided', () => {
      for (const state of ['material', 'answer', 'opening'] as const) {
        const audits = [{ seat: 1, state, deadlineMs: 40 }];
        const late = duty(2, { audits, nowMs: 40 });
        expect(late, state).to.deep.equal({ kind: 'tick', because: 'deadline passed' });
        expect(duty(2, { audits, nowMs: 39 }).kind).to.equal('train');
      }
      for (const state of ['passed', 'failed'] as const) {
        const closed = duty(2, { audits: [{ seat: 1, state, deadlineMs: 40 }], nowMs: 40 });
        expect(closed.kind).to.equal('train');
      }
    });
  });

  describe('after an absence', () => {
    const absent = { 0: { status: 'absent' as const } };

    it('is to wait for the end where it may not come back, and still to answer', () => {
      const banned = { seats: absent, banned: true };
      expect(duty(0, banned)).to.deep.include({ kind: 'wait' });
      const audits = [{ seat: 1, auditor: 0, state: 'answer' as const }];
      expect(duty(0, { ...banned, audits }).kind).to.equal('answer');
    });

    it('is to come back', () => expect(duty(0, { seats: absent })).to.eql({ kind: 'rejoin' }));

    it('is to come back before acting', () => {
      const open = { phase: 'reveal' as const, committed: [0] };
      expect(duty(0, { seats: absent, open }).kind).to.equal('rejoin');
    });

    it('is to wait while somebody else has the place', () => {
      const run = { terms: { ...base.run.terms, maxWorkers: 2 } };
      const waits = duty(0, { seats: absent, run });
      expect(waits).to.deep.equal({ kind: 'wait', for: 'a place to be free' });
    });

    it('is to wait for the round from which it may come back, but in a pause', () => {
      const again = { 0: { status: 'absent' as const, fromRound: base.run.nextRound + 1 } };
      const waits = { kind: 'wait', for: `round ${base.run.nextRound}: it was absent too often` };
      expect(duty(0, { seats: again })).to.deep.equal(waits);
      const run = { status: 'paused' as const };
      expect(duty(0, { seats: again, run, open: null }).kind).to.equal('rejoin');
    });

    it('is to come back to a paused run too', () => {
      const run = { status: 'paused' as const };
      expect(duty(0, { seats: absent, run, open: null }).kind).to.equal('rejoin');
    });
  });

  describe('while the run is paused', () => {
    const run = { status: 'paused' as const, pausedBecause: 'nobody came' };

    it('is to wait until enough trainers are back', () => {
      const absent = { 1: { status: 'absent' as const }, 2: { status: 'absent' as const } };
      const waits = duty(0, { run, open: null, seats: absent });
      expect(waits).to.deep.equal({ kind: 'wait', for: 'the run to go on (paused: nobody came)' });
      const more = duty(0, { run, open: null, seats: { 1: { status: 'absent' } } });
      expect(more).to.deep.equal({ kind: 'tick', because: 'enough trainers are back' });
    });

    it('is to have it stopped once it was paused too long', () => {
      const gone = { 1: { status: 'absent' as const }, 2: { status: 'absent' as const } };
      const at = (nowMs: number) => {
        const forsaken = { ...run, pauseEndsMs: 100, provisional: null };
        return duty(0, { run: forsaken, open: null, seats: gone, nowMs });
      };
      expect(at(99).kind).to.equal('wait');
      expect(at(100)).to.deep.equal({ kind: 'tick', because: 'it was paused too long' });
    });

    it('is still to answer for what was claimed', () => {
      expect(duty(0, { run, open: null, audits: [{}] }).kind).to.equal('deliver');
    });
  });

  it('counts as done by everybody only in an open round', () => {
    expect(everybodyActed({ ...base.run, open: null }, base.seats)).to.equal(false);
  });
});
