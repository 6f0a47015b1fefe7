/**
 * Draws from one random seed: the n-th draw is a tagged hash over the seed and n, so every draw of
 * a call can be repeated by whoever knows the seed and the order of draws.
 */
import type { Sha256 } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';

export class Draw {
  #drawn = 0;
  constructor(
    readonly seed: Uint8Array,
    readonly hash: Sha256,
  ) {}

  /** Uniform in 0 … count − 1, up to a bias below count ÷ 2^48. */
  below(count: number): number {
    const raw = this.hash(encodeParts(['cw/draw/1', this.seed, this.#drawn++]));
    let value = 0;
    for (let i = 0; i < 6; i++) value = value * 256 + raw[i]!;
    return value % count;
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
