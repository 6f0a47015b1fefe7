/**
 * Which tokens a worker trains on. A slice is the data of one worker in one round: H inner steps of
 * B sequences. Slice ids count on for ever; each epoch is a new permutation of all sequences, and
 * what does not fill a last slice of an epoch is left out of that epoch.
 */
import { batchSizeMax } from '../program/limits.js';
import type { PackedSequences } from './packed-sequences.js';
import { permute } from './permutation.js';

export interface SliceSpec {
  readonly sequences: PackedSequences;
  readonly seed: number;
  /** H: inner steps of one worker in one round. */
  readonly innerSteps: number;
  /** B: sequences in one inner step. */
  readonly batchSize: number;
}

const innerStepsMax = 100_000;

/** What the contract needs to know of the data: ids from here on belong to the next epoch. */
export function slicesPerEpoch(spec: SliceSpec): number {
  const { sequences, innerSteps, batchSize } = spec;
  if (!Number.isInteger(innerSteps) || innerSteps < 1 || innerSteps > innerStepsMax) {
    throw new Error(`BAD_SLICE: ${innerSteps} inner steps are not from 1 to ${innerStepsMax}`);
  }
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > batchSizeMax) {
    throw new Error(`BAD_SLICE: batch size ${batchSize} is not from 1 to ${batchSizeMax}`);
  }
  const slices = Math.floor(sequences.count / (innerSteps * batchSize));
  if (slices > 0) return slices;
  throw new Error(
    `TOO_LITTLE_DATA: ${sequences.count} sequences do not fill one slice of ` +
      `${innerSteps} × ${batchSize}; add data, or make the batch or the round smaller`,
  );
}

/** The batches of a slice in order, each batch × (context + 1) tokens. */
export function sliceBatches(spec: SliceSpec, slice: number): Int32Array[] {
  if (!Number.isSafeInteger(slice) || slice < 0) {
    throw new Error(`BAD_SLICE: ${slice} is not a natural number`);
  }
  const { sequences, seed, innerSteps, batchSize } = spec;
  const perEpoch = slicesPerEpoch(spec);
  const order = { count: sequences.count, seed, epoch: Math.floor(slice / perEpoch) };
  const first = (slice % perEpoch) * innerSteps * batchSize;
  const rowLength = sequences.contextLength + 1;
  return Array.from({ length: innerSteps }, (_, step) => {
    const batch = new Int32Array(batchSize * rowLength);
    for (let row = 0; row < batchSize; row++) {
      const sequence = permute(order, first + step * batchSize + row);
      sequences.read(sequence, batch, row * rowLength);
    }
    return batch;
  });
}
