/**
 * A seeded order of all seats of which any single place is computed alone: no call ever shuffles
 * ten thousand seats to know sixty-four. A Feistel network over pairs (left, right) with left below
 * a and right below b, a × b barely above N (Black and Rogaway's generalised Feistel), walked on
 * while it lands outside. Law: `seatAt` maps 0 … N − 1 one to one onto 0 … N − 1.
 */
import type { Sha256 } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';

/** Of six rounds each half is mixed three times; a place costs six hashes. */
const networkRounds = 6;

export class SeatOrder {
  readonly #left: number;
  readonly #right: number;
  readonly #input: Uint8Array;

  constructor(
    seed: Uint8Array,
    readonly seats: number,
    readonly hash: Sha256,
  ) {
    this.#left = Math.ceil(Math.sqrt(seats));
    this.#right = Math.ceil(seats / this.#left);
    // `H("cw/fleet-order/1", seed, network round and half as five bytes)`: only those five change.
    this.#input = encodeParts(['cw/fleet-order/1', seed, new Uint8Array(5)]);
  }

  /** The seat at `place`. */
  seatAt(place: number): number {
    let at = place;
    do at = this.#permute(at);
    while (at >= this.seats);
    return at;
  }

  #permute(value: number): number {
    let left = Math.floor(value / this.#right);
    let right = value % this.#right;
    for (let round = 0; round < networkRounds; round += 2) {
      left = (left + this.#mix(round, right)) % this.#left;
      right = (right + this.#mix(round + 1, left)) % this.#right;
    }
    return left * this.#right + right;
  }

  /** 48 bits of a hash over the round and a half. */
  #mix(round: number, half: number): number {
    const at = this.#input.length - 5;
    this.#input[at] = round;
    this.#input[at + 1] = half & 255;
    this.#input[at + 2] = (half >>> 8) & 255;
    this.#input[at + 3] = (half >>> 16) & 255;
    this.#input[at + 4] = half >>> 24;
    const raw = this.hash(this.#input);
    let value = 0;
    for (let i = 0; i < 6; i++) value = value * 256 + raw[i]!;
    return value;
  }
}
