/**
 * All chance of a simulation comes from one seed, by named streams: each machine, slice and block
 * has its own, so that adding an adversary does not change the luck of everybody else. Only
 * integers and `+ − × ÷`, so that a seed replays on every machine.
 */
import { createHash } from 'node:crypto';

export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** sfc32 (Chris Doty-Humphrey's small fast counter), started from the hash of its name. */
  constructor(...name: (string | number)[]) {
    const raw = createHash('sha256').update(JSON.stringify(name)).digest();
    [this.#a, this.#b, this.#c] = [0, 4, 8].map((at) => raw.readInt32LE(at)) as [
      number,
      number,
      number,
    ];
    for (let i = 0; i < 12; i++) this.uniform();
  }

  /** In [0, 1). */
  uniform(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Bell-shaped, mean 0 and variance 1: a sum of twelve uniforms, no logarithm. */
  bell(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform();
    return sum;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}
