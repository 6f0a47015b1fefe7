/**
 * One worker's round: H inner steps from the agreed state in S segments, the trace of snapshots at
 * the segment boundaries, and the compressed update. The worker that trains and the auditor that
 * re-executes a segment of somebody else's round run the very same `trainSegment`, so "the same
 * computation" is one function, not two that ought to agree.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { outcomeLeaf } from '@commonweights/dao-contracts/rules/commitment.js';
import { traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import { encodeLocalState, localStateDigest, type LocalState } from '../checkpoint/local-state.js';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../checkpoint/snapshot.js';
import type { PackedSequences } from '../data/packed-sequences.js';
import { sliceBatches } from '../data/slice.js';
import type { Session } from '../engines/engine.js';
import { compress, pseudoGradient } from '../exchange/compress.js';
import type { TensorLayout } from '../program/layout.js';
import { learningRateAt, type RunSpec } from '../run/run-spec.js';

/** The part of a run spec that a round is computed from. */
export type RoundSpec = Pick<RunSpec, 'inner' | 'outer' | 'tolerance'> & {
  readonly data: { seed: number };
};

/** What a round is computed from, apart from the worker's own state. */
export interface RoundInput {
  /** Number on chain; nothing that is computed depends on it. */
  readonly round: number;
  readonly spec: RoundSpec;
  readonly layout: TensorLayout;
  readonly session: Session;
  readonly sequences: PackedSequences;
  /** Parameters of the agreed start root. */
  readonly startParams: Float32Array;
  readonly slice: number;
  /** Rounds that count before this one: the learning-rate schedule's clock. */
  readonly ordinal: number;
}

export interface RoundResult {
  readonly update: { bytes: Uint8Array; digest: Digest };
  readonly localIn: Digest;
  readonly localOut: { bytes: Uint8Array; digest: Digest };
  /** Of the snapshot after the last step, before compression; told to nobody before an audit asks. */
  readonly endSnapshot: Digest;
  /** S + 1 digests: the snapshot at each segment's start, then the outcome. */
  readonly leaves: readonly Digest[];
  readonly traceRoot: Digest;
  /** Snapshot at the start of each segment, kept in case an audit asks for it. */
  readonly snapshots: readonly Uint8Array[];
  /** After the last step: in the tolerance class an audit may ask for it, in the exact class none. */
  readonly lastSnapshot?: Uint8Array;
  /** Mean training loss over the round, nats per token. */
  readonly loss: number;
}

/** Called before every inner step; throwing from it abandons the round. */
export type BeforeStep = (step: number, steps: number) => Promise<void>;

export async function trainRound(
  input: RoundInput,
  local: LocalState,
  beforeStep: BeforeStep = async () => {},
): Promise<RoundResult> {
  const { segments, stepsPerRound } = input.spec.inner;
  const snapshots: Uint8Array[] = [];
  let state: Snapshot = { params: input.startParams, local };
  let lossSum = 0;
  for (let segment = 0; segment < segments; segment++) {
    snapshots.push(encodeSnapshot(state, input.layout));
    const trained = await trainSegment(input, state, segment, beforeStep);
    state = trained.state;
    lossSum += trained.lossSum;
  }
  const localIn = localStateDigest(local, input.layout);
  return outcomeOf(input, { snapshots, end: state, localIn, loss: lossSum / stepsPerRound });
}

/** What a round that was trained before came to; nothing is trained again. */
export function resultFrom(
  input: RoundInput,
  it: Pick<RoundResult, 'snapshots' | 'localIn' | 'loss'> & { lastSnapshot: Uint8Array },
): RoundResult {
  const { lastSnapshot, ...rest } = it;
  const end = decodeSnapshot(lastSnapshot, input.layout, input.spec.outer);
  return outcomeOf(input, { ...rest, end });
}

function outcomeOf(
  input: RoundInput,
  it: Pick<RoundResult, 'snapshots' | 'localIn' | 'loss'> & { end: Snapshot },
): RoundResult {
  const { end, ...rest } = it;
  const { leaf, ...outcome } = finishRound(input, end);
  const leaves = [...it.snapshots.map((bytes) => digestOf(bytes)), leaf];
  return {
    ...outcome,
    ...{ ...rest, leaves, traceRoot: traceRootOf(leaves) },
    ...(input.spec.tolerance ? { lastSnapshot: encodeSnapshot(end, input.layout) } : {}),
  };
}

/** The H / S inner steps of one segment, from a snapshot to the next. */
export async function trainSegment(
  input: RoundInput,
  from: Snapshot,
  segment: number,
  beforeStep: BeforeStep = async () => {},
): Promise<{ state: Snapshot; lossSum: number }> {
  const { spec, session } = input;
  const { stepsPerRound, segments, schedule } = spec.inner;
  const steps = stepsPerRound / segments;
  const batches = sliceBatches(
    {
      sequences: input.sequences,
      seed: spec.data.seed,
      innerSteps: stepsPerRound,
      batchSize: spec.inner.batchSize,
    },
    input.slice,
  );
  await session.load({ params: from.params, ...from.local });
  let lossSum = 0;
  for (let step = segment * steps; step < (segment + 1) * steps; step++) {
    await beforeStep(step, stepsPerRound);
    const tokens = batches[step];
    if (!tokens) throw new Error(`slice ${input.slice} has no batch for step ${step}`);
    const learningRate = learningRateAt(schedule, input.ordinal * stepsPerRound + step);
    lossSum += (await session.step({ tokens, learningRate })).loss;
  }
  const { params, ...moments } = await session.export();
  const local = { ...moments, errorFeedback: from.local.errorFeedback };
  return { state: { params, local }, lossSum };
}

/** Pseudo-gradient → update, the state carried into the next round, and the leaf of them all. */
export function finishRound(
  input: Pick<RoundInput, 'spec' | 'layout' | 'startParams'>,
  end: Snapshot,
): Pick<RoundResult, 'update' | 'localOut' | 'endSnapshot'> & { leaf: Digest } {
  const endSnapshot = digestOf(encodeSnapshot(end, input.layout));
  const compressed = compress({
    pseudoGradient: pseudoGradient({ start: input.startParams, end: end.params }),
    errorFeedback: end.local.errorFeedback,
    layout: input.layout,
    recipe: input.spec.outer,
  });
  const local = { ...end.local, errorFeedback: compressed.errorFeedback };
  const bytes = encodeLocalState(local, input.layout);
  const update = { bytes: compressed.bytes, digest: digestOf(compressed.bytes) };
  const localOut = { bytes, digest: localStateDigest(local, input.layout) };
  const leaf = outcomeLeaf({ update: update.digest, localOut: localOut.digest, endSnapshot });
  return { update, localOut, endSnapshot, leaf };
}
