/**
 * Held-out loss on the run's own evaluation sequences, and what a model that knew nothing but how
 * often each token occurs would lose on them. Computed by the exact engine, so that the number in a
 * release can be checked to the last digit.
 */
import type { PackedSequences } from '../data/packed-sequences.js';
import type { Session } from '../engines/engine.js';

/**
 * Mean loss in nats per token over the first `sequences` sequences; whole batches only, so up to
 * batchSize − 1 sequences at the end are left out.
 */
export async function evaluateHeldOut(input: {
  session: Session;
  params: Float32Array;
  heldOut: PackedSequences;
  sequences: number;
  batchSize: number;
}): Promise<{ loss: number; sequences: number }> {
  const { session, params, heldOut, batchSize } = input;
  const zeros = new Float32Array(params.length);
  await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
  const batches = Math.floor(Math.min(input.sequences, heldOut.count) / batchSize);
  if (batches === 0) {
    throw new Error(
      `TOO_LITTLE_DATA: ${input.sequences} held-out sequences do not fill a batch of ${batchSize}; ` +
        'hold out more',
    );
  }
  const rowLength = heldOut.contextLength + 1;
  let sum = 0;
  for (let batch = 0; batch < batches; batch++) {
    const tokens = new Int32Array(batchSize * rowLength);
    for (let row = 0; row < batchSize; row++) {
      heldOut.read(batch * batchSize + row, tokens, row * rowLength);
    }
    sum += (await session.evaluate(tokens)).loss;
  }
  return { loss: sum / batches, sequences: batches * batchSize };
}

/** Entropy in nats per token, to six digits, of how often each token occurs among the targets. */
export function unigramEntropy(sequences: PackedSequences, count: number): number {
  const occurrences = new Map<number, number>();
  let total = 0;
  const row = new Int32Array(sequences.contextLength + 1);
  for (let i = 0; i < Math.min(count, sequences.count); i++) {
    sequences.read(i, row, 0);
    for (const token of row.subarray(1)) {
      occurrences.set(token, (occurrences.get(token) ?? 0) + 1);
      total++;
    }
  }
  let entropy = 0;
  for (const n of occurrences.values()) entropy -= (n / total) * Math.log(n / total);
  // Math.log may differ in its last bit between engines, and the figure goes into a release.
  return Math.round(entropy * 1e6) / 1e6;
}
