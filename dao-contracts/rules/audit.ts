/**
 * Audits: another seat re-executes one drawn segment of a claim. The worker delivers the state at
 * its start, the auditor answers with the state that it computed at its end, the worker opens what
 * it had committed to, and only a difference needs a jury.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { disputeBytes } from './budget.js';
import { refuse } from './errors.js';
import { SeatPool } from './active-seats.js';
import {
  checkLeaf,
  checkOutcome,
  dueMs,
  enter,
  findAudit,
  mayDeny,
  noteLateStep,
  refuseStep,
  subjectOf,
  tracedLeaf,
  waitNoLonger,
  waitsForAuditor,
  type AuditStep,
  type LeafWithProof,
  type OpenedLeaf,
} from './audit-step.js';
import {
  nameOf,
  failAudit,
  openedLeafOf,
  passAudit,
  siblings,
  type AuditName,
} from './audit-verdict.js';
import { findPlace } from './dispute-places.js';
import { openDispute } from './dispute.js';
import { trainerAuditsOneIn } from './limits.js';
import { countDecoy } from './paid-decoy.js';
import { deadlineOf } from './pace.js';
import type { SeatRole } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { Audit } from './run-state.js';
import { expel, fine } from './settlement.js';
import { blockTimeOf, runTimeOf } from './run-clock.js';
import { hasSeat, seatsIn, withSeat } from './seat-set.js';
import { miss } from './silence.js';
import {
  answeredOpen,
  disputeMeasured,
  openForMeasuring,
  requireReal,
} from './tolerance/measure.js';

export type { AuditStep, LeafWithProof, OpenedLeaf } from './audit-step.js';

/**
 * Draws what is audited of a round that has just become provisional, and by whom. Not earlier: a
 * verdict must never fall before the round's updates are fixed, or the same work would end in
 * other roots depending on how fast the auditor was.
 */
export function drawAudits(draft: RunDraft, { left }: { left: number[] }): boolean {
  const { provisional } = draft.run;
  if (!provisional) throw new Error('BUG: no provisional round to audit');
  const { auditedClaimsBps, auditsPerClaim, segments } = draft.terms;
  const { round } = provisional;
  const pool = new SeatPool(draft.run);
  const nowMs = runTimeOf(draft.run, draft.at.nowMs);
  const deadlineMs = nowMs + deadlineOf(draft, 'audit', true);
  return draft.each(left, (seat) => {
    draft.takeRoom(2 * auditsPerClaim - 1);
    if (draft.draw.below(10_000) >= auditedClaimsBps) return;
    const auditors: number[] = [];
    for (const segment of draft.draw.apart(auditsPerClaim, segments)) {
      const auditor = drawAuditor(draft, pool, [seat], auditors);
      if (auditor === undefined) break;
      auditors.push(auditor);
      draft.addAudit(newAudit(draft, { round, seat, segment, auditor, deadlineMs }));
      provisional.auditsDueMs = blockTimeOf(draft.run, deadlineMs);
      provisional.audits++;
      provisional.auditsOpen++;
      draft.emit('audit_drawn', { round, seat, segment, auditor });
    }
  });
}

function newAudit(draft: RunDraft, it: AuditName & { auditor: number; deadlineMs: number }): Audit {
  return {
    ...it,
    replaced: null,
    state: 'material',
    sinceMs: runTimeOf(draft.run, draft.at.nowMs),
    startLeaf: null,
    answered: false,
    answer: null,
    openedLeaf: null,
    decoy: false,
    right: null,
    queued: null,
    potYocto: 0n,
  };
}

/**
 * Mostly an auditor seat, so that trainers are not slowed down. But some audits go to trainers:
 * whoever holds all the places of auditors would else know that its friends are never disputed.
 * `taken` audit the same claim: others are drawn while there are any, or one liar would answer for
 * all of a claim's audits. With neither auditors nor other trainers nobody is drawn.
 */
function drawAuditor(
  draft: RunDraft,
  pool: SeatPool,
  not: readonly (number | null)[],
  taken: readonly number[],
): number | undefined {
  // Drawn in any case: later draws of this tick then do not depend on who is there.
  const roles: SeatRole[] = ['auditor', 'trainer'];
  if (draft.draw.below(trainerAuditsOneIn) === 0) roles.reverse();
  // Anybody can name anybody as payout account. Better a friend's audit than none, which a worker
  // could bring about by naming all the others.
  for (const closeness of ['party', 'owner'] as const) {
    for (const avoided of [[...not, ...taken], not]) {
      for (const role of roles) {
        const candidates = pool.without(role, avoided, closeness);
        if (candidates.length > 0) return draft.draw.take(candidates);
      }
    }
  }
  return undefined;
}

export function deliver(draft: RunDraft, step: AuditStep & LeafWithProof): void {
  const audit = findAudit(draft, step);
  const subject = subjectOf(draft, audit, step);
  if (audit.state !== 'material') refuseStep(audit, 'material');
  requireReal(draft, audit.segment, step);
  checkLeaf(draft, { audit, subject, index: audit.segment }, step);
  audit.startLeaf = step.leaf;
  noteLateStep(draft, audit, subject);
  enter(draft, audit, 'answer');
}

export function answer(draft: RunDraft, step: AuditStep & { leaf: Digest | null }): void {
  const audit = findAudit(draft, step);
  const caller = draft.activeSeatOf(step);
  if (audit.state === 'answer' && audit.auditor === caller.seat) {
    if (step.leaf === null && !draft.terms.tolerance && !mayDeny(caller, audit)) {
      return waitNoLonger(draft, audit);
    }
    audit.answered = true;
    audit.answer = step.leaf;
    noteLateStep(draft, audit, caller);
    // Another one, who was silent later on, had answered before the worker opened.
    if (audit.openedLeaf !== null) answeredOpen(draft, audit);
    else enter(draft, audit, 'opening');
    return;
  }
  return refuse('NOT_YOUR_TURN', `this audit is at "${audit.state}" and waits for somebody else`);
}

export function open(draft: RunDraft, step: AuditStep & OpenedLeaf): void {
  const audit = findAudit(draft, step);
  const subject = subjectOf(draft, audit, step);
  if (audit.state !== 'opening') refuseStep(audit, 'opening');
  const index = audit.segment + 1;
  const claim = checkLeaf(draft, { audit, subject, index }, step);
  checkOutcome(draft, { claim, last: index === draft.terms.segments }, step);
  audit.openedLeaf = step.leaf;
  noteLateStep(draft, audit, subject);
  if (draft.terms.tolerance) return openForMeasuring(draft, audit, step);
  const covered = step.nonce ? tracedLeaf(draft, step) : null;
  if (audit.answer === step.leaf) {
    audit.right = true;
    if (covered !== null && step.secret) {
      countDecoy(draft, { audit, claim, index }, step.secret);
    }
    return passAudit(draft, audit);
  }
  // Nobody computes a planted leaf. The claim itself is still for a jury to find right or wrong.
  const caught = covered !== null && audit.answer === covered;
  if (caught) {
    draft.emit('decoy_taken', { ...nameOf(audit), auditor: audit.auditor });
    audit.potYocto += fine(draft, audit.auditor);
  }
  dispute(draft, audit, caught ? 'decoy-taken' : 'answer');
}

/** The auditor's word against the worker's. */
function dispute(draft: RunDraft, audit: Audit, ground: 'answer' | 'decoy-taken'): void {
  audit.state = 'disputed';
  if (!findPlace(draft, audit, ground)) return;
  const { round, seat, segment, startLeaf, auditor, replaced, answer } = audit;
  openDispute(draft, {
    ...{ kind: 'audit', round, seat, segment, startLeaf },
    ordinal: draft.run.provisional!.ordinal,
    claimed: openedLeafOf(audit),
    other: null,
    plaintiff: draft.seat(auditor).account,
    plaintiffSeat: auditor,
    // No material is not a wrong answer: a worker that delivers on chain and uploads late would
    // slash honest auditors. It costs them the fee, and there is nothing to appeal against.
    plaintiffMayAppeal: answer !== null && ground === 'answer',
    denial: answer === null,
    defendants: [seat],
    parties: replaced === null ? [seat, auditor] : [seat, auditor, replaced],
    bonds: [],
    toEscrowYocto: draft.chargeStorage(disputeBytes),
  });
}

/** For a tick: to move every audit whose deadline passed. */
export function planAudits(draft: RunDraft): void {
  const provisional = draft.run.provisional!;
  provisional.auditsDueMs = Number.MAX_SAFE_INTEGER;
  provisional.crowded = false;
  draft.plan({ do: 'move-audits', left: seatsIn(draft.run.audited) });
}

export function moveAudits(draft: RunDraft, { left }: { left: number[] }): boolean {
  const { provisional } = draft.run;
  while (left.length > 0) {
    // Those of the audits, of the worker or the auditors, and of a pot's ledger.
    if (!draft.hasRoom(4)) return false;
    for (const audit of draft.auditsOf(left.shift()!)) {
      const move = moveOf(draft, audit);
      if (move) {
        move();
        draft.moved = true;
      }
      // What it brings others, they say themselves.
      const due = dueMs(draft, audit);
      if (!provisional) continue;
      provisional.auditsDueMs = Math.min(provisional.auditsDueMs, due);
      if (audit.queued) provisional.crowded = true;
    }
  }
  return true;
}

/** What its deadline brings an audit; null: nothing yet. */
function moveOf(draft: RunDraft, audit: Audit): (() => void) | null {
  if (draft.at.nowMs < dueMs(draft, audit)) return null;
  if (audit.state === 'material') return () => convict(draft, audit, null);
  if (waitsForAuditor(audit)) return () => replaceAuditor(draft, audit);
  if (audit.state === 'opening' || audit.state === 'uncover') {
    return () => convict(draft, audit, true);
  }
  const { queued } = audit;
  if (queued === 'answer' || queued === 'decoy-taken') return () => dispute(draft, audit, queued);
  if (queued) return () => disputeMeasured(draft, audit, queued);
  return null;
}

function replaceAuditor(draft: RunDraft, audit: Audit): void {
  // In the tolerance class it may have answered, and was silent when it had to show its answer.
  audit.answered = false;
  audit.answer = null;
  // It must not be drawn again, and fined for it, until it is back.
  miss(draft, audit.auditor, audit.round);
  const others = siblings(draft, audit).map(({ auditor }) => auditor);
  const not = [audit.seat, audit.auditor];
  const other =
    audit.replaced === null ? drawAuditor(draft, new SeatPool(draft.run), not, others) : undefined;
  if (other === undefined) return lapse(draft, audit);
  audit.replaced = audit.auditor;
  audit.auditor = other;
  const { round, seat } = audit;
  draft.emit('auditor_replaced', { round, seat, segment: audit.segment, auditor: other });
  enter(draft, audit, 'answer');
}

/**
 * Nobody answered. Free silence would be the cheapest way to let a friend's claim pass; but a
 * machine that failed is silent in all its audits of a round, and pays for one.
 */
function lapse(draft: RunDraft, audit: Audit): void {
  const { provisional } = draft.run;
  for (const silent of [audit.replaced, audit.auditor]) {
    if (silent === null || !provisional || hasSeat(provisional.silent, silent)) continue;
    provisional.silent = withSeat(provisional.silent, silent);
    audit.potYocto += fine(draft, silent);
  }
  passAudit(draft, audit);
}

/** A worker that does not show its work has lost it: the chain itself saw that, nobody appeals. */
function convict(draft: RunDraft, audit: Audit, right: boolean | null): void {
  audit.potYocto += expel(draft, audit.seat, `failed the audit of round ${audit.round}`);
  failAudit(draft, audit, right);
}
