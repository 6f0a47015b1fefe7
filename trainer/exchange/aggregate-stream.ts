/**
 * `aggregate` of updates that are read chunk by chunk. At no time is there more of them than a chunk of
 * each; what a rule keeps in between is nothing, or for centred clipping the centre, one f64 for each
 * element.
 *
 * Law: the means put together are what `aggregate` gives for the decoded updates, bit for bit.
 */
import { requireCount } from './aggregate.js';
import { defaultRule, type AggregationRule } from './aggregation-rule.js';
import { passesOf } from './aggregation-passes.js';
import { AGGREGATED_TOGETHER } from './limits.js';
import type { UpdateReader } from './update-stream.js';

export interface StreamedUpdate {
  readonly norm: number;
  /** From its first element on, each time anew. */
  open(): UpdateReader;
}

/**
 * `take` gets the mean of the elements from `start` on, in their order; it must not keep it. Errors:
 * `NO_UPDATES`, `TOO_MANY_UPDATES`, `BAD_RULE`, those of the readers.
 */
export async function aggregateInChunks(
  updatesInSeatOrder: readonly StreamedUpdate[],
  { length, rule = defaultRule }: { length: number; rule?: AggregationRule | undefined },
  take: (start: number, mean: Float32Array) => void,
): Promise<void> {
  const updates = updatesInSeatOrder;
  requireCount(updates.length);
  const norms = updates.map(({ norm }) => norm);
  const passes = passesOf(rule, { updates: updates.length, length, norms });
  const room = Math.min(length, AGGREGATED_TOGETHER);
  const rooms = updates.map(() => new Float32Array(room));
  const means = new Float32Array(room);
  for (let pass = 0; pass < passes.count; pass++) {
    const readers = updates.map((update) => update.open());
    for (let start = 0; start < length; start += room) {
      const size = Math.min(room, length - start);
      const chunks = rooms.map((one) => one.subarray(0, size));
      const mean = means.subarray(0, size);
      // One after the other: they share a disk, and decoding is what takes time.
      for (const [i, reader] of readers.entries()) await reader.next(chunks[i]!);
      passes.see({ pass, start, chunks, mean });
      if (pass === passes.count - 1) take(start, mean);
    }
  }
}
