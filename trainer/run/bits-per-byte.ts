/**
 * A held-out loss in bits per byte of text, which models with different tokenizers share: the loss of
 * all tokens over the bytes that they stand for. The special token stands for none, but its loss counts.
 */
import type { PackedSequences } from '../data/packed-sequences.js';
import { decodeTokenizerFile } from '../tokenizer/tokenizer-file.js';

/** Natural logarithm of 2, so that no engine's own decides the last digit. */
const naturalLogOf2 = 0.6931471805599453;

/**
 * `loss` in nats per token is the mean over the targets of the first `sequences`. Errors:
 * `BAD_TOKENIZER`, `BAD_TOKEN` (the text was packed with another tokenizer), `TOO_LITTLE_DATA`.
 */
export function bitsPerByte(it: {
  readonly loss: number;
  readonly heldOut: PackedSequences;
  readonly sequences: number;
  /** JSON value of the `tokenizer.json`. */
  readonly tokenizer: unknown;
}): number {
  const { heldOut, sequences } = it;
  const { bytes } = decodeTokenizerFile(it.tokenizer);
  const row = new Int32Array(heldOut.contextLength + 1);
  let total = 0;
  for (let i = 0; i < sequences; i++) {
    heldOut.read(i, row, 0);
    for (const token of row.subarray(1)) {
      const piece = bytes[token];
      if (piece === undefined) {
        throw new Error(`BAD_TOKEN: ${token} is not one of 0 to ${bytes.length - 1}`);
      }
      total += piece?.length ?? 0;
    }
  }
  if (total === 0) {
    throw new Error('TOO_LITTLE_DATA: the held-out tokens stand for no text; hold out more');
  }
  return (it.loss * sequences * heldOut.contextLength) / naturalLogOf2 / total;
}
