/**
 * An auditor's answer: re-execute one segment of another worker's round and say which leaf of the
 * trace it leads to. The auditor computes from material whose digest the worker committed to before
 * it knew what would be asked; it never sees the leaf that it is expected to reach.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { localStateDigest } from '../checkpoint/local-state.js';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../checkpoint/snapshot.js';
import { finishRound, trainSegment, type RoundInput } from '../worker/round.js';

export interface SegmentClaim {
  readonly segment: number;
  /** Bytes that hash to the start leaf. */
  readonly snapshot: Uint8Array;
  /** What the worker said it started the round with. */
  readonly localIn: Digest;
}

/** The leaf after `segment`, or null when the material is not a valid start of that segment. */
export async function replaySegment(
  input: RoundInput,
  claim: SegmentClaim,
): Promise<Digest | null> {
  const start = readSegmentStart(input, claim);
  if (!start) return null;
  try {
    return await leafAfter(input, start, claim.segment);
  } catch (error) {
    // Material from which nobody can go on (a step count at its bound, weights about to overflow)
    // is the worker's fault; it must not bring its auditors down one after another.
    if (/^(NON_FINITE|BAD_STATE)\b/.test((error as Error).message)) return null;
    throw error;
  }
}

async function leafAfter(input: RoundInput, start: Snapshot, segment: number): Promise<Digest> {
  const { state } = await trainSegment(input, start, segment);
  if (segment + 1 < input.spec.inner.segments) {
    return digestOf(encodeSnapshot(state, input.layout));
  }
  return finishRound(input, state).leaf;
}

/** A malformed snapshot, or a first one that is not the agreed start, is the worker's fault. */
export function readSegmentStart(input: RoundInput, claim: SegmentClaim): Snapshot | null {
  let snapshot: Snapshot;
  try {
    snapshot = decodeSnapshot(claim.snapshot, input.layout, input.spec.outer);
  } catch {
    return null;
  }
  if (claim.segment > 0) return snapshot;
  const startsAtRoot = snapshot.params.every((value, i) => Object.is(value, input.startParams[i]));
  const startsAtLocal = localStateDigest(snapshot.local, input.layout) === claim.localIn;
  return startsAtRoot && startsAtLocal ? snapshot : null;
}
