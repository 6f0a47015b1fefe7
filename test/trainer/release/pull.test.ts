import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { missing } from '@commonweights/dataset-registry/store/blob-errors.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { putFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import { pullRelease, type PullProgress } from '@commonweights/trainer/release/pull.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { smallRelease, sparse, statusOf, type Small } from './small-release.js';

describe('pulling a release', () => {
  const small = smallRelease(sparse);
  const release = small.built.digest;
  const store = new MemoryStore();
  const source = { name: 'memory', store };
  let dir: string;

  before(() => putFiles(store, small.built.files));
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cw-pull-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('gives a folder that verifies, and only that', async () => {
    const targetDir = join(dir, 'model');
    const seen: PullProgress[] = [];
    await pullRelease({
      release,
      sources: [source],
      targetDir,
      onProgress: (progress) => seen.push(progress),
    });
    const verdicts = await verifyFolder({ dir: targetDir, chain: small.facts });
    expect(exitCodeOf(verdicts), JSON.stringify(verdicts)).to.equal(0);
    expect(await readdir(dir)).to.deep.equal(['model']);
    const last = seen.at(-1)!;
    expect(last.doneBytes).to.equal(last.totalBytes);
    expect(seen.every((one, i) => i === 0 || one.doneBytes >= seen[i - 1]!.doneBytes)).to.equal(
      true,
    );
  });

  it('huggingface_hub #3643: does not verify after one byte was flipped', async () => {
    const targetDir = join(dir, 'model');
    await pullRelease({ release, sources: [source], targetDir });
    const path = join(targetDir, 'model.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    const verdicts = await verifyFolder({ dir: targetDir, chain: small.facts });
    expect(exitCodeOf(verdicts)).to.equal(20);
    expect(statusOf(verdicts).weights).to.equal('fail');
  });

  it('does not verify with an extra file, a link, or without its manifest', async () => {
    const targetDir = join(dir, 'model');
    await pullRelease({ release, sources: [source], targetDir });
    const verify = () => verifyFolder({ dir: targetDir, chain: small.facts });
    await writeFile(join(targetDir, 'modeling.py'), 'import os');
    expect((await verify())[0]!.detail).to.contain('modeling.py');
    await rm(join(targetDir, 'modeling.py'));
    await symlink(join(targetDir, 'config.json'), join(targetDir, 'link'));
    expect(exitCodeOf(await verify())).to.equal(20);
    await rm(join(targetDir, 'link'));
    await rm(join(targetDir, 'manifest.json'));
    expect(exitCodeOf(await verify())).to.equal(20);
    expect(exitCodeOf(await verifyFolder({ dir: join(dir, 'none'), chain: null }))).to.equal(20);
  });

  it('resumes what a broken pull left, and leaves no target before it is whole', async () => {
    const targetDir = join(dir, 'model');
    const weights = small.built.manifest.files.find((file) => file.path === 'model.safetensors')!;
    const broken = without(store, weights.digest);
    const failing = { release, sources: [{ name: 'broken', store: broken.store }], targetDir };
    await rejects(pullRelease(failing), 'NO_SOURCE_LEFT');
    expect(await readdir(dir)).to.have.length(1);
    expect((await readdir(dir))[0]).to.match(/^model\..*\.part$/);
    const counting = without(store, null);
    await pullRelease({ release, sources: [{ name: 'whole', store: counting.store }], targetDir });
    // What had come was there already; only the rest was read again.
    expect(counting.reads.has(weights.digest)).to.equal(true);
    expect(counting.reads.size).to.be.lessThan(small.built.manifest.files.length);
    expect(await readdir(dir)).to.deep.equal(['model']);
  });

  it('gives no name to what does not verify, and goes on from it when it does', async () => {
    const targetDir = join(dir, 'model');
    const examine = async (folder: string, chain: Small['facts']): Promise<void> => {
      const verdicts = await verifyFolder({ dir: folder, chain });
      if (exitCodeOf(verdicts) !== 0) throw new Error('not verified');
    };
    const revoked = { ...small.facts.release!, status: 'revoked' as const };
    const pull = (chain: Small['facts']) =>
      pullRelease({
        ...{ release, sources: [source], targetDir },
        examine: (folder) => examine(folder, chain),
      });
    await rejects(pull({ ...small.facts, release: revoked }), 'not verified');
    expect(await readdir(dir)).to.deep.equal([`model.${release.slice(7, 23)}.part`]);
    await pull(small.facts);
    expect(await readdir(dir)).to.deep.equal(['model']);
    await rejects(pull({ ...small.facts, release: revoked }), 'not verified');
  });

  it('is not held up by a mirror that is silent from the first byte on', async () => {
    const silent = {
      get: () => new Promise<never>(() => {}),
      read: async function* (_: Digest, { signal }: { signal?: AbortSignal }) {
        await new Promise((resolve) => signal!.addEventListener('abort', resolve));
        yield new Uint8Array(0);
      },
    };
    const targetDir = join(dir, 'model');
    const dropped: string[] = [];
    await pullRelease({
      ...{ release, sources: [{ name: 'silent', store: silent }, source], targetDir },
      onSourceDropped: ({ name }) => dropped.push(name),
    });
    expect(exitCodeOf(await verifyFolder({ dir: targetDir, chain: small.facts }))).to.equal(0);
    expect(dropped).to.not.include('memory');
  });

  it('takes the true bytes when the first source lies', async () => {
    const targetDir = join(dir, 'model');
    const dropped: string[] = [];
    await pullRelease({
      release: { manifest: release },
      sources: [{ name: 'liar', store: lying(store) }, source],
      targetDir,
      onSourceDropped: ({ name }) => dropped.push(name),
    });
    expect(dropped).to.include('liar');
    expect(exitCodeOf(await verifyFolder({ dir: targetDir, chain: small.facts }))).to.equal(0);
  });

  it('is done at once when the target holds the release, and touches nothing else', async () => {
    const targetDir = join(dir, 'model');
    await pullRelease({ release, sources: [source], targetDir });
    await pullRelease({ release, sources: [source], targetDir });
    await writeFile(join(targetDir, 'config.json'), '{}');
    await rejects(pullRelease({ release, sources: [source], targetDir }), 'TARGET_NOT_EMPTY');
    expect(await readFile(join(targetDir, 'config.json'), 'utf8')).to.equal('{}');
  });

  it('refuses a target with files in it, a file for a target and a release that is too large', async () => {
    const targetDir = join(dir, 'model');
    await mkdir(targetDir);
    await writeFile(join(targetDir, 'mine.txt'), 'mine');
    await rejects(pullRelease({ release, sources: [source], targetDir }), 'TARGET_NOT_EMPTY');
    const file = join(targetDir, 'mine.txt');
    await rejects(
      pullRelease({ release, sources: [source], targetDir: file }),
      'TARGET_NOT_A_FOLDER',
    );
    const fresh = join(dir, 'fresh');
    const tight = { release, sources: [source], targetDir: fresh, totalBytesMax: 10 };
    await rejects(pullRelease(tight), 'RELEASE_TOO_LARGE');
    const missing = { release: digestOf(new Uint8Array(1)), sources: [source], targetDir: fresh };
    await rejects(pullRelease(missing), 'NO_SOURCE_LEFT');
    expect(await readdir(dir)).to.deep.equal(['model']);
  });

  it('never writes through a link that was planted in its way', async () => {
    const targetDir = join(dir, 'model');
    const outside = join(dir, 'outside');
    await mkdir(outside);
    const staging = `${targetDir}.${release.slice(7, 23)}.part`;
    await mkdir(staging);
    await symlink(outside, join(staging, 'provenance'));
    await rejects(pullRelease({ release, sources: [source], targetDir }), 'TARGET_NOT_A_FOLDER');
    expect(await readdir(outside)).to.deep.equal([]);
  });
});

async function rejects(work: Promise<unknown>, code: string): Promise<void> {
  const error = await work.then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error?.message ?? 'it succeeded').to.contain(code);
}

/** A store that lacks one blob and counts which it was read for. */
function without(inner: BlobStore, absent: Digest | null) {
  const reads = new Set<string>();
  const store: BlobStore = {
    has: async (digest) => digest !== absent && inner.has(digest),
    size: (digest) => inner.size(digest),
    get: (digest, options) => inner.get(digest, options),
    put: (bytes) => inner.put(bytes),
    read(digest, range) {
      reads.add(digest);
      if (digest === absent) throw missing(digest, 'this store');
      return inner.read(digest, range);
    },
  };
  return { store, reads };
}

/** A store that flips a bit in everything. */
function lying(inner: BlobStore): BlobStore {
  return {
    has: (digest) => inner.has(digest),
    size: (digest) => inner.size(digest),
    async get(digest, options) {
      const bytes = (await inner.get(digest, options)).slice();
      bytes[0]! ^= 1;
      return bytes;
    },
    put: (bytes) => inner.put(bytes),
    async *read(digest, range) {
      for await (const piece of inner.read(digest, range)) {
        const bytes = piece.slice();
        bytes[0]! ^= 1;
        yield bytes;
      }
    },
  };
}
