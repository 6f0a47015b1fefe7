/** An item of a bounty as reviewers and publishers read it. */
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { BlobError } from '@commonweights/dataset-registry/store/blob-errors.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import {
  encodeBountyItem,
  readItem,
} from '@commonweights/dataset-registry/transforms/bounty-item.js';

const utf8 = new TextEncoder();
const put = (store: MemoryStore, text: string) => store.put(utf8.encode(text));

describe('an item of a bounty', () => {
  it('is read in its one spelling', async () => {
    const store = new MemoryStore();
    const digest = await store.put(encodeItem({ text: 'a mail', label: 'mail' }));
    expect(await readItem(store, digest)).to.deep.equal({ text: 'a mail', label: 'mail' });
  });

  it('is none in any other spelling, though digest and text are right', async () => {
    const store = new MemoryStore();
    for (const spelling of [
      '{"text":"a mail","label":"mail"}',
      '{"label":"mail", "text":"a mail"}',
      '{"label":"mail","text":"\\u0061 mail"}',
      '\ufeff{"label":"mail","text":"a mail"}',
      '{"label":"mail","text":"a mail"}\n',
      '{"label":"mail","label":"mail","text":"a mail"}',
    ]) {
      expect(await readItem(store, await put(store, spelling)), spelling).to.equal(null);
    }
  });

  it('is none above 64 KiB, and is not handed in either', async () => {
    const store = new MemoryStore();
    const overhead = encodeItem({ text: '' }).length;
    const largest = { text: 'a'.repeat(65_536 - overhead) };
    const larger = { text: `${largest.text}a` };
    expect(await readItem(store, await store.put(encodeBountyItem(largest)))).to.deep.equal(
      largest,
    );
    expect(await readItem(store, await store.put(encodeItem(larger)))).to.equal(null);
    expect(() => encodeBountyItem(larger)).to.throw(/^BAD_ITEM: 65537 bytes, at most 65536/);
  });

  it('is unknown, not absent, while the registry cannot be reached', async () => {
    const down = {
      get: async () => Promise.reject(new BlobError('STORE_UNREACHABLE', 'the registry is down')),
    };
    let failure: unknown;
    await readItem(down, digestOf(utf8.encode('x'))).catch((error: unknown) => (failure = error));
    expect(failure).to.be.instanceOf(BlobError);
    expect(await readItem(new MemoryStore(), digestOf(utf8.encode('x')))).to.equal(null);
  });
});
