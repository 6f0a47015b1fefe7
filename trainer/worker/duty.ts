/**
 * What a seat owes the run right now. A worker holds no plan of its own: it reads the chain, asks
 * this pure function what is next, does it, and reads again. That is why it can be killed at any
 * point and started again, and why the same function can be tested without a chain.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type {
  AuditView,
  DisputeView,
  RunView,
  SeatView,
} from '@commonweights/dao-contracts/client/views.js';
import { holdsRound, waitsForRound } from '@commonweights/dao-contracts/rules/dispute.js';

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
  | { kind: 'measure'; audit: AuditView }
  | { kind: 'uncover'; audit: AuditView }
  | { kind: 'judge'; dispute: DisputeView }
  | { kind: 'appeal'; dispute: DisputeView }
  | { kind: 'challenge-root'; round: number; root: Digest }
  /** `untilMs`: chain time at which it ends by itself. */
  | { kind: 'wait'; for: string; untilMs?: number }
  | { kind: 'finish'; because: string };

export interface DutyInput extends Acting {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
  readonly role: 'trainer' | 'auditor';
  /** Chain time. */
  readonly nowMs: number;
  /** What this seat computed of the provisional round; null: nothing, or it is not to challenge. */
  readonly ownRoot?: Digest | null;
  /** Disputes that this seat lost and does not appeal, by id. */
  readonly declined?: ReadonlySet<number>;
  /** Audits whose sealed end this seat has lost, by `auditKey`. */
  readonly lost?: ReadonlySet<string>;
  /** It was absent as often as it may be: nobody lets it back. */
  readonly banned?: boolean;
  /** It wants to leave: it begins nothing new, and goes once nothing of it is open. */
  readonly retiring?: boolean;
  /** Round whose commitment it sent, whether or not anybody knows that it landed; 0: none. */
  readonly sent?: number;
}

/** The most urgent thing that `account` can do; quick acts come before computing. */
export function nextDuty(input: DutyInput): Duty {
  const { run, seats, nowMs } = input;
  if (run.status === 'completed' || run.status === 'stopped') {
    return { kind: 'finish', because: `the run is ${run.status}` };
  }
  const mine = findSeat(seats, input);
  const drawIsDue = run.status === 'enrolling' && nowMs >= run.enrolDeadlineMs;
  const { account, worker = '', owner = account } = input;
  const given = seats.find((seat) => seat.account === owner && seat.worker === worker);
  if (!mine && given) {
    return { kind: 'finish', because: `${given.operator} acts for seat ${given.seat}` };
  }
  if (!mine && owner !== account) {
    return { kind: 'finish', because: `${owner} has no seat in it that could name an operator` };
  }
  // Until it is carried out, what was decided on lets nobody act.
  if (run.busy) return { kind: 'tick', because: 'work is left of what was decided on' };
  if (input.retiring && !isBound(run, mine, input.sent ?? 0)) {
    return { kind: 'finish', because: retired };
  }
  if (!mine) return drawIsDue ? { kind: 'tick', because: 'deadline passed' } : { kind: 'enrol' };
  if (mine.status === 'expelled') return expelledDuty(input, mine);
  if (run.status === 'enrolling') return enrolling(run, nowMs);
  return (
    // An absent seat still answers for what it claimed before: its stake hangs on that.
    materialDuty(run, mine) ??
    // Not to reveal costs the stake; a challenge has its window, and an appeal, which has to be
    // computed first, has days.
    (mine.status === 'active' ? roundActDuty(run, mine) : null) ??
    challengeDuty(run, input.ownRoot ?? null) ??
    appealDuty(input, mine) ??
    (input.retiring || input.banned ? null : absentDuty(run, seats, mine)) ??
    answerDuty(input, mine) ??
    tickDuty(run, seats, nowMs) ??
    (input.retiring ? null : trainDuty(run, mine)) ??
    (input.retiring ? { kind: 'wait', for: 'its last round to be final' } : waiting(run, mine))
  );
}

/** Why a seat that wanted to leave is done. */
export const retired = 'stopped on request; nothing of this seat is open';

/**
 * Whether a seat that left now could lose by it: what it committed is to be revealed, what it revealed
 * can be audited until its round is final, what it audits or judges is to be answered.
 */
function isBound(run: RunView, mine: SeatView | undefined, sent: number): boolean {
  if (!mine || run.status === 'enrolling') return false;
  const { open, provisional, audits, disputes } = run;
  const { seat } = mine;
  return (
    (open !== null && open.committed.includes(seat)) ||
    // It may still land as long as the phase goes on.
    (open !== null && open.phase === 'train' && open.round === sent) ||
    (provisional !== null && provisional.included.includes(seat)) ||
    audits.some((one) => isPending(one) && [one.seat, one.auditor].includes(seat)) ||
    disputes.some(
      ({ defendants, stage, panel }) =>
        (stage !== 'dao' && defendants.includes(seat)) || panel.some((one) => one.seat === seat),
    )
  );
}

/** Whose seat a machine works for. */
export interface Acting {
  readonly account: string;
  /** Label of the machine; default ''. */
  readonly worker?: string;
  /**
   * Who owns the seat; default: the account. Anybody can name any account as operator, so nobody
   * works for others who has not said for whom.
   */
  readonly owner?: string;
}

/** The seat that `account` acts for under this label: its own, or that of the owner it works for. */
export function findSeat(seats: readonly SeatView[], it: Acting): SeatView | undefined {
  const { account, worker = '', owner = account } = it;
  return seats.find(
    (seat) => seat.account === owner && seat.operator === account && seat.worker === worker,
  );
}

function enrolling({ enrolDeadlineMs }: RunView, nowMs: number): Duty {
  if (nowMs >= enrolDeadlineMs) return { kind: 'tick', because: 'deadline passed' };
  return { kind: 'wait', for: 'the draw of seats', untilMs: enrolDeadlineMs };
}

/** What others wait for before they can compute: the material of audits of my own claims. */
function materialDuty(run: RunView, mine: SeatView): Duty | null {
  for (const audit of run.audits) {
    if (audit.seat !== mine.seat) continue;
    if (audit.state === 'material') return { kind: 'deliver', audit };
    if (audit.state === 'opening') return { kind: 'open', audit };
    if (audit.state === 'uncover') return { kind: 'uncover', audit };
  }
  return null;
}

/** A wrong root is everybody's loss: whoever has computed another one says so while it can. */
function challengeDuty({ provisional, disputes }: RunView, ownRoot: Digest | null): Duty | null {
  if (!provisional || ownRoot === null || ownRoot === provisional.root) return null;
  const { round, struck } = provisional;
  const open = disputes.some((one) => one.round === round && one.kind === 'root');
  return open || struck !== null ? null : { kind: 'challenge-root', round, root: ownRoot };
}

/** Whoever lost may ask a larger panel, while there is time. */
function appealDuty({ run, declined, nowMs }: DutyInput, mine: SeatView): Duty | null {
  const dispute = run.disputes.find((one) => {
    if (one.stage !== 'window' || one.appealYocto === null || declined?.has(one.id)) return false;
    if (nowMs >= one.deadlineMs) return false;
    const lost = one.verdict === 'against' ? one.defendants : [one.plaintiffSeat];
    return lost.includes(mine.seat);
  });
  return dispute ? { kind: 'appeal', dispute } : null;
}

/** Convicted is not yet gone: what it appealed against may still give everything back. */
function expelledDuty(input: DutyInput, mine: SeatView): Duty {
  const { run, declined } = input;
  const appeal = appealDuty(input, mine);
  if (appeal) return appeal;
  const waits = run.disputes.some(
    ({ id, defendants, level }) =>
      level > 0 && defendants.includes(mine.seat) && !declined?.has(id),
  );
  if (waits) return { kind: 'wait', for: 'what comes of the appeal' };
  return { kind: 'finish', because: 'this seat was expelled' };
}

/** Coming back, as soon as nobody else has the place. */
function absentDuty(run: RunView, seats: readonly SeatView[], mine: SeatView): Duty | null {
  if (mine.status !== 'absent') return null;
  if (run.status === 'running' && run.nextRound < mine.fromRound) {
    return { kind: 'wait', for: `round ${mine.fromRound - 1}: it was absent too often` };
  }
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
  if (open.phase === 'certify' && owes(open.witnesses, open.certified, mine)) {
    return { kind: 'certify', round, revealed: open.revealed };
  }
  if (open.phase === 'aggregate' && owes(open.revealed, open.submitted, mine)) {
    return { kind: 'submit-root', round, included: open.included ?? [] };
  }
  return null;
}

function answerDuty({ run, lost }: DutyInput, mine: SeatView): Duty | null {
  for (const audit of run.audits) {
    if (audit.auditor !== mine.seat || lost?.has(auditKey(audit))) continue;
    if (audit.state === 'answer') return { kind: 'answer', audit };
    if (audit.state === 'measure') return { kind: 'measure', audit };
  }
  for (const dispute of run.disputes) {
    const juror = dispute.panel.find((one) => one.seat === mine.seat);
    if (juror && !juror.answered) return { kind: 'judge', dispute };
  }
  return null;
}

/** One audit among those of a run. */
export function auditKey(audit: Pick<AuditView, 'round' | 'seat' | 'segment' | 'auditor'>): string {
  const { round, seat, segment, auditor } = audit;
  return [round, seat, segment, auditor].join(' ');
}

function tickDuty(run: RunView, seats: readonly SeatView[], nowMs: number): Duty | null {
  // A disputed audit waits for its dispute, which has deadlines of its own.
  const isLate = ({ state, deadlineMs }: AuditView) => state !== 'disputed' && nowMs >= deadlineMs;
  const late = run.audits.some((audit) => isPending(audit) && isLate(audit));
  const undrawn = run.disputes.some(({ stage, panel }) => stage === 'jury' && panel.length === 0);
  if (undrawn) return { kind: 'tick', because: 'a jury is to be drawn' };
  if (late || run.disputes.some((one) => isDisputeDue(run, one, nowMs)))
    return { kind: 'tick', because: 'deadline passed' };
  const expelled = seats.filter(({ status }) => status === 'expelled').map(({ seat }) => seat);
  const isLost = ({ state, auditor }: AuditView) =>
    (state === 'answer' || state === 'measure') && expelled.includes(auditor);
  if (run.audits.some(isLost)) return { kind: 'tick', because: 'an auditor is to be replaced' };
  if (run.status === 'paused') return canGoOn(run, seats) ?? forsaken(run, nowMs);
  const open = run.open;
  if (run.provisional && !hasPendingAudits(run) && isClosable(run.provisional, nowMs)) {
    return { kind: 'tick', because: 'the provisional round is to close' };
  }
  if (!open && !run.provisional && run.closedRounds < run.terms.rounds) {
    return { kind: 'tick', because: 'the next round is to open' };
  }
  if (!open || (open.phase === 'aggregate' && run.provisional)) return null;
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

/** Nobody came back in time: stakes and escrow are let go. */
function forsaken({ pauseEndsMs, provisional }: RunView, nowMs: number): Duty | null {
  if (pauseEndsMs === null || provisional || nowMs < pauseEndsMs) return null;
  return { kind: 'tick', because: 'it was paused too long' };
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
      return [open.witnesses, open.certified];
    case 'aggregate':
      return [open.revealed.filter((seat) => !missedCertifying(open, seat)), open.submitted];
  }
}

/** It seems to have crashed: it may still name a root, but is not waited for. */
function missedCertifying(open: NonNullable<RunView['open']>, seat: number): boolean {
  return open.witnesses.includes(seat) && !open.certified.includes(seat);
}

/** Audits of the provisional round, and disputes about it, hold the next round's closing. */
export function hasPendingAudits(run: RunView): boolean {
  const round = run.provisional?.round;
  return (
    run.audits.some((audit) => audit.round === round && isPending(audit)) ||
    run.disputes.some((dispute) => dispute.round === round && holdsRound(dispute))
  );
}

/** Nothing but time kept it open. */
function isClosable(
  { challengeUntilMs, struck }: NonNullable<RunView['provisional']>,
  nowMs: number,
): boolean {
  return struck !== null || nowMs >= challengeUntilMs;
}

/** What took money is closed after its round: what the round cost is known then. */
function isDisputeDue(run: RunView, dispute: DisputeView, nowMs: number): boolean {
  if (nowMs < dispute.deadlineMs) return false;
  return dispute.stage !== 'window' || !waitsForRound(run, dispute);
}

function isPending(audit: AuditView): boolean {
  return audit.state !== 'passed' && audit.state !== 'failed';
}

function trainDuty(run: RunView, mine: SeatView): Duty | null {
  const open = run.open;
  if (open?.phase !== 'train' || mine.status !== 'active') return null;
  if (!isIn(open.slices, mine.seat)) return null;
  return open.committed.includes(mine.seat) ? null : { kind: 'train', round: open.round };
}

function waiting(run: RunView, mine: SeatView): Duty {
  if (mine.status === 'absent') {
    return { kind: 'wait', for: 'the end of the run: it was absent as often as it may be' };
  }
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
