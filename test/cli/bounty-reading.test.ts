/** What a reviewer's program reads of a bounty, and what it keeps of its own votes. */
import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { readJudged } from '@commonweights/dataset-registry/transforms/bounty-reading.js';
import {
  findOpening,
  keepVotes,
  sealOfVotes,
  type SealedVotes,
} from '@commonweights/dao-contracts/client/sealed-votes.js';

describe('what a reviewer reads', () => {
  const words = (seed: number) =>
    Array.from({ length: 40 }, (_, i) => `word${seed}x${i}`).join(' ');

  /** A store that counts how many reads are under way, and the largest size asked for. */
  class Watched {
    readonly inner = new MemoryStore();
    readonly asked: Digest[] = [];
    underWay = 0;
    most = 0;
    maxBytes = 0;

    async get(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
      this.asked.push(digest);
      this.maxBytes = Math.max(this.maxBytes, options.maxBytes ?? Infinity);
      this.most = Math.max(this.most, ++this.underWay);
      await new Promise(setImmediate);
      this.underWay--;
      return this.inner.get(digest, options);
    }
  }

  it('is its own batches first, then all others a few at a time, none above 64 KiB', async () => {
    const store = new Watched();
    const all: Digest[] = [];
    for (let i = 0; i < 200; i++) all.push(await store.inner.put(encodeItem({ text: words(i) })));
    const huge = await store.inner.put(encodeItem({ text: 'a'.repeat(100_000) }));
    const items = all.slice(100, 116);
    const shown = await readJudged(store, {
      mine: [{ batch: 7, items: [...items, huge] }],
      all: [...all, huge],
    });
    expect(shown).to.have.length(17);
    expect(shown.map(({ item }) => item?.text ?? null)).to.deep.equal([
      ...items.map((_, i) => words(100 + i)),
      null,
    ]);
    expect(shown.some(({ repeats }) => repeats)).to.equal(false);
    expect(store.asked.slice(0, 17)).to.deep.equal([...items, huge]);
    expect(store.most).to.be.within(2, 8);
    expect(store.maxBytes).to.equal(65_536);
    expect(new Set(store.asked).size, 'each is fetched once').to.equal(store.asked.length);
  });

  it('names the later of two that are nearly the same, in order of payment', async () => {
    const store = new MemoryStore();
    const texts = [words(1), words(2), `${words(1)} more`];
    const all: Digest[] = [];
    for (const text of texts) all.push(await store.put(encodeItem({ text })));
    const repeats = async (mine: Digest) => {
      const [shown] = await readJudged(store, { mine: [{ batch: 0, items: [mine] }], all });
      return shown!.repeats;
    };
    expect(await repeats(all[0]!), 'the first of them').to.equal(false);
    expect(await repeats(all[1]!)).to.equal(false);
    expect(await repeats(all[2]!)).to.equal(true);
  });
});

describe('votes that this machine sealed', () => {
  const by = { contract: 'dao.test', bounty: 1, account: 'rae.test' };

  it('are opened by the salt that is on chain, though votes were sealed again meanwhile', () => {
    const kept: SealedVotes[] = [];
    const first = keepVotes(kept, { batch: 3, votes: '101' });
    const landed = sealOfVotes(first, by);
    // The answer never came, the reviewer thought again and sealed anew; then the first one landed.
    const second = keepVotes(kept, { batch: 3, votes: '111' });
    expect(second.salt).to.not.equal(first.salt);
    expect(findOpening(kept, { batch: 3, sealed: landed }, by)).to.deep.equal(first);
    expect(findOpening(kept, { batch: 3, sealed: sealOfVotes(second, by) }, by)).to.equal(second);
  });

  it('are the same when the same is sealed again', () => {
    const kept: SealedVotes[] = [];
    const first = keepVotes(kept, { batch: 0, votes: '1' });
    expect(keepVotes(kept, { batch: 0, votes: '1' })).to.equal(first);
    expect(keepVotes(kept, { batch: 1, votes: '1' })).to.not.equal(first);
    expect(kept).to.have.length(2);
  });

  it('open nothing that was sealed elsewhere', () => {
    const kept: SealedVotes[] = [];
    const mine = keepVotes(kept, { batch: 0, votes: '1' });
    expect(findOpening([], { batch: 0, sealed: sealOfVotes(mine, by) }, by)).to.equal(null);
    expect(findOpening(kept, { batch: 1, sealed: sealOfVotes(mine, by) }, by)).to.equal(null);
  });
});
