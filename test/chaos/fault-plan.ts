/**
 * What goes wrong in one play, all of it from a seed: who is hit, by what, when and for how long. A
 * mild plan has no fault as long as a third of a deadline, and then none may cost a stake; a harsh one
 * goes on past deadlines.
 */
import { shortestShareWithStake } from '@commonweights/dao-contracts/rules/limits.js';
import { RandomStream } from '../simulation/random-stream.js';

export const faultKinds = [
  'kill',
  'leave',
  'quit',
  'freeze',
  'cut off from the chain',
  'cut off from the registry',
  'cut off from both',
  'lossy link',
  'slow link',
  'lagging node',
  'clock skew',
  'full disk',
  'registry gone',
  'registry lies',
  'chain restarted',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Of the registry or the chain: everybody has it. */
export function isOfAll(kind: FaultKind): boolean {
  return /^(registry|chain) /.test(kind);
}

export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  /** Whom it hits; of the registry's and the chain's faults everybody. */
  readonly machine: number;
  /** How bad, in [0, 1). */
  readonly degree: number;
}

export interface Plan {
  readonly index: number;
  readonly harsh: boolean;
  /** So long a fault takes no stake. */
  readonly mildMs: number;
  /** What an inner step takes. */
  readonly stepMs: number;
  readonly faults: readonly Fault[];
}

export interface Bounds {
  readonly machines: number;
  /** How long a play without faults takes. */
  readonly calmMs: number;
  readonly deadlineMs: number;
}

export function planFaults(seed: number, index: number, it: Bounds): Plan {
  const random = new RandomStream('chaos', seed, index);
  const harsh = index % 2 === 1;
  const mildMs = it.deadlineMs / shortestShareWithStake / 2;
  const longest = harsh ? 2 * it.deadlineMs : mildMs;
  const shortest = 1_000;
  const faults: Fault[] = [];
  const count = 2 + random.below(7);
  for (let i = 0; i < count; i++) {
    const kind = faultKinds[random.below(faultKinds.length)]!;
    // As many short ones as long ones: seconds, minutes and, in harsh plans, beyond deadlines.
    const doublings = random.uniform() * Math.ceil(Math.log2(longest / shortest));
    const forMs = Math.min(longest, Math.round(shortest * 2 ** doublings));
    faults.push({
      ...{ kind, forMs, machine: random.below(it.machines), degree: random.uniform() },
      atMs: Math.round(random.uniform() * 1.2 * it.calmMs),
    });
  }
  const stepMs = [500, 1_500, 3_000][random.below(3)]!;
  return { index, harsh, mildMs, stepMs, faults: harsh ? faults : spaced(faults) };
}

/** One after another, so that none makes another longer. */
function spaced(faults: readonly Fault[]): Fault[] {
  const inOrder = [...faults].sort((a, b) => a.atMs - b.atMs);
  let freeMs = 0;
  return inOrder.map((fault) => {
    const atMs = Math.max(fault.atMs, freeMs);
    freeMs = atMs + fault.forMs + recoveryMs;
    return { ...fault, atMs };
  });
}

/** The longest pause between two tries, a restart, and what was left to do. */
const recoveryMs = 60_000;
