/** Blobs for the pages from several places, of which any may be gone, lack something or lie. */
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  corrupt,
  missing,
  unreachable,
} from '@commonweights/dataset-registry/store/blob-errors.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import {
  MirroredStore,
  openMirrored,
} from '@commonweights/governance-ui/reading/mirrored-store.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bytes = new TextEncoder().encode('a blob');
const digest = digestOf(bytes);

describe('a registry with mirrors', () => {
  /** What each source does, in the order in which they were asked. */
  function stage(...acts: ((digest: Digest) => Promise<Uint8Array>)[]) {
    const asked: number[] = [];
    const time = { ms: 0 };
    const sources = acts.map((act, at) => ({
      get: (digest: Digest) => {
        asked.push(at);
        return act(digest);
      },
    }));
    const store = new MirroredStore(sources, () => time.ms);
    return { store, asked, time };
  }
  const has = async () => bytes;
  const lacks = (it: Digest) => Promise.reject(missing(it, 'a'));
  const lies = (it: Digest) => Promise.reject(corrupt(it, 'a', 'other bytes'));
  const silent = () => Promise.reject(unreachable('a', 'no answer'));
  const codeOf = (work: Promise<unknown>) => work.catch((error: { code: string }) => error.code);

  it('asks the registry first, and nobody else when it has the blob', async () => {
    const { store, asked } = stage(has, has);
    expect(await store.get(digest)).to.equal(bytes);
    expect(asked).to.deep.equal([0]);
  });

  it('goes on where one is silent, lacks it or lies', async () => {
    for (const act of [silent, lacks, lies]) {
      const { store, asked } = stage(act, lacks, has);
      expect(await store.get(digest)).to.equal(bytes);
      expect(asked).to.deep.equal([0, 1, 2]);
    }
  });

  it('waits for a silent or lying one once, not for each blob, and tries it again after a minute', async () => {
    for (const act of [silent, lies]) {
      const { store, asked, time } = stage(act, has);
      for (let blob = 0; blob < 3; blob++) await store.get(digest);
      expect(asked).to.deep.equal([0, 1, 1, 1]);
      time.ms = 60_000;
      await store.get(digest);
      expect(asked.slice(4)).to.deep.equal([0, 1]);
    }
  });

  it('holds nothing against one that only lacks a blob', async () => {
    const { store, asked } = stage(lacks, has);
    for (let blob = 0; blob < 2; blob++) await store.get(digest);
    expect(asked).to.deep.equal([0, 1, 0, 1]);
  });

  it('says of the registry why it has none when nobody has it, whoever was asked first', async () => {
    const { store } = stage(silent, lacks);
    expect(await codeOf(store.get(digest))).to.equal('STORE_UNREACHABLE');
    expect(await codeOf(store.get(digest))).to.equal('STORE_UNREACHABLE');
  });

  it('reads over HTTP from a mirror when the registry is gone', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cw-mirror-'));
    await new FolderStore(join(dataDir, 'there', 'blobs')).put(bytes);
    const there = await startRegistry({ dataDir: join(dataDir, 'there'), port: 0 });
    const gone = await startRegistry({ dataDir: join(dataDir, 'gone'), port: 0 });
    await gone.stop();
    try {
      const mirrored = openMirrored({ registry: gone.url, mirrors: [there.url] });
      expect(await mirrored.get(digest)).to.deep.equal(bytes);
    } finally {
      await there.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
