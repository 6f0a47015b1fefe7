/** Lists of items to leave out: how they are written, and that nothing new holds what they name. */
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { cleanDefaults } from '@commonweights/dataset-registry/transforms/clean.js';
import {
  deriveDataset,
  reproduceDataset,
  storeItems,
} from '@commonweights/dataset-registry/transforms/derive.js';
import { readContent } from '@commonweights/dataset-registry/transforms/read-content.js';
import { decodeOptOut, encodeOptOut } from '@commonweights/dataset-registry/transforms/opt-out.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { packDefaults } from '@commonweights/dataset-registry/transforms/tokenise-and-pack.js';
import {
  decodeTransform,
  type Transform,
} from '@commonweights/dataset-registry/transforms/transform.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

const tools = { train: trainTokenizer, load: loadTokenizer };
const named = (text: string): Digest => digestOf(new TextEncoder().encode(text));
const items = ['first', 'second', 'third', 'fourth'].map((word) => ({ text: `the ${word} one` }));
const digests = items.map((item) => digestOf(encodeItem(item)));
const cleaning: Transform = {
  name: 'clean',
  version: 1,
  params: { ...cleanDefaults, charactersMin: 1 },
};

describe('an opt-out list', () => {
  it('is read back, sorted, each once', () => {
    const some = fc.array(fc.string().map(named), { maxLength: 20 });
    fc.assert(
      fc.property(some, (list) => {
        expect(decodeOptOut(encodeOptOut(list))).to.deep.equal([...new Set(list)].sort());
      }),
      { endOnFailure: true },
    );
  });

  it('is refused in any other spelling', () => {
    const [a, b] = digests.slice(0, 2).sort() as [Digest, Digest];
    const bad = ['', '{}', '["x"]', 'null', `["${a}", "${b}"]`, `["${b}","${a}"]`];
    bad.push(`["${a}","${a}"]`, `["${a}","${b}"]\n`, `${a}\n${b}\n`, `["${a.toUpperCase()}"]`);
    for (const text of bad) {
      expect(() => decodeOptOut(new TextEncoder().encode(text)), text).to.throw(
        /^BAD_OPT_OUT: the list: .*; write it/,
      );
    }
    const many = Array.from({ length: 200_001 }, (_, i) => {
      return `sha256:${i.toString(16).padStart(64, '0')}` as Digest;
    });
    expect(() => encodeOptOut(many)).to.throw(/^BAD_OPT_OUT: the list: 200001 items/);
  });
});

describe('a derivation from a dataset with an opt-out list', () => {
  let store: MemoryStore;
  let raw: Awaited<ReturnType<typeof storeItems>> & { id: string };
  let list: Digest;

  beforeEach(async () => {
    store = new MemoryStore();
    raw = { id: 'raw@1', ...(await storeItems(store, items)) };
    list = await store.put(encodeOptOut([digests[1]!, digests[3]!, named('elsewhere')]));
  });

  const derive = (transform: Transform, parent = raw, of = 'raw@1') =>
    deriveDataset({
      ...{ store, transform, parents: [parent], tools },
      optOuts: [{ dataset: of, list }],
    });
  const leaving = (lists: Digest[]) =>
    ({ name: 'leave-out', version: 1, params: { lists } }) as const;
  const rejects = async (work: Promise<unknown>, sentence: RegExp) => {
    let message = 'accepted';
    await work.catch((error: Error) => (message = error.message));
    expect(message).to.match(sentence);
  };

  it('is refused while an item is in it that the list names, changed or not', async () => {
    const sentence = /^OPTED_OUT: 2 items, sha256:.* of raw@1; derive with --transform leave-out/;
    await rejects(derive(cleaning), sentence);
    await rejects(derive({ name: 'redact', version: 1, params: { kinds: ['email'] } }), sentence);
  });

  it('is refused before the work, also where nobody has the list', async () => {
    let trained = 0;
    const packing = decodeTransform({
      name: 'tokenise-and-pack',
      version: 1,
      params: packDefaults,
    });
    const train = (): never => {
      trained++;
      throw new Error('TRAINED: that takes an hour');
    };
    const deriving = (named: Digest) =>
      deriveDataset({
        ...{ store, transform: packing, parents: [raw], tools: { ...tools, train } },
        optOuts: [{ dataset: 'raw@1', list: named }],
      });
    await rejects(deriving(list), /^OPTED_OUT/);
    await rejects(deriving(named('no list')), /^BLOB_MISSING/);
    expect(trained).to.equal(0);
  });

  it('leaves out what the list names, and anybody can run that again', async () => {
    const measure = await derive(leaving([list]));
    const content = await readContent(store, await getManifest(store, measure.manifest));
    expect(content.digests).to.deep.equal([digests[0], digests[2]]);
    const record = { id: 'raw@2', ...measure };
    const again = await reproduceDataset({ store, record, parents: [raw], tools });
    expect(again.differences).to.deep.equal([]);
    // What descends from that is free of it, though the list of its ancestor still stands.
    expect((await derive(cleaning, record)).items).to.equal(2);
  });

  it('is refused when it leaves out by another list than the one that stands', async () => {
    const other = await store.put(encodeOptOut([digests[0]!, digests[1]!]));
    await rejects(derive(leaving([other])), /^OPTED_OUT: 1 items, /);
    expect((await derive(leaving([list, other].sort()))).items).to.equal(1);
  });

  it('is refused when nothing is left, or nobody has the list', async () => {
    const all = await store.put(encodeOptOut(digests));
    await rejects(derive(leaving([all])), /^EMPTY_DATASET/);
    await rejects(derive(leaving([named('no list')])), /^BLOB_MISSING/);
    const noList = await store.put(new TextEncoder().encode('names\n'));
    await rejects(derive(leaving([noList])), /^BAD_OPT_OUT/);
  });

  it('is refused with lists that are not sorted, twice the same, or none', () => {
    const [a, b] = [named('a'), named('b')].sort();
    for (const lists of [[], [b, a], [a, a], ['x'], a, Array.from({ length: 65 }, () => a)]) {
      const transform = { name: 'leave-out', version: 1, params: { lists } };
      expect(() => decodeTransform(transform)).to.throw(/^BAD_PARAMS: "lists"/);
    }
  });
});
