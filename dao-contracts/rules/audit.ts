/**
 * Audits: another seat re-executes one drawn segment of a claim. The worker delivers the state at
 * its start, the auditor answers with the state that it computed at its end, the worker opens what
 * it had committed to, and only a difference needs a jury.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from './errors.js';
import { jurorsMax, trainerAuditsOneIn } from './limits.js';
import { outcomeLeafWith } from './opening.js';
import type { RevealedClaim } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { Audit, Seat } from './run-state.js';
import type { Actor } from './seat-name.js';
import { isRelated } from './seat-owner.js';
import { expel, punishAuditor } from './settlement.js';
import { verifyTraceLeaf, type TraceProof } from './trace-proof.js';

/**
 * Draws what is audited of a round that has just become provisional, and by whom. Not earlier: a
 * verdict must never fall before the round's updates are fixed, or the same work would end in
 * other roots depending on how fast the auditor was.
 */
export function drawAudits(draft: RunDraft): void {
  const { provisional } = draft.run;
  if (!provisional) throw new Error('BUG: no provisional round to audit');
  const { auditedClaimsBps, segments } = draft.terms;
  for (const seat of provisional.included) {
    if (draft.draw.below(10_000) >= auditedClaimsBps) continue;
    const segment = draft.draw.below(segments);
    const auditor = drawAuditor(draft, [seat]);
    if (auditor === undefined) continue;
    draft.audits.push({
      round: provisional.round,
      seat,
      segment,
      auditor,
      replaced: null,
      state: 'material',
      deadlineMs: auditDeadline(draft),
      startLeaf: null,
      answered: false,
      answer: null,
      openedLeaf: null,
      jury: null,
      right: null,
      potYocto: 0n,
    });
    draft.emit('audit_drawn', { round: provisional.round, seat, segment, auditor });
  }
}

/**
 * Mostly an auditor seat, so that trainers are not slowed down. But some audits go to trainers:
 * whoever holds all the places of auditors would else know that its friends are never disputed.
 * With neither auditors nor other trainers nobody is drawn.
 */
function drawAuditor(draft: RunDraft, not: readonly (number | null)[]): number | undefined {
  const auditors = activeSeats(draft, 'auditor', not);
  const trainers = activeSeats(draft, 'trainer', not);
  // Drawn in any case: later draws of this tick then do not depend on who is there.
  const toTrainers = draft.draw.below(trainerAuditsOneIn) === 0;
  const [first, second] = toTrainers ? [trainers, auditors] : [auditors, trainers];
  return draft.draw.take(first.length > 0 ? first : second);
}

function activeSeats(
  draft: RunDraft,
  role: 'trainer' | 'auditor',
  not: readonly (number | null)[],
): number[] {
  const { roster } = draft.run;
  return roster.flatMap((entry, seat) =>
    entry.role === role && entry.status === 'active' && !isRelated(roster, seat, not) ? [seat] : [],
  );
}

export interface AuditStep extends Actor {
  round: number;
  /** Whose claim is audited. */
  seat: number;
}

export interface LeafWithProof {
  leaf: Digest;
  proof: TraceProof;
}

export function deliver(draft: RunDraft, step: AuditStep & LeafWithProof): void {
  const audit = findAudit(draft, step);
  const subject = subjectOf(draft, audit, step);
  if (audit.state !== 'material') refuseStep(audit, 'material');
  checkLeaf(draft, { audit, subject, index: audit.segment }, step);
  audit.startLeaf = step.leaf;
  audit.state = 'answer';
  audit.deadlineMs = auditDeadline(draft);
}

export function answer(draft: RunDraft, step: AuditStep & { leaf: Digest | null }): void {
  const audit = findAudit(draft, step);
  const caller = draft.activeSeatOf(step);
  if (audit.state === 'answer' && audit.auditor === caller.seat) {
    audit.answered = true;
    audit.answer = step.leaf;
    audit.state = 'opening';
    audit.deadlineMs = auditDeadline(draft);
    return;
  }
  const juror = audit.jury?.find((one) => one.seat === caller.seat);
  if (audit.state !== 'disputed' || !juror) {
    refuse('NOT_YOUR_TURN', `this audit is at "${audit.state}" and waits for somebody else`);
  }
  if (juror.answered) refuse('ALREADY_ACTED', 'this juror has answered; wait for the others');
  juror.answered = true;
  juror.leaf = step.leaf;
  decide(draft, audit, false);
}

export interface OpenedLeaf extends LeafWithProof {
  /** After the last segment, the digest of the snapshot after its last step; else null. */
  end: Digest | null;
}

export function open(draft: RunDraft, step: AuditStep & OpenedLeaf): void {
  const audit = findAudit(draft, step);
  const subject = subjectOf(draft, audit, step);
  if (audit.state !== 'opening') refuseStep(audit, 'opening');
  const index = audit.segment + 1;
  const claim = checkLeaf(draft, { audit, subject, index }, step);
  checkOutcome(draft, { claim, last: index === draft.terms.segments }, step);
  audit.openedLeaf = step.leaf;
  if (audit.answer === step.leaf) {
    audit.right = true;
    return pass(draft, audit);
  }
  audit.state = 'disputed';
  audit.deadlineMs = auditDeadline(draft);
}

/** Moves every audit whose deadline passed, and draws juries. Returns whether anything moved. */
export function tickAudits(draft: RunDraft): boolean {
  let moved = false;
  for (const audit of draft.audits) {
    const due = draft.at.nowMs >= audit.deadlineMs;
    if (audit.state === 'disputed' && audit.jury === null) drawJury(draft, audit);
    else if (audit.state === 'material' && due) fail(draft, audit, null);
    else if (audit.state === 'answer' && (due || isLost(draft, audit)))
      replaceAuditor(draft, audit);
    else if (audit.state === 'opening' && due) fail(draft, audit, true);
    else if (audit.state === 'disputed' && due) decide(draft, audit, true);
    else continue;
    moved = true;
  }
  return moved;
}

/** An expelled auditor cannot answer any more: its deadline need not be waited for. */
function isLost(draft: RunDraft, audit: Audit): boolean {
  return draft.roster(audit.auditor).status === 'expelled';
}

function replaceAuditor(draft: RunDraft, audit: Audit): void {
  const other =
    audit.replaced === null ? drawAuditor(draft, [audit.seat, audit.auditor]) : undefined;
  if (other === undefined) return lapse(draft, audit);
  audit.replaced = audit.auditor;
  audit.auditor = other;
  const { round, seat } = audit;
  draft.emit('auditor_replaced', { round, seat, auditor: other });
  audit.deadlineMs = auditDeadline(draft);
}

/** Nobody answered. Free silence would be the cheapest way to let a friend's claim pass. */
function lapse(draft: RunDraft, audit: Audit): void {
  for (const silent of [audit.replaced, audit.auditor]) {
    if (silent !== null) punishAuditor(draft, audit, silent);
  }
  pass(draft, audit);
}

function drawJury(draft: RunDraft, audit: Audit): void {
  const not = [audit.seat, audit.auditor, audit.replaced];
  const jury: number[] = [];
  for (const role of ['auditor', 'trainer'] as const) {
    const candidates = activeSeats(draft, role, not);
    while (jury.length < jurorsMax && candidates.length > 0) {
      jury.push(draft.draw.take(candidates)!);
    }
  }
  audit.jury = jury.map((seat) => ({ seat, answered: false, leaf: null }));
  audit.deadlineMs = auditDeadline(draft);
  if (jury.length === 0) pass(draft, audit);
  else draft.emit('jury_drawn', { round: audit.round, seat: audit.seat, jury });
}

/** Ends a dispute as soon as the jurors who are still to answer cannot change it, or at `due`. */
function decide(draft: RunDraft, audit: Audit, due: boolean): void {
  const jury = audit.jury ?? [];
  const answered = jury.filter((juror) => juror.answered);
  const agree = answered.filter((juror) => juror.leaf === audit.openedLeaf).length;
  const size = due ? answered.length : jury.length;
  const waiting = due ? 0 : jury.length - answered.length;
  if (due && answered.length === 0) return pass(draft, audit);
  if (2 * agree > size) {
    audit.right = false;
    // No material is not a wrong answer: a worker that delivers on chain and uploads late would
    // slash honest auditors. It costs them the fee.
    if (audit.answer !== null) punishAuditor(draft, audit, audit.auditor);
    return pass(draft, audit);
  }
  if (2 * (agree + waiting) <= size) fail(draft, audit, true);
}

function pass(draft: RunDraft, audit: Audit): void {
  audit.state = 'passed';
  closed(draft, audit);
}

function fail(draft: RunDraft, audit: Audit, right: boolean | null): void {
  audit.state = 'failed';
  audit.right = right;
  audit.potYocto += expel(draft, audit.seat, `failed the audit of round ${audit.round}`);
  closed(draft, audit);
}

function closed(draft: RunDraft, audit: Audit): void {
  const { round, seat, state } = audit;
  draft.emit('audit_closed', { round, seat, verdict: state });
}

function findAudit(draft: RunDraft, step: AuditStep): Audit {
  const audit = draft.audits.find(({ round, seat }) => round === step.round && seat === step.seat);
  return audit ?? refuse('AUDIT_CLOSED', `no audit of seat ${step.seat} in round ${step.round}`);
}

function subjectOf(draft: RunDraft, audit: Audit, step: AuditStep): Seat {
  const caller = draft.seatNumberFor(step);
  if (caller !== audit.seat) {
    refuse('NOT_YOUR_TURN', `only the worker of seat ${audit.seat} answers for its claim`);
  }
  return draft.seat(audit.seat);
}

function refuseStep(audit: Audit, wanted: string): never {
  return refuse('NOT_YOUR_TURN', `this audit is at "${audit.state}", not at "${wanted}"`);
}

function checkLeaf(
  draft: RunDraft,
  at: { audit: Audit; subject: Seat; index: number },
  it: LeafWithProof,
): RevealedClaim {
  const { segments } = draft.terms;
  const claim = [at.subject.claim, at.subject.previousClaim].find(
    (one) => one?.round === at.audit.round,
  )?.revealed;
  if (!claim) throw new Error(`BUG: seat ${at.subject.seat} has no claim to audit`);
  const { leaf, proof } = it;
  const { index } = at;
  if (!verifyTraceLeaf({ leaf, index, segments, proof, root: claim.traceRoot }, draft.at.hash)) {
    refuse('BAD_PROOF', `this is not leaf ${index} of the committed trace; send its own proof`);
  }
  return claim;
}

/** Else an honest trace could cover a fabricated update. */
function checkOutcome(
  draft: RunDraft,
  it: { claim: RevealedClaim; last: boolean },
  { leaf, end }: OpenedLeaf,
): void {
  if ((end !== null) !== it.last) {
    refuse('BAD_ARGUMENT', 'end goes with the leaf after the last segment, and with no other');
  }
  if (end === null) return;
  const { update, localOut } = it.claim;
  if (leaf !== outcomeLeafWith({ update, localOut, endSnapshot: end }, draft.at)) {
    refuse('BAD_PROOF', 'the last leaf must be that of the revealed update, local state and end');
  }
}

function auditDeadline(draft: RunDraft): number {
  return draft.at.nowMs + draft.terms.deadlinesMs.audit;
}
