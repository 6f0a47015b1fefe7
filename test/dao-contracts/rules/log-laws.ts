/**
 * Laws of a run's log, checked from its records alone, as a stranger would who has nothing else:
 * they form one hash chain, the roots of final rounds form one chain of states, what a claim
 * carried over is what the round before left behind, and no data is paid for twice.
 */
import { canonicalText } from '@commonweights/dao-contracts/rules/canonical-text.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { expect } from './law-names.js';

export class LogLaws {
  /** Slices that an included claim of a final round was for. */
  readonly trainedSlices = new Set<number>();
  #head: Digest | null = null;
  readonly #rounds = new Set<number>();
  #lastFinal: RoundRecord | null = null;

  constructor(readonly initialRoot: Digest) {}

  get head(): Digest | null {
    return this.#head;
  }

  read(text: string): RoundRecord {
    const record = JSON.parse(text) as RoundRecord;
    const { round } = record;
    expect('log', canonicalText(record) === text, () => `not canonical: ${text}`);
    expect('log', record.previous === this.#head, () => `round ${round} follows ${this.#head}`);
    this.#head = digestOf(new TextEncoder().encode(text));
    expect('rounds', !this.#rounds.has(round), () => `two records of ${round}`);
    this.#rounds.add(round);
    if (record.outcome === 'final') this.#readFinal(record);
    return record;
  }

  #readFinal(record: RoundRecord): void {
    const last = this.#lastFinal;
    const from = last?.root ?? this.initialRoot;
    const { round, startRoot, claims } = record;
    expect('chain', startRoot === from, () => `round ${round} starts from ${startRoot}`);
    for (const { seat, localIn, slice, included } of claims) {
      if (!included) continue;
      expect('slicePaidOnce', !this.trainedSlices.has(slice), () => `slice ${slice}`);
      this.trainedSlices.add(slice);
      if (localIn === ZERO_LOCAL_STATE) continue;
      const before = last?.claims.find((claim) => claim.seat === seat && claim.included);
      const same = before?.localOut === localIn;
      expect('chain', same, () => `seat ${seat} brought ${localIn} into round ${round}`);
    }
    this.#lastFinal = record;
  }
}
