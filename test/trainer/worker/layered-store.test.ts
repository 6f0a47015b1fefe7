import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { corrupt } from '@commonweights/dataset-registry/store/blob-errors.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';

const bytes = new Uint8Array([1, 2, 3, 4, 5]);
const digest = digestOf(bytes);

describe('a contributor’s blobs', () => {
  let near: MemoryStore;
  let far: MemoryStore;
  let both: LayeredStore;
  beforeEach(() => {
    near = new MemoryStore();
    far = new MemoryStore();
    both = new LayeredStore(near, far);
  });
  const read = async () => {
    const parts: number[] = [];
    for await (const part of both.read(digest, { start: 1, end: 4 })) parts.push(...part);
    return parts;
  };

  it('are fetched once, kept and counted', async () => {
    await far.put(bytes);
    for (let time = 0; time < 3; time++) expect(await both.get(digest)).to.deep.equal(bytes);
    expect(await near.has(digest)).to.equal(true);
    expect(both.traffic).to.deep.equal({ uploadedBytes: 0, downloadedBytes: 5 });
  });

  it('are taken from near, whatever became of far', async () => {
    await near.put(bytes);
    far.get = () => Promise.reject(new Error('STORE_UNREACHABLE: away'));
    far.has = far.get as never;
    far.size = far.get as never;
    expect(await both.get(digest)).to.deep.equal(bytes);
    expect(await both.has(digest)).to.equal(true);
    expect(await both.size(digest)).to.equal(5);
    expect(await read()).to.deep.equal([2, 3, 4]);
    expect(both.traffic.downloadedBytes).to.equal(0);
  });

  it('are missing when they are in neither', async () => {
    expect(await both.has(digest)).to.equal(false);
    expect(await both.size(digest)).to.equal(null);
    const failure = await both.get(digest).catch((error: Error) => error.message);
    expect(failure).to.match(/^BLOB_MISSING/);
  });

  it('are not missing because far is away: that is another failure', async () => {
    far.get = () => Promise.reject(new Error('STORE_UNREACHABLE: away'));
    const failure = await both.get(digest).catch((error: Error) => error.message);
    expect(failure).to.match(/^STORE_UNREACHABLE/);
  });

  it('are refused above the size that is asked for, wherever they lie', async () => {
    for (const store of [near, far]) {
      await store.put(bytes);
      const failure = await both.get(digest, { maxBytes: 4 }).catch((one: Error) => one.message);
      expect(failure).to.match(/^BLOB_TOO_LARGE/);
      near.blobs.clear();
    }
    expect(both.traffic.downloadedBytes).to.equal(0);
  });

  it('are kept for oneself when put', async () => {
    expect(await both.put(bytes)).to.equal(digest);
    expect(await far.has(digest)).to.equal(false);
    expect(both.traffic.uploadedBytes).to.equal(0);
  });

  it('are offered to everybody when published, once', async () => {
    for (let time = 0; time < 2; time++) expect(await both.publish(bytes)).to.equal(digest);
    expect([await near.has(digest), await far.has(digest)]).to.deep.equal([true, true]);
    expect(both.traffic.uploadedBytes).to.equal(5);
  });

  it('are not uploaded when somebody did', async () => {
    await far.put(bytes);
    await both.publish(bytes);
    expect(both.traffic.uploadedBytes).to.equal(0);
    expect(await near.has(digest)).to.equal(true);
  });

  it('are kept here, and not counted, when publishing fails', async () => {
    far.put = () => Promise.reject(new Error('STORE_UNREACHABLE: away'));
    const failure = await both.publish(bytes).catch((error: Error) => error.message);
    expect(failure).to.match(/^STORE_UNREACHABLE/);
    expect(await near.has(digest)).to.equal(true);
    expect(both.traffic.uploadedBytes).to.equal(0);
  });

  it('are published although nobody can say whether somebody did', async () => {
    far.has = () => Promise.reject(new Error('STORE_UNREACHABLE: answered 503'));
    expect(await both.publish(bytes)).to.equal(digest);
    expect(await far.size(digest)).to.equal(5);
    expect(both.traffic.uploadedBytes).to.equal(5);
  });

  describe('where the disk is full', () => {
    beforeEach(() => {
      const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      near.put = () => Promise.reject(full);
    });

    it('are had from far all the same, and published', async () => {
      await far.put(bytes);
      expect(await both.get(digest)).to.deep.equal(bytes);
      const mine = new Uint8Array([9, 8]);
      expect(await both.publish(mine)).to.equal(digestOf(mine));
      expect(await far.has(digestOf(mine))).to.equal(true);
    });

    it('are not said to be kept for oneself', async () => {
      const failure = await both.put(bytes).catch((error: Error) => error.message);
      expect(failure).to.match(/^ENOSPC/);
    });
  });

  it('are fetched again when they have rotted here', async () => {
    await near.put(bytes);
    await far.put(bytes);
    const whole = near.get.bind(near);
    near.get = () => Promise.reject(corrupt(digest, 'near', 'something else'));
    expect(await both.get(digest)).to.deep.equal(bytes);
    expect(both.traffic.downloadedBytes).to.equal(5);
    near.get = whole;
    expect(await both.get(digest)).to.deep.equal(bytes);
    expect(both.traffic.downloadedBytes).to.equal(5);
  });

  it('are dropped here when they have rotted, also when far is away', async () => {
    await near.put(bytes);
    near.get = () => Promise.reject(corrupt(digest, 'near', 'something else'));
    far.get = () => Promise.reject(new Error('STORE_UNREACHABLE: away'));
    const failure = await both.get(digest).catch((error: Error) => error.message);
    expect(failure).to.match(/^STORE_UNREACHABLE/);
    expect(await near.has(digest)).to.equal(false);
  });

  it('are forgotten here and nowhere else', async () => {
    await both.publish(bytes);
    expect(await both.forget(digest)).to.equal(true);
    expect(await both.forget(digest)).to.equal(false);
    expect([await near.has(digest), await far.has(digest)]).to.deep.equal([false, true]);
  });

  it('stay where they are, without an error, when they cannot be forgotten', async () => {
    await near.put(bytes);
    near.remove = () => Promise.reject(new Error('EACCES'));
    expect(await both.forget(digest)).to.equal(false);
    near.remove = undefined as never;
    expect(await both.forget(digest)).to.equal(false);
    expect(await both.get(digest)).to.deep.equal(bytes);
  });

  it('are read in part from where they are', async () => {
    await far.put(bytes);
    expect(await read()).to.deep.equal([2, 3, 4]);
  });

  it('come back as they went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (some, publish) => {
        const address = await (publish ? both.publish(some) : both.put(some));
        expect(await both.get(address)).to.deep.equal(some);
      }),
    );
  });
});
