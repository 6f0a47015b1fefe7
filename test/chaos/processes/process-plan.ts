/**
 * What goes wrong in one play with real processes, from a seed. Real seconds pass, so faults are short
 * and come one after another; none is as long as what takes a stake, so every play has to end as if
 * nothing had happened.
 */
import { RandomStream } from '../../simulation/random-stream.js';

export const processFaults = [
  'kill',
  'leave',
  'freeze',
  'full disk',
  'clock skew',
  'cut off',
  'registry killed',
  'chain killed',
] as const;
export type ProcessFaultKind = (typeof processFaults)[number];

export interface ProcessFault {
  readonly kind: ProcessFaultKind;
  /** From the first step that anybody trained, or the end of the fault before. */
  readonly afterMs: number;
  readonly forMs: number;
  /** Whom it hits; the registry's and the chain's hit everybody. */
  readonly machine: number;
  /** How bad, in [0, 1). */
  readonly degree: number;
}

export interface ProcessPlan {
  readonly index: number;
  readonly faults: readonly ProcessFault[];
}

export function planProcessFaults(
  seed: number,
  index: number,
  it: { machines: number; kinds: readonly ProcessFaultKind[] },
): ProcessPlan {
  const random = new RandomStream('chaos of processes', seed, index);
  const count = 4 + random.below(4);
  const faults: ProcessFault[] = [];
  for (let i = 0; i < count; i++) {
    // Each kind comes around, in another order in every play.
    const drawn = it.kinds[(index + i * 3 + random.below(it.kinds.length)) % it.kinds.length]!;
    // What only lines of one's own allow is in every play that has them.
    const kind = i === 0 && it.kinds.includes('cut off') ? 'cut off' : drawn;
    faults.push({
      ...{ kind, machine: random.below(it.machines), degree: random.uniform() },
      afterMs: Math.round(3_000 * random.uniform()),
      forMs: Math.round(500 * 2 ** (4 * random.uniform())),
    });
  }
  return { index, faults };
}
