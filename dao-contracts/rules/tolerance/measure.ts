/**
 * An audit by distance. The auditor has sealed its own end of the segment before the worker opened
 * the one in its trace; now it shows its own and says how far the two are apart. Anybody who has the
 * two blobs comes to the same numbers. Where the run has decoys the worker then says whether what it
 * opened was one: planted to be wrong, so that who calls everything right is found out.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import {
  checkLeaf,
  enter,
  findAudit,
  mayDeny,
  noteLateStep,
  refuseStep,
  subjectOf,
  waitNoLonger,
  type AuditStep,
  type LeafWithProof,
  type OpenedLeaf,
} from '../audit-step.js';
import { openedLeafOf, passAudit } from '../audit-verdict.js';
import { disputeBytes } from '../budget.js';
import { findPlace } from '../dispute-places.js';
import { openDispute } from '../dispute.js';
import { refuse } from '../errors.js';
import { payDecoy } from '../paid-decoy.js';
import type { RunDraft } from '../run-draft.js';
import type { Audit } from '../run-state.js';
import type { TraceProof } from '../trace-proof.js';
import { distancesOf, drifts, noteMeasured } from './failures.js';
import { hiddenWith, isPlantedWith, sealWith } from './sealed.js';
import type { AuditDistance, DisputedDistance } from './state.js';
import type { ToleranceTerms } from './terms.js';

export interface Measurement {
  /** Digest of the auditor's own snapshot at the segment's end: what its answer sealed. */
  own: Digest;
  salt: string;
  /** Null: the worker's end cannot be had, is none, or does not give the update that it should. */
  residualBillionths: number | null;
  alongBillionths: number;
  /** The file with the sum of the seat's distances, this one included; null: not measured. */
  sum: Digest | null;
}

/** The leaf that was computed, and its place in the trace below the decoys. */
export interface Uncovering {
  /** Of the round; null: what was opened is no decoy, and `leaf` is it. */
  secret: string | null;
  hidden: Digest;
  leaf: Digest;
  proof: TraceProof;
  realRoot: Digest;
}

export function toleranceOf(draft: RunDraft): ToleranceTerms {
  const { tolerance } = draft.terms;
  if (!tolerance) throw new Error('BUG: a run of the exact class measures nothing');
  return tolerance;
}

/**
 * A segment starts where the one before it ended, below all decoys: a worker that could show now what
 * it computed and now what it planted would join its segments as it likes. Error: `BAD_PROOF`.
 */
export function requireReal(draft: RunDraft, index: number, it: LeafWithProof): void {
  const { tolerance, decoyShareBps, segments } = draft.terms;
  if (!tolerance || decoyShareBps === 0 || index < 1 || index >= segments) return;
  if (!it.realRoot) {
    refuse('BAD_PROOF', 'show the leaf that was computed: its proof under realRoot, with hidden');
  }
}

/** After the worker opened: the auditor that answered measures. */
export function openForMeasuring(draft: RunDraft, audit: Audit, step: OpenedLeaf): void {
  if (step.realRoot || step.secret) {
    refuse('BAD_ARGUMENT', 'open shows what stands in the trace; "uncover" shows what it covers');
  }
  audit.distance = {
    ...{ end: step.end ?? step.leaf, planted: null, own: null },
    // Who audits may not choose it once it has seen the end that is measured.
    before: distancesOf(draft.seat(audit.seat)).sum,
    ...{ residualBillionths: null, alongBillionths: 0, sum: null },
  };
  answeredOpen(draft, audit);
}

/** Both have spoken: the one that had no material has nothing to measure. */
export function answeredOpen(draft: RunDraft, audit: Audit): void {
  if (audit.answer === null) return afterMeasuring(draft, audit);
  enter(draft, audit, 'measure');
}

export function measure(draft: RunDraft, step: AuditStep & Measurement): void {
  const audit = findAudit(draft, step);
  const caller = draft.activeSeatOf(step);
  if (audit.state !== 'measure' || audit.auditor !== caller.seat) {
    return refuse('NOT_YOUR_TURN', `this audit is at "${audit.state}" and waits for somebody else`);
  }
  const { own, salt, residualBillionths, alongBillionths, sum } = step;
  const { round, seat, segment, auditor } = audit;
  const where = { contract: draft.at.contract, run: draft.run.id, round, seat, segment, auditor };
  if (sealWith({ ...where, own, salt }, draft.at) !== audit.answer) {
    refuse('BAD_OPENING', 'this does not open the answer; send exactly what it sealed');
  }
  if ((sum === null) !== (residualBillionths === null)) {
    refuse('BAD_ARGUMENT', 'sum goes with a distance that was measured, and with no other');
  }
  const along = Math.abs(alongBillionths);
  if (along > (residualBillionths ?? 0)) {
    refuse('BAD_ARGUMENT', 'alongBillionths: no part of a distance is longer than the distance');
  }
  const distance = distanceOf(audit);
  if (distance.before === null && along > 0) {
    refuse('BAD_ARGUMENT', 'alongBillionths must be 0: this seat has no earlier distances');
  }
  audit.distance = { ...distance, own, residualBillionths, alongBillionths, sum };
  noteLateStep(draft, audit, caller);
  draft.emit('distance_measured', {
    ...{ round, seat, segment, auditor, own, residualBillionths, alongBillionths },
  });
  afterMeasuring(draft, audit);
}

/** Where decoys are, only the worker knows whether this was one. */
function afterMeasuring(draft: RunDraft, audit: Audit): void {
  const { planted } = distanceOf(audit);
  const { decoyShareBps, segments } = draft.terms;
  const mayBeDecoy = decoyShareBps > 0 && audit.segment + 1 < segments && planted === null;
  if (mayBeDecoy) enter(draft, audit, 'uncover');
  else concludeMeasured(draft, audit);
}

export function uncover(draft: RunDraft, step: AuditStep & Uncovering): void {
  const audit = findAudit(draft, step);
  const subject = subjectOf(draft, audit, step);
  if (audit.state !== 'uncover') refuseStep(audit, 'uncover');
  const { secret, hidden, leaf, proof, realRoot } = step;
  const index = audit.segment + 1;
  if (secret !== null && hiddenWith(secret, draft.at) !== hidden) {
    refuse('BAD_OPENING', 'this is not the secret that hidden is the digest of');
  }
  checkLeaf(draft, { audit, subject, index }, { leaf, proof, realRoot, hidden });
  if (secret === null) {
    if (leaf !== openedLeafOf(audit)) {
      refuse('BAD_PROOF', 'what was opened covers another leaf; tell the secret that draws it');
    }
    noteLateStep(draft, audit, subject);
    return concludeMeasured(draft, audit);
  }
  const { segments, decoyShareBps: shareBps } = draft.terms;
  const { round } = audit;
  if (!isPlantedWith({ secret, round, index, segments, shareBps }, draft.at)) {
    refuse('BAD_OPENING', 'this secret draws no decoy here');
  }
  noteLateStep(draft, audit, subject);
  const distance = distanceOf(audit);
  const planted = openedLeafOf(audit);
  audit.openedLeaf = leaf;
  const passed = isClose(draft, distance);
  audit.distance = { ...distance, end: leaf, planted };
  // What is under the decoy is for a jury to see: its auditor has not seen that the decoy is one.
  if (passed) return disputeMeasured(draft, audit, 'decoy');
  if (audit.answer === null || distance.residualBillionths === null) {
    return concludeMeasured(draft, audit);
  }
  audit.distance = { ...audit.distance, residualBillionths: null, alongBillionths: 0, sum: null };
  enter(draft, audit, 'measure');
}

/** What the numbers come to, once nobody can say any more that they are about a decoy. */
export function concludeMeasured(draft: RunDraft, audit: Audit): void {
  const distance = distanceOf(audit);
  if (!isClose(draft, distance)) return disputeMeasured(draft, audit, 'distance');
  if (drifts(draft, audit.seat, distance.alongBillionths))
    return disputeMeasured(draft, audit, 'drift');
  audit.right = true;
  audit.decoy = distance.planted !== null && payDecoy(draft, audit);
  noteMeasured(draft, audit, { ...distance, failed: false });
  passAudit(draft, audit);
}

function isClose(draft: RunDraft, { residualBillionths }: AuditDistance): boolean {
  return (
    residualBillionths !== null && residualBillionths <= toleranceOf(draft).toleranceBillionths
  );
}

/** As in the exact class: the auditor's word against the worker's, and a jury that computes. */
export function disputeMeasured(
  draft: RunDraft,
  audit: Audit,
  about: DisputedDistance['about'],
): void {
  const { round, seat, segment, startLeaf, auditor, replaced } = audit;
  const isDenial = audit.queued === null && about === 'distance' && mayErr(draft, audit);
  if (isDenial && !mayDeny(draft.seat(auditor), audit)) {
    audit.state = 'measure';
    return waitNoLonger(draft, audit);
  }
  audit.state = 'disputed';
  if (!findPlace(draft, audit, about)) return;
  const { end, planted, before } = distanceOf(audit);
  const denial = about === 'drift' || (about === 'distance' && mayErr(draft, audit));
  openDispute(draft, {
    ...{ kind: 'audit', round, seat, segment, startLeaf },
    ordinal: draft.run.provisional!.ordinal,
    claimed: openedLeafOf(audit),
    other: null,
    plaintiff: draft.seat(auditor).account,
    plaintiffSeat: auditor,
    plaintiffMayAppeal: !denial,
    denial,
    defendants: [seat],
    parties: replaced === null ? [seat, auditor] : [seat, auditor, replaced],
    bonds: [],
    toEscrowYocto: draft.chargeStorage(disputeBytes),
    distance: {
      ...{ about, end, expels: false },
      beside: about === 'drift' ? before : about === 'decoy' ? planted : null,
    },
  });
}

/**
 * What an honest auditor may say of a claim that a jury then finds right. Machines differ: near the
 * bound one is above it and another below, and a worker could aim there. It is taken like a denial:
 * nothing at first, and a fine where it is said of too many. A drift is what several said.
 */
function mayErr(draft: RunDraft, audit: Audit): boolean {
  const { residualBillionths } = distanceOf(audit);
  if (audit.answer === null || residualBillionths === null) return true;
  return residualBillionths <= 2 * toleranceOf(draft).toleranceBillionths;
}

function distanceOf(audit: Audit): AuditDistance {
  if (!audit.distance) throw new Error('BUG: nothing was opened that could be measured');
  return audit.distance;
}
