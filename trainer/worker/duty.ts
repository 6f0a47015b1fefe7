/**
 * What a seat owes the run right now. A worker holds no plan of its own: it reads the chain, asks
 * this pure function what is next, does it, and reads again. That is why it can be killed at any
 * point and started again, and why the same function can be tested without a chain.
 */
import type { AuditView, RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';

export type Duty =
  | { kind: 'enrol' }
  | { kind: 'rejoin' }
  | { kind: 'tick'; because: string }
  | { kind: 'train'; round: number }
  | { kind: 'reveal'; round: number }
  | { kind: 'certify'; round: number; revealed: readonly number[] }
  | { kind: 'submit-root'; round: number; included: readonly number[] }
  | { kind: 'deliver'; audit: AuditView }
  | { kind: 'open'; audit: AuditView }
  | { kind: 'answer'; audit: AuditView }
  | { kind: 'wait'; for: string }
  | { kind: 'finish'; because: string };

export interface DutyInput {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
  readonly account: string;
  /** Label of this machine among the account's. */
  readonly worker?: string;
  readonly role: 'trainer' | 'auditor';
  /** Chain time. */
  readonly nowMs: number;
}

/** The most urgent thing that `account` can do; quick acts come before computing. */
export function nextDuty(input: DutyInput): Duty {
  const { run, seats, nowMs } = input;
  if (run.status === 'completed' || run.status === 'stopped') {
    return { kind: 'finish', because: `the run is ${run.status}` };
  }
  const mine = findSeat(seats, input);
  const drawIsDue = run.status === 'enrolling' && nowMs >= run.enrolDeadlineMs;
  const { account, worker = '' } = input;
  const given = seats.find((seat) => seat.account === account && seat.worker === worker);
  if (!mine && given) {
    return { kind: 'finish', because: `${given.operator} acts for seat ${given.seat}` };
  }
  if (!mine) return drawIsDue ? { kind: 'tick', because: 'deadline passed' } : { kind: 'enrol' };
  if (mine.status === 'expelled') return { kind: 'finish', because: 'this seat was expelled' };
  if (run.status === 'enrolling') return enrolling(run, seats, nowMs);
  return (
    // An absent seat still answers for what it claimed before: its stake hangs on that.
    materialDuty(run, mine) ??
    absentDuty(run, seats, mine) ??
    roundActDuty(run, mine) ??
    answerDuty(run, mine) ??
    tickDuty(run, seats, nowMs) ??
    trainDuty(run, mine) ??
    waiting(run, mine)
  );
}

/** The seat that `account` acts for under this label: by its owner's word, or its own. */
export function findSeat(
  seats: readonly SeatView[],
  { account, worker = '' }: { readonly account: string; readonly worker?: string },
): SeatView | undefined {
  return seats.find((seat) => seat.operator === account && seat.worker === worker);
}

function enrolling(run: RunView, seats: readonly SeatView[], nowMs: number): Duty {
  const { maxWorkers, maxAuditors } = run.terms;
  const applied = (role: SeatView['role']) => seats.filter((seat) => seat.role === role).length;
  const full = applied('trainer') >= maxWorkers && applied('auditor') >= maxAuditors;
  if (full) return { kind: 'tick', because: 'everybody acted' };
  if (nowMs >= run.enrolDeadlineMs) return { kind: 'tick', because: 'deadline passed' };
  return { kind: 'wait', for: 'more contributors to enrol' };
}

/** What others wait for before they can compute: the material of audits of my own claims. */
function materialDuty(run: RunView, mine: SeatView): Duty | null {
  for (const audit of run.audits) {
    if (audit.seat !== mine.seat) continue;
    if (audit.state === 'material') return { kind: 'deliver', audit };
    if (audit.state === 'opening') return { kind: 'open', audit };
  }
  return null;
}

/** Coming back, as soon as nobody else has the place. */
function absentDuty(run: RunView, seats: readonly SeatView[], mine: SeatView): Duty | null {
  if (mine.status !== 'absent') return null;
  const { maxWorkers, maxAuditors } = run.terms;
  const places = mine.role === 'trainer' ? maxWorkers : maxAuditors;
  const taken = seats.filter((seat) => seat.role === mine.role && seat.status === 'active').length;
  return taken < places ? { kind: 'rejoin' } : { kind: 'wait', for: 'a place to be free' };
}

function roundActDuty(run: RunView, mine: SeatView): Duty | null {
  const open = run.open;
  if (!open || !isIn(open.slices, mine.seat)) return null;
  const { round } = open;
  if (open.phase === 'reveal' && owes(open.committed, open.revealed, mine)) {
    return { kind: 'reveal', round };
  }
  if (open.phase === 'certify' && owes(open.revealed, open.certified, mine)) {
    return { kind: 'certify', round, revealed: open.revealed };
  }
  if (open.phase === 'aggregate' && owes(open.certified, open.submitted, mine)) {
    return { kind: 'submit-root', round, included: open.included ?? [] };
  }
  return null;
}

function answerDuty(run: RunView, mine: SeatView): Duty | null {
  for (const audit of run.audits) {
    if (audit.state === 'answer' && audit.auditor === mine.seat) return { kind: 'answer', audit };
    const juror = audit.jury.find((one) => one.seat === mine.seat);
    if (audit.state === 'disputed' && juror && !juror.answered) return { kind: 'answer', audit };
  }
  return null;
}

function tickDuty(run: RunView, seats: readonly SeatView[], nowMs: number): Duty | null {
  const late = run.audits.some((audit) => isPending(audit) && nowMs >= audit.deadlineMs);
  const undrawn = run.audits.some(({ state, jury }) => state === 'disputed' && jury.length === 0);
  if (undrawn) return { kind: 'tick', because: 'a jury is to be drawn' };
  if (late) return { kind: 'tick', because: 'deadline passed' };
  const expelled = seats.filter(({ status }) => status === 'expelled').map(({ seat }) => seat);
  const isLost = ({ state, auditor }: AuditView) =>
    state === 'answer' && expelled.includes(auditor);
  if (run.audits.some(isLost)) return { kind: 'tick', because: 'an auditor is to be replaced' };
  if (run.status === 'paused') return canGoOn(run, seats);
  const open = run.open;
  if (!open || (open.phase === 'aggregate' && hasPendingAudits(run))) return null;
  if (nowMs >= open.deadlineMs) return { kind: 'tick', because: 'deadline passed' };
  return everybodyActed(run, seats) ? { kind: 'tick', because: 'everybody acted' } : null;
}

function canGoOn(run: RunView, seats: readonly SeatView[]): Duty | null {
  // Paused by a vote: no tick moves it before that time.
  if (run.pausedUntilMs !== null && run.nowMs < run.pausedUntilMs) return null;
  const trainers = seats.filter((seat) => seat.role === 'trainer' && seat.status === 'active');
  if (trainers.length < run.terms.minWorkers) return null;
  return { kind: 'tick', because: 'enough trainers are back' };
}

/** Whether the open round's phase has heard from all that can still act. */
export function everybodyActed(run: RunView, seats: readonly SeatView[]): boolean {
  const open = run.open;
  if (!open) return false;
  const [expected, acted] = expectedAndActed(open);
  const active = new Set(seats.filter((seat) => seat.status === 'active').map(({ seat }) => seat));
  return expected.every((seat) => !active.has(seat) || acted.includes(seat));
}

function expectedAndActed(open: NonNullable<RunView['open']>): [number[], number[]] {
  switch (open.phase) {
    case 'train':
      return [open.slices.map(({ seat }) => seat), open.committed];
    case 'reveal':
      return [open.committed, open.revealed];
    case 'certify':
      return [open.revealed, open.certified];
    case 'aggregate':
      return [open.certified, open.submitted];
  }
}

/** Audits of the provisional round hold the next round's closing; those of the open one do not. */
export function hasPendingAudits(run: RunView): boolean {
  return run.audits.some((audit) => audit.round === run.provisional?.round && isPending(audit));
}

function isPending(audit: AuditView): boolean {
  return audit.state !== 'passed' && audit.state !== 'failed';
}

function trainDuty(run: RunView, mine: SeatView): Duty | null {
  const open = run.open;
  if (open?.phase !== 'train' || !isIn(open.slices, mine.seat)) return null;
  return open.committed.includes(mine.seat) ? null : { kind: 'train', round: open.round };
}

function waiting(run: RunView, mine: SeatView): Duty {
  if (run.status === 'paused') {
    return { kind: 'wait', for: `the run to go on (paused: ${run.pausedBecause ?? 'no reason'})` };
  }
  if (!run.open) return { kind: 'wait', for: 'the last audits' };
  if (mine.role === 'auditor') return { kind: 'wait', for: 'audits to answer' };
  if (!isIn(run.open.slices, mine.seat)) {
    return { kind: 'wait', for: 'the next round to open' };
  }
  return { kind: 'wait', for: `the others (round ${run.open.round}, ${run.open.phase})` };
}

function owes(before: readonly number[], done: readonly number[], mine: SeatView): boolean {
  return before.includes(mine.seat) && !done.includes(mine.seat);
}

function isIn(slices: readonly { seat: number }[], seat: number): boolean {
  return slices.some((one) => one.seat === seat);
}
