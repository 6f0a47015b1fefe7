/**
 * Training without training: every artefact of a round is a digest that follows from what would
 * have determined its bytes (start root, local state, slice, segment, steps really done). Whoever
 * repeats a segment from its start leaf gets the honest digest; a forged leaf follows from nothing.
 * Commitments, trace roots and outcome leaves are the real ones.
 */
import { createHash } from 'node:crypto';
import {
  drawDecoy,
  outcomeLeaf,
  plantedLeaf,
  saltOf,
} from '@commonweights/dao-contracts/rules/commitment.js';
import { traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';

/** A digest named by its parts; parts are digests, numbers and accounts, none holds a NUL. */
export function derive(tag: string, ...parts: (string | number)[]): Digest {
  const text = [tag, ...parts].join('\u0000');
  return `sha256:${createHash('sha256').update(text).digest('hex')}` as Digest;
}

export interface Task {
  account: string;
  round: number;
  ordinal: number;
  startRoot: Digest;
  localIn: Digest;
  slice: number;
  segments: number;
  /** Of its rounds so many have a leaf that a decoy covers; 0 or undefined: none. */
  decoyShareBps?: number;
}

/** What a cheat did not do, or did otherwise. */
export interface Forgery {
  /** The states at these segments' ends do not follow from those at their starts. */
  segments?: (segment: number) => boolean;
  /** The first snapshot is not the start root with the local state of `localIn`. */
  start?: boolean;
  /** The published update is not what the work came to. */
  update?: Digest;
  /** Nor is the local state that goes into the next round. */
  localOut?: Digest;
}

export interface Work extends Task {
  leaves: Digest[];
  endSnapshot: Digest;
  update: Digest;
  localOut: Digest;
  traceRoot: Digest;
  salt: string;
  /** What the trace root commits to: the leaves, one of them covered by a decoy where one is drawn. */
  traced: Digest[];
  /** Which leaf is covered, by what, and the secret that drew it. */
  decoy: { index: number; nonce: Digest; secret: string } | null;
}

export function doWork(task: Task, forgery: Forgery = {}): Work {
  const { account, round, segments } = task;
  const forged = (what: string, index: number) => derive('forged', what, account, round, index);
  const leaves = [forgery.start ? forged('start', 0) : startLeaf(task)];
  for (let segment = 0; segment < segments; segment++) {
    const bad = forgery.segments?.(segment) ?? false;
    leaves.push(bad ? forged('leaf', segment) : segmentEnd(task, segment, leaves[segment]!));
  }
  const endSnapshot = leaves.pop()!;
  const update = forgery.update ?? updateOf(endSnapshot);
  const localOut = forgery.localOut ?? localOutOf(endSnapshot);
  leaves.push(outcomeLeaf({ update, localOut, endSnapshot }));
  const { decoy, salt } = decoyOf(task);
  const traced = leaves.map((leaf, i) =>
    i === decoy?.index ? plantedLeaf({ leaf, nonce: decoy.nonce }) : leaf,
  );
  const traceRoot = traceRootOf(traced);
  return { ...task, leaves, endSnapshot, update, localOut, traceRoot, salt, traced, decoy };
}

/** Drawn by a secret that the commitment fixes through its salt, as in a real worker. */
function decoyOf(task: Task): Pick<Work, 'decoy' | 'salt'> {
  const { account, round, segments, decoyShareBps: shareBps = 0 } = task;
  if (shareBps === 0) return { decoy: null, salt: `salt ${round}` };
  const secret = derive('secret', account, round);
  const salt = saltOf(secret);
  const index = drawDecoy({ secret, round, segments, shareBps });
  if (index === null) return { decoy: null, salt };
  return { decoy: { index, nonce: derive('nonce', account, round), secret }, salt };
}

type Inputs = Pick<Task, 'startRoot' | 'localIn' | 'slice' | 'ordinal' | 'segments'>;

/** What an auditor gets out of segment `segment` from the snapshot `leaf`; null: not a valid one. */
export function reExecute(it: Inputs, segment: number, leaf: Digest): Digest | null {
  if (segment === 0 && leaf !== startLeaf(it)) return null;
  const end = segmentEnd(it, segment, leaf);
  if (segment < it.segments - 1) return end;
  return outcomeLeaf({ update: updateOf(end), localOut: localOutOf(end), endSnapshot: end });
}

/** The state that follows from a set of updates: the same for all who have them. */
export function rootAfter(startRoot: Digest, updatesInSeatOrder: readonly Digest[]): Digest {
  return derive('root', startRoot, ...updatesInSeatOrder);
}

function startLeaf(it: Inputs): Digest {
  return derive('snapshot', it.startRoot, it.localIn);
}

function segmentEnd(it: Inputs, segment: number, leaf: Digest): Digest {
  return derive('trained', leaf, it.slice, it.ordinal, segment);
}

function updateOf(endSnapshot: Digest): Digest {
  return derive('update', endSnapshot);
}

function localOutOf(endSnapshot: Digest): Digest {
  return derive('local', endSnapshot);
}
