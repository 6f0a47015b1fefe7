/**
 * The rules of aggregate.ts over updates of which nobody holds more than a chunk: how often each has to
 * be seen from its beginning, and what is kept in between. Whoever has whole updates in memory and
 * whoever reads them from a disk (aggregate-stream.ts) computes by this, so both get the same bits.
 */
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { isWhole, iterationsMax, type AggregationRule } from './aggregation-rule.js';
import { TreeSquares } from './tree-sum.js';

export interface Passes {
  /** How often the updates have to be seen. */
  readonly count: number;
  /** Chunks in their order, the same elements of every update together. */
  see(it: {
    readonly pass: number;
    /** Of the chunk's first element. */
    readonly start: number;
    readonly chunks: readonly Float32Array[];
    /** As long as the chunks; filled in the last pass. */
    readonly mean: Float32Array;
  }): void;
}

/** `norms` of the updates, where they are known already, save a pass. Error: `BAD_RULE`. */
export function passesOf(
  rule: AggregationRule,
  it: { updates: number; length: number; norms?: readonly number[] },
): Passes {
  switch (rule.kind) {
    case 'clipped-mean':
      return clippedMean(it);
    case 'trimmed-mean':
      return trimmedMean(it.updates, rule.trimBps);
    case 'centred-clipping':
      return centredClipping(it, rule.iterations);
  }
}

interface Seen {
  readonly updates: number;
  readonly length: number;
  readonly norms?: readonly number[];
}

function clippedMean({ updates, norms }: Seen): Passes {
  let scales = norms ? scalesOf(norms) : null;
  const squares = norms ? null : squaresOf(updates);
  return {
    count: norms ? 1 : 2,
    see({ pass, chunks, mean }) {
      if (squares && pass === 0) return chunks.forEach((chunk, i) => squares[i]!.add(chunk));
      scales ??= scalesOf(squares!.map((one) => Math.sqrt(one.sum())));
      const sum = new Float64Array(mean.length);
      for (const [i, chunk] of chunks.entries()) {
        const scale = scales[i]!;
        for (let j = 0; j < sum.length; j++) sum[j] = sum[j]! + scale * chunk[j]!;
      }
      for (let j = 0; j < sum.length; j++) mean[j] = sum[j]! / updates;
    },
  };
}

function trimmedMean(updates: number, trimBps: number): Passes {
  if (!isWhole(trimBps, 0, 4_999)) {
    throw new Error(`BAD_RULE: trimBps is ${trimBps}; give an integer from 0 to 4999`);
  }
  const trimmed = Math.floor((updates * trimBps) / 10_000);
  const kept = updates - 2 * trimmed;
  const column = new Float64Array(updates);
  return {
    count: 1,
    see({ chunks, mean }) {
      for (let j = 0; j < mean.length; j++) {
        for (let i = 0; i < updates; i++) column[i] = chunks[i]![j]!;
        // The values sort by size (−0 before +0), so their order does not depend on the seats.
        column.sort();
        let sum = 0;
        for (let i = trimmed; i < trimmed + kept; i++) sum += column[i]!;
        mean[j] = sum / kept;
      }
    },
  };
}

/** Two passes for each iteration: how far the updates are from the centre, then towards them. */
function centredClipping({ updates, length, norms }: Seen, iterations: number): Passes {
  if (!isWhole(iterations, 1, iterationsMax)) {
    throw new Error(`BAD_RULE: iterations is ${iterations}; give 1 to ${iterationsMax}`);
  }
  const centre = new Float64Array(length);
  let scales: readonly number[] = [];
  let squares = squaresOf(updates);
  // From nothing the first distances are the norms.
  const skipped = norms ? 1 : 0;
  return {
    count: 2 * iterations - skipped,
    see({ pass, start, chunks, mean }) {
      const around = centre.subarray(start, start + mean.length);
      if ((pass + skipped) % 2 === 0) {
        const difference = new Float64Array(mean.length);
        for (const [i, chunk] of chunks.entries()) {
          for (let j = 0; j < mean.length; j++) difference[j] = chunk[j]! - around[j]!;
          squares[i]!.add(difference);
        }
        return;
      }
      if (start === 0) {
        const isFirst = norms && pass === 0;
        scales = scalesOf(isFirst ? norms : squares.map((one) => Math.sqrt(one.sum())));
        squares = squaresOf(updates);
      }
      const sum = new Float64Array(mean.length);
      for (const [i, chunk] of chunks.entries()) {
        const scale = scales[i]!;
        for (let j = 0; j < sum.length; j++) sum[j] = sum[j]! + scale * (chunk[j]! - around[j]!);
      }
      for (let j = 0; j < sum.length; j++) around[j] = around[j]! + sum[j]! / updates;
      mean.set(around);
    },
  };
}

function squaresOf(updates: number): TreeSquares[] {
  return Array.from({ length: updates }, () => new TreeSquares());
}

/** Down to the lower median of the norms. */
function scalesOf(norms: readonly number[]): number[] {
  const limit = lowerMedian(norms);
  return norms.map((norm) => (norm > limit ? limit / norm : 1));
}
