/**
 * Training data as one blob of token ids (u16, little-endian). Sequence i is the L + 1 tokens from
 * i·L on: each predicts its successor, and neighbours share one token, so nothing is left unused.
 */
import { contextLengthMax } from '../program/limits.js';

export class PackedSequences {
  /** Whole sequences in the blob. */
  readonly count: number;
  private readonly view: DataView;

  /** `bytes` holds u16 token ids, `contextLength` is L. */
  constructor(
    bytes: Uint8Array,
    readonly contextLength: number,
  ) {
    if (!Number.isInteger(contextLength) || contextLength < 1 || contextLength > contextLengthMax) {
      throw new Error(`BAD_DATA: context length ${contextLength} is not 1 to ${contextLengthMax}`);
    }
    if (bytes.length % 2 !== 0) {
      throw new Error(`BAD_DATA: ${bytes.length} bytes are not whole u16 tokens; pack it again`);
    }
    const tokens = bytes.length / 2;
    this.count = Math.max(0, Math.floor((tokens - 1) / contextLength));
    if (this.count === 0) {
      throw new Error(
        `BAD_DATA: ${tokens} tokens are less than one sequence of ${contextLength + 1}; ` +
          'add data or shorten the context',
      );
    }
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Of all tokens in the blob, those that fill no last sequence included. */
  largestToken(): number {
    let largest = 0;
    for (let at = 0; at < this.view.byteLength; at += 2) {
      const token = this.view.getUint16(at, true);
      if (token > largest) largest = token;
    }
    return largest;
  }

  /** Writes the L + 1 tokens of sequence `index` into `out` at `at`. */
  read(index: number, out: Int32Array, at: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new Error(`BAD_SEQUENCE: ${index} is not one of ${this.count}`);
    }
    const first = index * this.contextLength;
    for (let i = 0; i <= this.contextLength; i++) {
      out[at + i] = this.view.getUint16(2 * (first + i), true);
    }
  }
}

/** Tokens as the blob that `PackedSequences` reads. */
export function packTokens(tokens: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(2 * tokens.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (!Number.isInteger(token) || token < 0 || token > 0xffff) {
      throw new Error(`BAD_TOKEN: ${token} at ${i} does not fit u16; use a smaller vocabulary`);
    }
    view.setUint16(2 * i, token, true);
  }
  return bytes;
}
