/**
 * Draws from one random seed: the n-th draw is a tagged hash over the seed and n, so every draw of
 * a call can be repeated by whoever knows the seed and the order of draws.
 */
import type { Sha256 } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';

export class Draw {
  #start: Uint8Array | null = null;

  /** `drawn`: how many draws were made of this seed already. */
  constructor(
    readonly seed: Uint8Array,
    readonly hash: Sha256,
    public drawn = 0,
  ) {}

  /** Uniform in 0 … count − 1, up to a bias below count ÷ 2^48. */
  below(count: number): number {
    const raw = this.hash(this.#next());
    let value = 0;
    for (let i = 0; i < 6; i++) value = value * 256 + raw[i]!;
    return value % count;
  }

  /** `encodeParts(['cw/draw/1', seed, n])`, of which only n differs between draws. */
  #next(): Uint8Array {
    const start = (this.#start ??= encodeParts(['cw/draw/1', this.seed]));
    const digits = `${this.drawn++}`;
    const bytes = new Uint8Array(start.length + 4 + digits.length);
    bytes.set(start);
    bytes[start.length] = digits.length;
    for (let i = 0; i < digits.length; i++) {
      bytes[start.length + 4 + i] = digits.charCodeAt(i);
    }
    return bytes;
  }

  /**
   * `count` of 0 … size − 1, ascending, no two of them neighbours; each such choice as likely as
   * another. There must be one: 2 × count − 1 ≤ size.
   */
  apart(count: number, size: number): number[] {
    const free = Array.from({ length: size - count + 1 }, (_, i) => i);
    const chosen = Array.from({ length: count }, () => this.take(free)!);
    return chosen.sort((a, b) => a - b).map((at, i) => at + i);
  }

  /** Takes one entry out of `from`; undefined when it is empty. */
  take<T>(from: T[]): T | undefined {
    return from.length === 0 ? undefined : from.splice(this.below(from.length), 1)[0];
  }
}
