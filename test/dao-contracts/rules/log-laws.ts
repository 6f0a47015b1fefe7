/**
 * Laws of a run's log, checked from its records alone, as a stranger would who has nothing else:
 * they form one hash chain, the roots of final rounds form one chain of states, what a claim
 * carried over is what the round before left behind, and no data is paid for twice. A vote to
 * rewind takes final rounds back, and with them their place in the chain of states.
 */
import { canonicalText } from '@commonweights/dao-contracts/rules/canonical-text.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { expect } from './law-names.js';

export class LogLaws {
  /** Slices that an included claim of a final round was for; of rounds that stand. */
  readonly trainedSlices = new Set<number>();
  #head: Digest | null = null;
  readonly #rounds = new Set<number>();
  readonly #standing: RoundRecord[] = [];
  /** Claims since a rewind may bring no local state along, until a round became final. */
  #rewound = false;

  constructor(readonly initialRoot: Digest) {}

  /** Final rounds that stand, in order. */
  get standing(): readonly RoundRecord[] {
    return this.#standing;
  }

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
    if (record.outcome === 'rewind') this.#readRewind(record);
    return record;
  }

  #readFinal(record: RoundRecord): void {
    const last = this.#standing.at(-1) ?? null;
    const from = last?.root ?? this.initialRoot;
    const { round, startRoot, claims } = record;
    expect('chain', startRoot === from, () => `round ${round} starts from ${startRoot}`);
    for (const { seat, localIn, slice, included } of claims) {
      if (!included) continue;
      expect('slicePaidOnce', !this.trainedSlices.has(slice), () => `slice ${slice}`);
      this.trainedSlices.add(slice);
      if (localIn === ZERO_LOCAL_STATE) continue;
      expect('chain', !this.#rewound, () => `seat ${seat} brought a state over a rewind`);
      const before = last?.claims.find((claim) => claim.seat === seat && claim.included);
      const same = before?.localOut === localIn;
      expect('chain', same, () => `seat ${seat} brought ${localIn} into round ${round}`);
    }
    this.#standing.push(record);
    this.#rewound = false;
  }

  /** Back to a final round that stands, or to the initial root; what came after is void. */
  #readRewind({ round, to, root, startRoot }: RoundRecord): void {
    const undone = this.#standing.filter((one) => one.round > to!);
    expect('chain', undone.length > 0, () => `record ${round} rewinds nothing`);
    const from = this.#standing.at(-1)!.root;
    expect('chain', startRoot === from, () => `record ${round} rewinds from ${startRoot}`);
    this.#standing.splice(-undone.length);
    const last = this.#standing.at(-1);
    expect('chain', (last?.round ?? 0) === to, () => `round ${to} does not stand`);
    expect(
      'chain',
      root === (last?.root ?? this.initialRoot),
      () => `${root} is not that of ${to}`,
    );
    for (const { claims } of undone) {
      for (const { slice, included } of claims) if (included) this.trainedSlices.delete(slice);
    }
    this.#rewound = true;
  }
}
