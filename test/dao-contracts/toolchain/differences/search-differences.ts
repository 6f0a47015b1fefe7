/** Sends drawn sequences of calls to two builds of the suite contract until one is answered apart. */
import fc from 'fast-check';
import { firstDifference, show, type Answered } from './compare-builds.js';
import { drawnCalls } from './drawn-calls.js';

/** What was found, in words, or null; `tally` counts what was answered alike. */
export async function searchDifferences(it: {
  builds: readonly [Uint8Array, Uint8Array];
  sequences: number;
  seed: number;
  length: { min: number; max: number };
  tally: Answered;
}): Promise<string | null> {
  const found = await fc.check(
    fc.asyncProperty(drawnCalls(it.length), async (calls) => {
      const difference = await firstDifference(it.builds, calls, it.tally);
      if (difference) throw new Error(show(difference));
    }),
    { numRuns: it.sequences, seed: it.seed, endOnFailure: true },
  );
  return found.failed ? `seed ${it.seed}: ${String(found.errorInstance)}` : null;
}
