/** Salted items: what a guess finds, and that no derivation loses a salt. */
import { expect } from 'chai';
import fc from 'fast-check';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import {
  deriveDataset,
  reproduceDataset,
  storeItems,
} from '@commonweights/dataset-registry/transforms/derive.js';
import { readContent } from '@commonweights/dataset-registry/transforms/read-content.js';
import {
  isSalted,
  saltField,
  saltItem,
  withoutSalt,
} from '@commonweights/dataset-registry/transforms/salt.js';
import { encodeItem, type TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import {
  defaultParams,
  type Transform,
} from '@commonweights/dataset-registry/transforms/transform.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

const tools = { train: trainTokenizer, load: loadTokenizer };
const votes = Array.from({ length: 40 }, (_, i) => ({
  text: `${i % 3 ? 'yes' : 'no'}`,
  ballot: i,
}));
const redact: Transform = { name: 'redact', version: 1, params: defaultParams('redact') };
const utf8 = new TextEncoder();

async function derived(items: readonly TextItem[], transform: Transform, isPrivate: boolean) {
  const store = new MemoryStore();
  const parent = { id: 'votes@1', ...(await storeItems(store, items)) };
  const parents = [parent];
  const measure = await deriveDataset({ store, transform, parents, optOuts: [], tools, isPrivate });
  const record = { id: 'derived@1', ...measure };
  expect(await reproduceDataset({ store, record, parents, tools })).to.deep.equal({
    differences: [],
  });
  return readContent(store, await getManifest(store, measure.manifest));
}

describe('a salted item', () => {
  it('is the same without its salt, and another each time it is salted', () => {
    const item = fc.record({ text: fc.string(), year: fc.integer() });
    fc.assert(
      fc.property(item, (one) => {
        const salted = saltItem(one);
        expect(withoutSalt(salted)).to.deep.equal(one);
        expect(isSalted(salted)).to.equal(true);
        expect(isSalted(one)).to.equal(false);
        expect(saltItem(salted)).to.equal(salted);
        expect(saltItem(one)).to.not.deep.equal(salted);
      }),
    );
    for (const salt of ['', 'x'.repeat(32), 'A'.repeat(32), 7]) {
      expect(isSalted({ text: 'a', [saltField]: salt })).to.equal(false);
    }
  });

  it('is not found by who guesses its text, in any list of digests', async () => {
    const content = await derived(votes.map(saltItem), redact, true);
    const guesses = votes.map((vote) => digestOf(encodeItem(vote)));
    expect(content.digests).to.have.length(votes.length);
    expect(content.digests.filter((digest) => guesses.includes(digest))).to.deep.equal([]);
    expect(digestTreeRoot(content.digests)).to.not.equal(digestTreeRoot(guesses));
  });

  it('keeps a salt that looks like the number of a card', async () => {
    const salt = `${'ab'.repeat(8)}4111111111111111`;
    const plain = `${'0'.repeat(16)}4111111111111111`;
    for (const cwSalt of [salt, plain, '41111111111111110000000000000000']) {
      const item = { text: 'card 4111 1111 1111 1111', cwSalt };
      const { items } = await derived([item], redact, true);
      expect(items).to.deep.equal([{ text: 'card [card]', cwSalt }]);
    }
  });

  it('keeps its salt through every built-in transform, packing among them', async () => {
    const items = votes.map(saltItem);
    const salts = items.map((item) => item[saltField]);
    const split: Transform = { name: 'split', version: 1, params: defaultParams('split') };
    for (const transform of [redact, split]) {
      const content = await derived(items, transform, true);
      for (const item of content.items) expect(salts).to.include(item[saltField]);
    }
    const params = {
      ...defaultParams('tokenise-and-pack'),
      ...{ vocabSize: 257, heldoutBps: 2_000, contextLength: 4 },
    };
    const packing: Transform = { name: 'tokenise-and-pack', version: 1, params };
    const packed = await derived(items, packing, true);
    const digests = items.map((item) => digestOf(encodeItem(item)));
    expect([...packed.digests].sort()).to.deep.equal([...digests].sort());
  });

  it('goes into nothing that is for everybody', async () => {
    const error = await derived(votes.map(saltItem), redact, false).catch((e: Error) => e);
    expect((error as Error).message).to.match(
      /^NOT_FOR_EVERYBODY: items of votes@1 are salted, .*--readers/,
    );
    await derived(votes, redact, false);
  });

  it('cannot lose its salt to a transform of one’s own; what had none may pass unchanged', async () => {
    const mixed = [...votes.slice(0, 5).map(saltItem), { text: 'known to all' }];
    const own = async (source: string) => {
      const store = new MemoryStore();
      const parents = [{ id: 'votes@1', ...(await storeItems(store, mixed)) }];
      const module = utf8.encode(source);
      const params = { module: digestOf(module), params: {} };
      const transform: Transform = { name: 'module', version: 1, params };
      const given = { store, transform, parents, optOuts: [], tools, isPrivate: true, module };
      return deriveDataset(given).catch((error: Error) => error);
    };
    const lost = await own('export const transform = ({ text }) => ({ text });');
    expect((lost as Error).message).to.match(/^SALT_LOST: 5 items .* have no cwSalt/);
    const weak = await own('export const transform = ({ text }) => ({ text, cwSalt: "0" });');
    expect((weak as Error).message).to.match(/^SALT_LOST: 6 items/);
    const kept = await own('export const transform = (item) => item;');
    expect(kept).to.include({ items: 6 });
  });
});
