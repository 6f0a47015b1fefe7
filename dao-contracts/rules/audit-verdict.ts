/**
 * How an audit ends, whether by itself or by a jury. An audit that fails takes its claim with it,
 * and with the claim what was still open of its other audits.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { keepPace } from './pace.js';
import type { RunDraft } from './run-draft.js';
import type { Audit } from './run-state.js';
import { hasSeat, seatsIn, setOfSeats, withSeat } from './seat-set.js';

/** Which audit: a claim may have several, each of another segment. */
export interface AuditName {
  round: number;
  /** Whose claim is audited. */
  seat: number;
  segment: number;
}

export function nameOf({ round, seat, segment }: AuditName): AuditName {
  return { round, seat, segment };
}

export function auditNamed(draft: RunDraft, it: AuditName): Audit | undefined {
  return draft
    .auditsOf(it.seat)
    .find(({ round, segment }) => round === it.round && segment === it.segment);
}

export function isClosed({ state }: Audit): boolean {
  return state === 'passed' || state === 'failed';
}

export function passAudit(draft: RunDraft, audit: Audit): void {
  close(draft, audit, 'passed');
}

/** `right`: whether the auditor is paid; null where it did not come to answer. */
export function failAudit(draft: RunDraft, audit: Audit, right: boolean | null): void {
  audit.right = right;
  close(draft, audit, 'failed');
  for (const other of siblings(draft, audit)) closeWithClaim(draft, other);
}

/**
 * The claim is lost and its worker with it: nobody waits for the worker's part in the claim's other
 * audits. An auditor that has answered one of them is paid, as where a worker does not open; a
 * dispute goes on, since its jury answers by itself.
 */
function closeWithClaim(draft: RunDraft, audit: Audit): void {
  const { state } = audit;
  if (state === 'material' || state === 'answer' || state === 'measure') audit.right = null;
  else if (state === 'opening' || state === 'uncover') audit.right = true;
  // Nobody will say whose word it was.
  else if (audit.queued) audit.right = null;
  else return;
  close(draft, audit, 'failed');
}

/** The other audits of the same claim. */
export function siblings(draft: RunDraft, audit: Audit): Audit[] {
  return draft.auditsOf(audit.seat).filter((one) => one !== audit && one.round === audit.round);
}

function close(draft: RunDraft, audit: Audit, state: 'passed' | 'failed'): void {
  const { provisional } = draft.run;
  // The DAO may overrule what a jury closed.
  if (!isClosed(audit) && provisional?.round === audit.round) provisional.auditsOpen--;
  audit.state = state;
  audit.queued = null;
  noteFailure(draft, audit);
  notePaceOfAudits(draft, audit);
  draft.emit('audit_closed', { ...nameOf(audit), verdict: state });
}

function noteFailure(draft: RunDraft, { seat, round }: Audit): void {
  const { provisional } = draft.run;
  if (provisional?.round !== round) return;
  const failed = draft.auditsOf(seat).some((one) => one.round === round && one.state === 'failed');
  if (hasSeat(provisional.failed, seat) === failed) return;
  // The DAO may overrule the one audit that a claim failed.
  provisional.failed = failed
    ? withSeat(provisional.failed, seat)
    : setOfSeats(seatsIn(provisional.failed).filter((one) => one !== seat));
}

/** Three steps of an audit follow one another, and the slowest is waited for three times as long. */
function notePaceOfAudits(draft: RunDraft, { round }: Audit): void {
  const { provisional } = draft.run;
  if (provisional?.round !== round) return;
  const { audits, auditsOpen } = provisional;
  const closed = audits - auditsOpen;
  if (2 * closed <= audits || 2 * (closed - 1) > audits) return;
  const halfMs = Math.ceil((draft.at.nowMs - provisional.sinceMs) / 3);
  keepPace(draft, { step: 'audit', mostMs: draft.terms.deadlinesMs.audit, halfMs });
}

/** What the worker showed: the leaf after the segment. */
export function openedLeafOf(audit: Audit): Digest {
  if (audit.openedLeaf === null) throw new Error('BUG: a dispute about a leaf that was not opened');
  return audit.openedLeaf;
}
