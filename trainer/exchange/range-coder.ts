/**
 * An adaptive binary range coder in integers: each bit is coded with a probability that follows
 * what its context has seen, so skewed bits cost less than a bit. Encoder and decoder keep the
 * same state, and every operation is exact, so every machine writes the same bytes.
 *
 * The method is the carry-propagating range coder of G. N. N. Martin (1979) with 32-bit range, as
 * widely used since. `low` stays below 2³³ and so is exact as a JavaScript number.
 *
 * A decoder of this kind accepts several streams for one message: callers compare the stream with
 * what encoding the message again gives, and refuse any other.
 */

const TOP = 2 ** 24;
/** Bounds of a probability in 1/65536: 11 bits is the most that one bit can cost. */
const LEAST = 32;
const MOST = 65_536 - LEAST;
/** A context averages over about this many of its latest bits. */
const MEMORY = 160;

/** Adaptive probabilities (of a 0 bit), one per context. */
export class BitModel {
  readonly probabilities: Uint16Array;
  private readonly seen: Uint8Array;

  constructor(contexts: number) {
    this.probabilities = new Uint16Array(contexts).fill(32_768);
    this.seen = new Uint8Array(contexts);
  }

  update(context: number, bit: number): void {
    const seen = this.seen[context]!;
    const old = this.probabilities[context]!;
    const target = bit === 0 ? 65_536 : 0;
    // Fast while little was seen, then slower: the running mean, bounded.
    const next = old + (((target - old) / (seen + 1.5)) | 0);
    this.probabilities[context] = next < LEAST ? LEAST : next > MOST ? MOST : next;
    if (seen < MEMORY) this.seen[context] = seen + 1;
  }
}

export class RangeEncoder {
  private bytes: Uint8Array;
  private length = 0;
  private low = 0;
  private range = 0xffffffff;
  private held = 0;
  /** Bytes of 0xff behind `held` that wait for a carry. */
  private waiting = 0;
  /** The first `held` stands before the number's first digit: always 0, never written. */
  private started = false;

  constructor(expectedBytes: number) {
    this.bytes = new Uint8Array(Math.max(64, expectedBytes));
  }

  bit(model: BitModel, context: number, bit: number): void {
    const bound = (this.range >>> 12) * (model.probabilities[context]! >>> 4);
    if (bit === 0) this.range = bound;
    else {
      this.low += bound;
      this.range -= bound;
    }
    model.update(context, bit);
    while (this.range < TOP) this.shift();
  }

  /** `count` (at most 16) equally likely bits. */
  plain(value: number, count: number): void {
    this.range >>>= count;
    this.low += value * this.range;
    while (this.range < TOP) this.shift();
  }

  finish(): Uint8Array {
    this.range = 0;
    for (let i = 0; i < 5; i++) this.shift();
    return this.bytes.slice(0, this.length);
  }

  private shift(): void {
    if (this.low < 0xff000000 || this.low >= 2 ** 32) {
      const carry = this.low >= 2 ** 32 ? 1 : 0;
      if (this.started) this.write((this.held + carry) & 0xff);
      this.started = true;
      for (; this.waiting > 0; this.waiting--) this.write((0xff + carry) & 0xff);
      this.held = (this.low >>> 24) & 0xff;
    } else {
      this.waiting++;
    }
    this.low = (this.low & 0x00ffffff) * 256;
    this.range = (this.range << 8) >>> 0;
  }

  private write(byte: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = byte;
  }
}

export class RangeDecoder {
  private at = 0;
  private code = 0;
  private range = 0xffffffff;
  /** Bytes asked for beyond the end: more than none means that the stream was cut. */
  missing = 0;

  /** `bytes`: the stream, or its first at least four, of which the rest is fed. */
  constructor(private bytes: Uint8Array) {
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.next()) >>> 0;
  }

  /** Bytes that are here and were not asked for yet. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The bytes that follow those that it has, before any of them is asked for. */
  feed(more: Uint8Array): void {
    const joined = new Uint8Array(this.left + more.length);
    joined.set(this.bytes.subarray(this.at));
    joined.set(more, this.left);
    this.bytes = joined;
    this.at = 0;
  }

  bit(model: BitModel, context: number): number {
    const bound = (this.range >>> 12) * (model.probabilities[context]! >>> 4);
    let bit = 0;
    if (this.code < bound) this.range = bound;
    else {
      this.code -= bound;
      this.range -= bound;
      bit = 1;
    }
    model.update(context, bit);
    while (this.range < TOP) this.shift();
    return bit;
  }

  plain(count: number): number {
    this.range >>>= count;
    const value = Math.min(Math.floor(this.code / this.range), 2 ** count - 1);
    this.code -= value * this.range;
    while (this.range < TOP) this.shift();
    return value;
  }

  private shift(): void {
    this.code = ((this.code << 8) | this.next()) >>> 0;
    this.range = (this.range << 8) >>> 0;
  }

  private next(): number {
    if (this.at < this.bytes.length) return this.bytes[this.at++]!;
    this.missing++;
    return 0;
  }
}
