/**
 * Looks for NaN and infinity in sixteen bytes at a time. A verifier looks at every weight once; in
 * JavaScript that takes a fifth of what hashing them takes, with WebAssembly's vectors a twentieth. The
 * module below is all there is to it, written out by hand because a compiler would be a dependency.
 *
 * Law: a scan answers what `firstNonFinite` answers.
 */
import { firstNonFinite } from '../exchange/finite.js';

const MASK = [0x00, 0x00, 0x80, 0x7f];
/** Added to an exponent of all ones it reaches the sign bit, and to no other. */
const CARRY = [0x00, 0x00, 0x80, 0x00];
const four = (lane: readonly number[]): number[] => [...lane, ...lane, ...lane, ...lane];

/** `scan(from, to)`: whether any of the four lanes ever had a sign bit; `to - from` in sixteens. */
// prettier-ignore
const body = [
  0x01, 0x01, 0x7b,                   // one local: 2, the vector of what was seen
  0x03, 0x40,                         // loop
  0x20, 0x02,                         //   local.get 2
  0x20, 0x00, 0xfd, 0x00, 0x00, 0x00, //   v128.load (local.get 0), any alignment
  0xfd, 0x0c, ...four(MASK),          //   v128.const
  0xfd, 0x4e,                         //   v128.and
  0xfd, 0x0c, ...four(CARRY),         //   v128.const
  0xfd, 0xae, 0x01,                   //   i32x4.add
  0xfd, 0x50,                         //   v128.or
  0x21, 0x02,                         //   local.set 2
  0x20, 0x00, 0x41, 0x10, 0x6a,       //   local.get 0 + 16
  0x22, 0x00,                         //   local.tee 0
  0x20, 0x01, 0x49,                   //   < local.get 1, unsigned
  0x0d, 0x00,                         //   br_if the loop
  0x0b,                               // end
  0x20, 0x02, 0xfd, 0xa4, 0x01,       // i32x4.bitmask (local.get 2)
  0x0b,
];
// prettier-ignore
const moduleBytes = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f,       // (i32, i32) -> i32
  0x02, 0x0b, 0x01, 0x01, 0x6d, 0x01, 0x6d,                   // import m.m,
  0x02, 0x03, 0x01, 0x80, 0x80, 0x04,                         // a memory that is shared, of any size
  0x03, 0x02, 0x01, 0x00,
  0x07, 0x08, 0x01, 0x04, 0x73, 0x63, 0x61, 0x6e, 0x00, 0x00, // export scan
  0x0a, body.length + 2, 0x01, body.length, ...body,
]);

const PAGE_BYTES = 2 ** 16;

/** Buffers that files are read into, and the scan over them. */
export class FiniteScan {
  readonly buffers: Uint8Array[];
  private readonly memory: WebAssembly.Memory;
  private readonly scan: ((from: number, to: number) => number) | null;

  constructor(count: number, bufferBytes: number) {
    const step = Math.ceil(bufferBytes / 16) * 16;
    const pages = Math.ceil((count * step) / PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.scan = instantiate(this.memory);
    this.buffers = Array.from(
      { length: count },
      (_, i) => new Uint8Array(this.memory.buffer, i * step, bufferBytes),
    );
  }

  /** What the buffers lie in: other threads may look at it. */
  get shared(): SharedArrayBuffer {
    return this.memory.buffer as unknown as SharedArrayBuffer;
  }

  /** Index of the first element that is NaN or infinite, or −1. Of any vector, quicker in a buffer. */
  firstNonFinite(values: Float32Array): number {
    const { buffer, byteOffset, byteLength } = values;
    if (!this.scan || buffer !== this.memory.buffer) return firstNonFinite(values);
    const whole = byteLength & ~15;
    if (whole > 0 && this.scan(byteOffset, byteOffset + whole) !== 0) return firstNonFinite(values);
    const found = firstNonFinite(values.subarray(whole / 4));
    return found < 0 ? -1 : whole / 4 + found;
  }
}

/** Null where the platform has no vectors: then JavaScript looks. */
function instantiate(memory: WebAssembly.Memory): ((from: number, to: number) => number) | null {
  if (!WebAssembly.validate(moduleBytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes), {
    m: { m: memory },
  });
  return exports.scan as (from: number, to: number) => number;
}
