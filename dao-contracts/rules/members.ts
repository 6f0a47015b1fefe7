/**
 * Who votes, with what weight, and with what weight *then*. A weight's history is a short list of
 * checkpoints keyed by the proposals that it counts for: a change counts from the next proposal on,
 * so nobody can buy weight for a vote that has begun.
 */
import { refuse } from './errors.js';
import { deadlineMsMax } from './limits.js';

export interface Checkpoint {
  /** First proposal id that this weight counts for. */
  fromProposal: number;
  atMs: number;
  /** Decimal string. */
  weight: string;
}

/** Oldest first. */
export type WeightHistory = Checkpoint[];

export function weightFor(history: WeightHistory, proposal: number): bigint {
  for (let i = history.length - 1; i >= 0; i--) {
    const { fromProposal, weight } = history[i]!;
    if (fromProposal <= proposal) return BigInt(weight);
  }
  return 0n;
}

export function currentWeight(history: WeightHistory): bigint {
  const last = history[history.length - 1];
  return last ? BigInt(last.weight) : 0n;
}

/** The history with a new weight; what no open vote can ask for any more is dropped. */
export function changeWeight(history: WeightHistory, next: Checkpoint): WeightHistory {
  const kept = history.filter((checkpoint, i) => {
    const superseded = history[i + 1];
    if (checkpoint.fromProposal === next.fromProposal) return false;
    return !superseded || superseded.atMs + deadlineMsMax > next.atMs;
  });
  return [...kept, next];
}

/** A DAO whose members all have weight zero could never decide anything again. */
export function checkTotal(totalWeight: bigint): void {
  if (totalWeight <= 0n) {
    refuse('BAD_ACTION', 'the total weight of members must stay above zero; keep one voter');
  }
}
