/**
 * An audit of the tolerance class, without chain or network: the auditor's own end of a segment, on
 * whatever engine of the class it has; then how far the worker's end is from it; and what a juror,
 * who has an end of its own, answers. Rounds, seals and money are elsewhere.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DisputedDistance } from '@commonweights/dao-contracts/rules/tolerance/state.js';
import type { ToleranceTerms } from '@commonweights/dao-contracts/rules/tolerance/terms.js';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../checkpoint/snapshot.js';
import { decodeDistanceSum, encodeDistanceSum } from '../checkpoint/distance-sum.js';
import { finishRound, trainSegment, type RoundInput } from '../worker/round.js';
import { readSegmentStart, type SegmentClaim } from './replay-segment.js';
import { measureEnds, residualBillionths, type SumBounds } from './residual.js';

/** The two states of a segment that an auditor has before it sees the worker's. */
export interface OwnEnd {
  readonly segment: number;
  readonly start: Snapshot;
  readonly end: Snapshot;
  /** Of the end: what is sealed, and published with the measure. */
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** Null: the material is no valid start of that segment, or nobody can go on from it. */
export async function computeOwnEnd(
  input: RoundInput,
  claim: SegmentClaim,
): Promise<OwnEnd | null> {
  const start = readSegmentStart(input, claim);
  if (!start) return null;
  try {
    const { state: end } = await trainSegment(input, start, claim.segment);
    const bytes = encodeSnapshot(end, input.layout);
    return { segment: claim.segment, start, end, bytes, digest: digestOf(bytes) };
  } catch (error) {
    if (isNoState(error)) return null;
    throw error;
  }
}

/** What the worker showed as the end of a segment. */
export interface ShownEnd {
  readonly bytes: Uint8Array;
  /** What it opened: after the last segment the leaf of its outcome. */
  readonly leaf: Digest;
}

/**
 * The worker's end, if it is one of this segment: as many steps on, with the error feedback of the
 * start bit for bit, and after the last segment one whose encoding is the update that it revealed.
 */
export function readShownEnd(input: RoundInput, own: OwnEnd, shown: ShownEnd): Snapshot | null {
  const { inner, outer } = input.spec;
  let end: Snapshot;
  try {
    end = decodeSnapshot(shown.bytes, input.layout, outer);
  } catch {
    return null;
  }
  if (end.local.steps !== own.end.local.steps) return null;
  if (!isSame(end.local.errorFeedback, own.start.local.errorFeedback)) return null;
  if (own.segment + 1 < inner.segments) return end;
  try {
    return finishRound(input, end).leaf === shown.leaf ? end : null;
  } catch (error) {
    if (isNoState(error)) return null;
    throw error;
  }
}

/** Nobody can go on from it: the material is at fault, not who computes with it. */
function isNoState(error: unknown): boolean {
  return /^(NON_FINITE|BAD_STATE)\b/.test((error as Error).message);
}

function isSame(a: Float32Array | null, b: Float32Array | null): boolean {
  if (!a || !b) return a === b;
  return a.every((value, i) => Object.is(value, b[i]));
}

export interface MeasuredDistance {
  readonly residualBillionths: number;
  readonly alongBillionths: number;
  /** The file with the sum of the seat's distances, this one included. */
  readonly sum: Uint8Array;
}

/** `before`: the bytes of the seat's sum file; null where there is none, or it cannot be had. */
export function measureDistance(
  input: RoundInput,
  own: OwnEnd,
  it: { worker: Snapshot; before: Uint8Array | null; terms: SumBounds },
): MeasuredDistance {
  const ends = { start: own.start, worker: it.worker, auditor: own.end };
  const { sum, ...numbers } = measureEnds(ends, readSum(input, it.before), it.terms);
  return { ...numbers, sum: encodeDistanceSum(sum) };
}

/** A file that is none points nowhere. */
function readSum(input: RoundInput, bytes: Uint8Array | null): Float32Array | null {
  if (!bytes) return null;
  try {
    return decodeDistanceSum(bytes, input.layout);
  } catch {
    return null;
  }
}

/** The terms that a juror goes by. */
export type ToleranceBounds = Pick<
  ToleranceTerms,
  'toleranceBillionths' | 'driftBillionths' | 'window'
>;

/** What is planted must be beyond so many tolerances; the worker plants at four. */
const clearErrors = 3;

/** What a juror has seen of a dispute: its own end, and the files that are there to be had. */
export interface DistanceEvidence {
  readonly own: OwnEnd;
  readonly shown: ShownEnd;
  /** The planted end, or the sum before; null where it cannot be had, or there is none. */
  readonly beside: Uint8Array | null;
}

/** `claimed`, or the digest of the juror's own end, or null (docs/protocol/tolerance.md). */
export function judgeDistance(
  input: RoundInput,
  it: { about: DisputedDistance['about']; claimed: Digest; terms: ToleranceBounds },
  { own, shown, beside }: DistanceEvidence,
): Digest | null {
  const { toleranceBillionths, driftBillionths, window } = it.terms;
  const worker = readShownEnd(input, own, shown);
  if (!worker) return own.digest;
  const ends = { start: own.start, worker, auditor: own.end };
  // What a juror says needs no file of the sum, so what such a file cannot hold cannot stop it.
  const before = it.about === 'drift' ? readSum(input, beside) : null;
  const measured = measureEnds(ends, before, it.terms);
  if (measured.residualBillionths > toleranceBillionths) return own.digest;
  if (it.about === 'distance') return it.claimed;
  if (it.about === 'drift') {
    const leans = measured.alongBillionths > driftBillionths / (2 * Math.sqrt(window));
    return leans ? own.digest : it.claimed;
  }
  if (!beside) return null;
  // Whoever plants no clear error frames an auditor whose machine saw it a little nearer.
  const within = { bytes: beside, toleranceBillionths: clearErrors * toleranceBillionths };
  return isWithin(input, own, within) ? null : it.claimed;
}

function isWithin(
  input: RoundInput,
  own: OwnEnd,
  it: { bytes: Uint8Array; toleranceBillionths: number },
): boolean {
  const planted = readShownEnd(input, own, { bytes: it.bytes, leaf: own.digest });
  if (!planted) return false;
  const ends = { start: own.start, worker: planted, auditor: own.end };
  return residualBillionths(ends) <= it.toleranceBillionths;
}
