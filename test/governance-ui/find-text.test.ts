/** Whether a text is in what a release was made of, searched the way a tab does it. */
import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { storeItems } from '@commonweights/dataset-registry/transforms/derive.js';
import { findText } from '@commonweights/governance-ui/reading/find-text.js';

type Client = Parameters<typeof findText>[0]['client'];
type Change = Record<string, object>;

const sentences = [
  'We, the people of the river, met in the winter.',
  'The harvest was good that year.',
  'We, the people of the river, met in the winter. And went home.',
];

describe('a text in a release', () => {
  const search = async (text: string, change: Change = {}) => {
    const store = new MemoryStore();
    const measure = await storeItems(
      store,
      sentences.map((one) => ({ text: one })),
    );
    const datasets: Record<string, object> = {
      'packed@1': { id: 'packed@1', bytes: 1, items: 3, manifest: measure.manifest, parents: [] },
    };
    datasets['packed@1'] = {
      ...{ id: 'packed@1', ...measure, parents: [{ dataset: 'texts@1' }] },
      ...change['packed@1'],
    };
    datasets['texts@1'] = { id: 'texts@1', ...measure, parents: [], ...change['texts@1'] };
    const client = {
      getRun: async () => ({ terms: { datasets: ['packed@1'] } }),
      getDataset: async ({ id }: { id: string }) => datasets[id] ?? null,
    } as unknown as Client;
    const read: string[] = [];
    const onProgress = (id: string) => void read.push(id);
    const { datasets: found } = await findText({ client, store, run: 1, text, onProgress });
    return { found, read, texts: found.find(({ id }) => id === 'texts@1')! };
  };

  it('is found in every item that has it, with what is around it', async () => {
    const { texts, read } = await search('the people of the river');
    expect(texts.matches.map(({ index, before, after }) => [index, before, after])).to.deep.equal([
      [0, 'We, ', ', met in the winter.'],
      [2, 'We, ', ', met in the winter. And went home.'],
    ]);
    expect(texts).to.include({ more: false, why: null, items: 3 });
    expect(read).to.include.members(['packed@1', 'texts@1']);
  });

  it('is told apart from an item that is this text and nothing else', async () => {
    const { texts } = await search(sentences[0]!);
    expect(texts.matches.map(({ index, whole }) => [index, whole])).to.deep.equal([
      [0, true],
      [2, false],
    ]);
  });

  it('that differs in one character is not in it', async () => {
    const { texts } = await search('the People of the river');
    expect(texts.matches).to.deep.equal([]);
    expect(texts.why).to.equal(null);
  });

  it('is searched in nothing whose items are not those on record, and that is said', async () => {
    const itemsRoot = `sha256:${'0'.repeat(64)}` as Digest;
    const { texts } = await search('the people', { 'texts@1': { itemsRoot } });
    expect(texts).to.include({
      why: 'its items are not those on record; do not use it, and dispute it',
    });
    expect(texts.matches).to.deep.equal([]);
  });

  it('is not searched where a dataset is too large or cannot be had, and that is said', async () => {
    const large = await search('the people', { 'texts@1': { bytes: 2 ** 40 } });
    expect(large.texts.why).to.match(/^it has \d+ bytes, and a page searches \d+$/);
    const manifest = `sha256:${'1'.repeat(64)}` as Digest;
    const gone = await search('the people', { 'texts@1': { manifest } });
    expect(gone.texts.why).to.match(/BLOB_MISSING/);
  });

  it('is not called unpacked where the packed dataset cannot be had', async () => {
    const use = (it: Awaited<ReturnType<typeof search>>) => it.texts.matches.map((one) => one.use);
    expect(use(await search('We, the people'))).to.deep.equal(['not packed', 'not packed']);
    const manifest = `sha256:${'1'.repeat(64)}` as Digest;
    const hidden = await search('We, the people', { 'packed@1': { manifest } });
    expect(use(hidden)).to.deep.equal(['unknown', 'unknown']);
  });

  it('has to be long enough to say something', async () => {
    const failure = await search('people').catch((error: Error) => error);
    expect((failure as Error).message).to.match(/^TEXT_TOO_SHORT: 6 characters/);
  });
});
