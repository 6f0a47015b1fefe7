/** What every step of an audit asks first: which audit, whose turn, and whether a leaf is the traced one. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { auditNamed, type AuditName } from './audit-verdict.js';
import { plantedLeafWith } from './decoy.js';

import { hasPlace } from './dispute-places.js';
import { refuse } from './errors.js';
import { denialsPerRoundMax } from './limits.js';
import { commitmentWith, outcomeLeafWith } from './opening.js';
import { deadlineOf, lateAfter } from './pace.js';
import type { RevealedClaim } from './run.js';
import { blockTimeOf, runTimeOf } from './run-clock.js';
import type { RunDraft } from './run-draft.js';
import type { Audit, Seat } from './run-state.js';
import type { Actor } from './seat-name.js';
import { noteLateness } from './silence.js';
import { coveringSaltWith } from './tolerance/sealed.js';
import { verifyTraceLeaf, type TraceProof } from './trace-proof.js';

export interface AuditStep extends AuditName, Actor {}

export interface LeafWithProof {
  leaf: Digest;
  proof: TraceProof;
  /** Exact class: where a decoy stands in the trace in the place of `leaf`; else null. */
  nonce?: Digest | null;
  /** Tolerance class, where a decoy stands in its place: `proof` is of `leaf` under this root … */
  realRoot?: Digest | null;
  /** … which the commitment bound together with this digest of its secret. */
  hidden?: Digest | null;
}

export interface OpenedLeaf extends LeafWithProof {
  /** Of the round: shows that a decoy is one that the run pays for; else null. */
  secret?: string | null;
  /** After the last segment, the digest of the snapshot after its last step; else null. */
  end: Digest | null;
}

export function findAudit(draft: RunDraft, step: AuditStep): Audit {
  const { round, seat, segment } = step;
  return (
    auditNamed(draft, step) ??
    refuse('AUDIT_CLOSED', `no audit of segment ${segment} of seat ${seat} in round ${round}`)
  );
}

export function subjectOf(draft: RunDraft, audit: Audit, step: AuditStep): Seat {
  const caller = draft.seatNumberFor(step);
  if (caller !== audit.seat) {
    refuse('NOT_YOUR_TURN', `only the worker of seat ${audit.seat} answers for its claim`);
  }
  return draft.seat(audit.seat);
}

export function refuseStep(audit: Audit, wanted: string): never {
  return refuse('NOT_YOUR_TURN', `this audit is at "${audit.state}", not at "${wanted}"`);
}

export function claimUnderAudit(audit: Audit, subject: Seat): RevealedClaim {
  const claim = [subject.claim, subject.previousClaim].find(
    (one) => one?.round === audit.round,
  )?.revealed;
  if (!claim) throw new Error(`BUG: seat ${subject.seat} has no claim to audit`);
  return claim;
}

export function checkLeaf(
  draft: RunDraft,
  at: { audit: Audit; subject: Seat; index: number },
  it: LeafWithProof,
): RevealedClaim {
  const { segments, tolerance } = draft.terms;
  const claim = claimUnderAudit(at.audit, at.subject);
  const { proof, nonce, realRoot, hidden } = it;
  const { index } = at;
  if (tolerance ? nonce : realRoot || hidden) {
    refuse(
      'BAD_ARGUMENT',
      'a decoy of this run is shown in another way; see docs/protocol/audits.md',
    );
  }
  if ((nonce || realRoot) && (index === 0 || index === segments)) {
    refuse('BAD_PROOF', 'a decoy covers neither the first leaf of a trace nor the last');
  }
  if (realRoot) {
    const salt = hidden ? coveringSaltWith({ hidden, realRoot }, draft.at) : '';
    if (!opensCommitment(draft, claim, { ...at, salt })) {
      refuse('BAD_OPENING', 'the commitment bound no such trace below its decoys');
    }
  }
  const leaf = tracedLeaf(draft, it);
  const root = realRoot ?? claim.traceRoot;
  if (!verifyTraceLeaf({ leaf, index, segments, proof, root }, draft.at.hash)) {
    refuse('BAD_PROOF', `this is not leaf ${index} of the committed trace; send its own proof`);
  }
  return claim;
}

/** Whether the commitment of the claim under audit was made with this salt. */
export function opensCommitment(
  draft: RunDraft,
  claim: RevealedClaim,
  it: { audit: Audit; subject: Seat; salt: string },
): boolean {
  const { contract } = draft.at;
  const { round } = it.audit;
  const { account, worker, claim: latest, previousClaim } = it.subject;
  const committed = [latest, previousClaim].find((one) => one?.round === round)?.commitment;
  const opening = { contract, run: draft.run.id, round, account, worker, ...claim, salt: it.salt };
  return commitmentWith(opening, draft.at) === committed;
}

/** What stands in the trace for a leaf. */
export function tracedLeaf(draft: RunDraft, { leaf, nonce }: LeafWithProof): Digest {
  return nonce ? plantedLeafWith({ leaf, nonce }, draft.at) : leaf;
}

/** Else an honest trace could cover a fabricated update. */
export function checkOutcome(
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

/** A worker that shows nothing loses its stake, an auditor that says nothing its next round. */
export function enter(
  draft: RunDraft,
  audit: Audit,
  state: 'answer' | 'opening' | 'measure' | 'uncover',
): void {
  audit.state = state;
  audit.sinceMs = runTimeOf(draft.run, draft.at.nowMs);
  const hasStake = state === 'opening' || state === 'uncover';
  audit.deadlineMs = audit.sinceMs + deadlineOf(draft, 'audit', hasStake);
  const { provisional } = draft.run;
  if (!provisional) return;
  provisional.auditsDueMs = Math.min(provisional.auditsDueMs, dueMs(draft, audit));
}

/**
 * Counts a claim that an auditor has no material of. Each is a dispute; without a bound one auditor
 * could fill the list of them, in which a mismatch that finds no place passes.
 */
export function mayDeny(auditor: Seat, { round }: Audit): boolean {
  const { denials } = auditor;
  const count = denials.round === round ? denials.count + 1 : 1;
  if (count > denialsPerRoundMax) return false;
  auditor.denials = { round, count };
  return true;
}

/** The next tick moves it, as if its auditor had been silent. */
export function waitNoLonger(draft: RunDraft, audit: Audit): void {
  audit.deadlineMs = runTimeOf(draft.run, draft.at.nowMs);
  const { provisional } = draft.run;
  if (provisional) provisional.auditsDueMs = 0;
}

/** From which block time on a tick moves it. An expelled auditor cannot answer: no deadline is waited for. */
export function dueMs(draft: RunDraft, audit: Audit): number {
  const { state, deadlineMs, auditor } = audit;
  if (waitsForAuditor(audit) && draft.roster(auditor).status === 'expelled') return 0;
  if (audit.queued && hasPlace(draft)) return 0;
  const ended = state === 'passed' || state === 'failed' || state === 'disputed';
  return ended ? Number.MAX_SAFE_INTEGER : blockTimeOf(draft.run, deadlineMs);
}

export function waitsForAuditor({ state }: Audit): boolean {
  return state === 'answer' || state === 'measure';
}

export function noteLateStep(draft: RunDraft, audit: Audit, seat: Seat): void {
  const afterMs = runTimeOf(draft.run, draft.at.nowMs) - audit.sinceMs;
  const lateAfterMs = lateAfter(draft, 'audit');
  noteLateness(draft, seat, { round: audit.round, afterMs, lateAfterMs });
}
