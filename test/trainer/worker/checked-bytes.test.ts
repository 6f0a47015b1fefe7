import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { missing, unreachable } from '@commonweights/dataset-registry/store/blob-errors.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { blockBytes, CheckedBytes } from '@commonweights/trainer/worker/checked-bytes.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { codeOf } from '@commonweights/trainer/worker/passing.js';

const bytes = Uint8Array.from({ length: 2.5 * blockBytes }, (_, i) => (i * i) >> 3);
const digest = digestOf(bytes);
const [from, to] = [blockBytes - 7, blockBytes + 9];

describe('bytes that are read piece by piece', () => {
  let near: MemoryStore;
  let far: MemoryStore;
  let checked: CheckedBytes;
  beforeEach(async () => {
    near = new MemoryStore();
    far = new MemoryStore();
    await near.put(bytes);
    checked = new CheckedBytes(new LayeredStore(near, far), digest, bytes);
  });
  const read = () => checked.read(from, to);
  const rot = (store: MemoryStore) => {
    const spoilt = bytes.slice();
    spoilt[from] = spoilt[from]! ^ 1;
    store.blobs.set(digest, spoilt);
  };

  it('are those that there were, across blocks and at the end', async () => {
    expect(await read()).to.deep.equal(bytes.slice(from, to));
    expect(await checked.read(0, bytes.length)).to.deep.equal(bytes);
    expect(await checked.read(bytes.length - 1, bytes.length)).to.deep.equal(bytes.slice(-1));
  });

  it('are fetched again where the disk has rotted since', async () => {
    rot(near);
    await far.put(bytes);
    expect(await read()).to.deep.equal(bytes.slice(from, to));
    expect(await near.get(digest)).to.deep.equal(bytes);
  });

  it('are read from elsewhere where the disk took none', async () => {
    await near.remove(digest);
    near.put = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await far.put(bytes);
    expect(await read()).to.deep.equal(bytes.slice(from, to));
  });

  it('are no other bytes, whoever has those', async () => {
    await near.remove(digest);
    rot(far);
    far.get = async () => bytes;
    near.put = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    expect(await read().catch(codeOf)).to.equal('BLOB_CORRUPT');
  });

  it('are cut short by nobody, nor made longer', async () => {
    for (const length of [2 * blockBytes + 3, bytes.length + 5]) {
      near.blobs.set(digest, new Uint8Array(length));
      await far.put(bytes);
      expect(await checked.read(bytes.length - 9, bytes.length)).to.deep.equal(bytes.slice(-9));
    }
  });

  it('are missing where nobody has them, and not where nobody answers', async () => {
    await near.remove(digest);
    expect(await read().catch(codeOf)).to.equal(codeOf(missing(digest, '')));
    rot(near);
    far.get = () => Promise.reject(unreachable('the registry', 'no answer'));
    expect(await read().catch(codeOf)).to.equal('STORE_UNREACHABLE');
  });
});
