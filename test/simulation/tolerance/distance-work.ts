/**
 * A round of a machine whose numbers are not quite those of another one. Every end of a segment is a
 * blob that says how far it is from the ideal end of that segment, in units of the segment's change,
 * as a vector of a few dimensions: what honest engines are apart by is what the calibration measured
 * (docs/protocol/tolerance.md), what a cheat is apart by is what it left out.
 */
import { outcomeLeaf } from '@commonweights/dao-contracts/rules/commitment.js';
import {
  coveringSaltOf,
  plantedLeaves,
} from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { derive, type Task, type Work } from '../abstract-work.js';
import { RandomStream } from '../random-stream.js';

/** Dimensions of an end's distance: enough that chance directions hardly agree. */
const dimensions = 64;

export type Vector = Float64Array;

/** An end with how far it is from the ideal one. */
export interface End {
  digest: Digest;
  off: Vector;
}

/** How far an account's engine is off after a segment from `start`; the same each time. */
export type OffBy = (segment: number, start: Digest) => Vector;

export interface DistanceWork extends Work {
  /** After each segment, and the decoys that stand in the trace, by leaf. */
  ends: readonly End[];
  planted: ReadonlyMap<number, End>;
  realRoot: Digest;
  secret: string;
}

export function workByDistance(
  task: Task,
  it: { offBy: OffBy; plantedOff: (end: Vector) => Vector },
): DistanceWork {
  const { account, round, segments, decoyShareBps: shareBps = 0 } = task;
  const start = derive('snapshot', task.startRoot, task.localIn);
  const ends: End[] = [];
  for (let segment = 0; segment < segments; segment++) {
    const from = ends[segment - 1]?.digest ?? start;
    const digest = derive('end', account, from, task.slice, task.ordinal, segment);
    ends.push({ digest, off: it.offBy(segment, from) });
  }
  const endSnapshot = ends[segments - 1]!.digest;
  const update = derive('update', endSnapshot);
  const localOut = derive('local', endSnapshot);
  const middle = ends.slice(0, -1).map(({ digest }) => digest);
  const leaves = [start, ...middle, outcomeLeaf({ update, localOut, endSnapshot })];
  const secret = derive('secret', account, round);
  const planted = new Map<number, End>();
  for (const index of plantedLeaves({ secret, round, segments, shareBps })) {
    const end = ends[index - 1]!;
    const digest = derive('planted', account, round, index);
    planted.set(index, { digest, off: it.plantedOff(end.off) });
  }
  const traced = leaves.map((leaf, index) => planted.get(index)?.digest ?? leaf);
  const realRoot = traceRootOf(leaves);
  const traceRoot = traceRootOf(traced);
  return {
    ...{ ...task, leaves, traced, traceRoot, endSnapshot, update, localOut },
    ...{ ends, planted, realRoot, secret },
    ...{ salt: coveringSaltOf({ secret, realRoot }), decoy: null },
  };
}

/**
 * What an honest engine is off by. Nearly all of it points anywhere; a small part is the engine's
 * own manner, the same every time. Sizes are drawn evenly in their logarithm over what was measured.
 */
export function honestOff(account: string, segment: number, start: Digest): Vector {
  const random = new RandomStream('engine', account, segment, start);
  const size = 10 ** (-6 + 2.4 * random.uniform());
  const manner = new RandomStream('manner', account);
  const off = direction(random);
  const own = direction(manner);
  return off.map((value, i) => size * (value + 0.2 * own[i]!));
}

/** A unit vector. */
export function direction(random: RandomStream): Vector {
  const vector = new Float64Array(dimensions).map(() => random.bell());
  const size = lengthOf(vector);
  return vector.map((value) => value / size);
}

export function lengthOf(vector: Vector): number {
  return Math.sqrt(dot(vector, vector));
}

export function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

export function apart(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value - b[i]!);
}

export function billionths(distance: number): number {
  return Math.min(10 ** 12, Math.ceil(distance * 1e9));
}
