import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { BucketStore } from '@commonweights/dataset-registry/store/bucket-store.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { openBundleStore } from '@commonweights/trainer/release/bundle-store.js';
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import { MirrorFolder } from '@commonweights/trainer/release/mirror-folder.js';
import { pullRelease, type ReleaseSource } from '@commonweights/trainer/release/pull.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { startS3 } from '../../dataset-registry/store/s3-server.js';
import { diloco, smallRelease, sparse, type Small } from './small-release.js';

describe('a mirror of releases', () => {
  const one = smallRelease(sparse);
  const two = smallRelease(diloco);
  let dir: string;
  let mirror: MirrorFolder;

  /** The release as a folder, in chunks so small that most files have a list. */
  async function folderOf(small: Small, name: string, chunkBytes = 1024) {
    const folder = join(dir, name);
    for (const { path, bytes } of small.built.files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const { manifest } = describeFiles([...small.built.files], { chunkBytes });
    const encoded = encodeManifest(manifest);
    await writeFile(join(folder, 'manifest.json'), encoded);
    const digest = digestOf(encoded);
    const facts = { ...small.facts, release: { ...small.facts.release!, manifest: digest } };
    return { folder, digest, facts, manifest };
  }

  async function pullFrom(store: ReleaseSource['store'], it: Awaited<ReturnType<typeof folderOf>>) {
    const targetDir = join(dir, 'pulled');
    await rm(targetDir, { recursive: true, force: true });
    await pullRelease({ release: it.digest, sources: [{ name: 'mirror', store }], targetDir });
    expect(exitCodeOf(await verifyFolder({ dir: targetDir, chain: it.facts }))).to.equal(0);
  }

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cw-mirror-'));
    mirror = new MirrorFolder(join(dir, 'mirror'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('takes a folder in and hands it out: served, as a folder, and laid out for a web server', async () => {
    const it_ = await folderOf(one, 'one');
    const added = await mirror.add(it_.folder, 'speeches-1.0.0');
    expect(added).to.deep.include({ manifest: it_.digest, denied: null });
    expect(await mirror.list()).to.deep.equal([added]);
    const registry = await startRegistry({ dataDir: mirror.dataDir, port: 0 });
    try {
      await pullFrom(new HttpStore(registry.url), it_);
      const upload = await fetch(`${registry.url}/blobs/${it_.digest}`, {
        method: 'PUT',
        body: 'x',
      });
      expect(upload.ok).to.equal(false);
    } finally {
      await registry.stop();
    }
    await pullFrom(openBundleStore(mirror.dataDir), it_);
    const blobs = await mirror.export(join(dir, 'public'));
    expect(blobs).to.be.greaterThan(it_.manifest.files.length);
    await pullFrom(openBundleStore(join(dir, 'public')), it_);
    const plain = await serveFiles(join(dir, 'public'));
    try {
      await pullFrom(
        new HttpStore(`http://127.0.0.1:${(plain.address() as AddressInfo).port}`),
        it_,
      );
    } finally {
      plain.close();
    }
  });

  it('lays itself out in a bucket, from which anybody pulls, and takes away what is denied since', async () => {
    const s3 = await startS3();
    try {
      const bucket = new BucketStore({ ...s3.options, stagingFolder: join(dir, 'tmp') });
      const [first, second] = [await folderOf(one, 'one'), await folderOf(two, 'two')];
      await mirror.add(first.folder, 'one-1.0.0');
      const sent = await mirror.exportToBucket(bucket);
      expect(sent.sentBytes).to.be.greaterThan(0);
      const { endpoint, bucket: name } = s3.options;
      await pullFrom(new HttpStore(`${endpoint}/${name}/a/b`), first);
      expect(await mirror.exportToBucket(bucket)).to.deep.equal({ ...sent, sentBytes: 0 });
      await mirror.add(second.folder, 'two-1.0.0');
      const told: number[] = [];
      const both = await mirror.exportToBucket(bucket, ({ blobs }) => told.push(blobs));
      expect(told).to.deep.equal(Array.from({ length: both.blobs }, (_, i) => i + 1));
      await mirror.deny(first.digest, 'a court order');
      await mirror.exportToBucket(bucket);
      expect(await bucket.has(first.digest)).to.equal(false);
      await pullFrom(new HttpStore(`${endpoint}/${name}/a/b`), second);
      // A file that has rotted here is not handed on.
      const { digest } = second.manifest.files[0]!;
      await bucket.remove(digest);
      await writeFile(mirror.store.pathOf(digest), 'rotten');
      await rejects(mirror.exportToBucket(bucket), 'BLOB_CORRUPT');
      expect(await bucket.has(digest)).to.equal(false);
    } finally {
      await s3.stop();
    }
  });

  it('is served out of a bucket that nobody but its operator may read, with denials of its own', async () => {
    const s3 = await startS3();
    try {
      const bucket = new BucketStore({ ...s3.options, stagingFolder: join(dir, 'tmp') });
      const [first, second] = [await folderOf(one, 'one'), await folderOf(two, 'two')];
      for (const it_ of [first, second]) await mirror.add(it_.folder, it_.digest.slice(7, 15));
      await mirror.exportToBucket(bucket);
      // With the keys it is a source as any other.
      await pullFrom(bucket, first);
      const elsewhere = new MirrorFolder(join(dir, 'elsewhere'), bucket);
      const { dataDir } = elsewhere;
      const serving = { dataDir, bucket: s3.options, port: 0 };
      let registry = await startRegistry(serving);
      await pullFrom(new HttpStore(registry.url), first);
      const upload = await fetch(`${registry.url}/blobs/${first.digest}`, {
        method: 'PUT',
        body: 'x',
      });
      expect(upload.ok).to.equal(false);
      await registry.stop();
      const denied = await elsewhere.deny(first.digest, 'a court order');
      const weights = first.manifest.files.find(({ path }) => path === 'model.safetensors')!;
      expect(denied).to.include.members([first.digest, weights.digest, weights.chunks.list]);
      registry = await startRegistry(serving);
      for (const digest of [first.digest, weights.digest]) {
        const answer = await fetch(`${registry.url}/blobs/${digest}`);
        expect(answer.status).to.equal(451);
        expect(await answer.text()).to.contain('a court order');
      }
      await registry.stop();
      await s3.stop();
      // Which files a release has is asked of the bucket: without it a denial would be half of one.
      await rejects(elsewhere.deny(second.digest, 'why'), 'STORE_UNREACHABLE');
    } finally {
      await s3.stop().catch(() => {});
    }
  });

  it('takes in nothing that the manifest does not name so, and no manifest before its files', async () => {
    const it_ = await folderOf(one, 'one');
    const path = join(it_.folder, 'model.safetensors');
    const bytes = await readFile(path);
    for (const wrong of [
      bytes.subarray(1),
      bytes.map((byte, i) => (i === 4000 ? byte ^ 1 : byte)),
    ]) {
      await writeFile(path, wrong);
      await rejects(mirror.add(it_.folder, 'x'), 'MIRROR_REFUSED: model.safetensors');
      expect(await mirror.list()).to.deep.equal([]);
      expect(await mirror.store.has(it_.digest)).to.equal(false);
    }
    await writeFile(path, bytes);
    const { manifest } = it_;
    manifest.files[0]!.chunks.root = manifest.files[1]!.chunks.root;
    await writeFile(join(it_.folder, 'manifest.json'), encodeManifest(manifest));
    await rejects(mirror.add(it_.folder, 'x'), 'MIRROR_REFUSED');
    const other = await folderOf(two, 'two');
    const long = other.manifest.files.find(({ size }) => size > 1024)!;
    long.chunks.list = long.digest;
    await writeFile(join(other.folder, 'manifest.json'), encodeManifest(other.manifest));
    await rejects(mirror.add(other.folder, 'y'), `MIRROR_REFUSED: ${long.path}`);
  });

  it('serves a denied release no more, and what another release needs still', async () => {
    const a = await folderOf(one, 'one');
    const b = await folderOf(two, 'two');
    await mirror.add(a.folder, 'a');
    await mirror.add(b.folder, 'b');
    await mirror.export(join(dir, 'public'));
    await appendFile(join(mirror.dataDir, 'denylist.txt'), '# no line end after this');
    const denied = await mirror.deny(a.digest, 'a court\norder');
    expect(denied).to.include(a.digest);
    const shared = digestOf(one.files.get('tokenizer.json')!);
    expect(denied).to.not.include(shared);
    expect((await mirror.list()).map((it_) => [it_.name, it_.denied])).to.deep.equal([
      ['a', 'a court order'],
      ['b', null],
    ]);
    const registry = await startRegistry({ dataDir: mirror.dataDir, port: 0 });
    try {
      expect((await fetch(`${registry.url}/blobs/${a.digest}`)).status).to.equal(451);
      await pullFrom(new HttpStore(registry.url), b);
    } finally {
      await registry.stop();
    }
    await rejects(mirror.add(a.folder, 'a'), 'MIRROR_REFUSED: the operator denies');
    await mirror.export(join(dir, 'public'));
    await rejects(openBundleStore(join(dir, 'public')).get(a.digest), 'BLOB_MISSING');
    expect(await mirror.deny(a.digest, 'again')).to.deep.equal([]);
    await rejects(mirror.deny(b.digest, ' \n'), 'MIRROR_REFUSED: no reason');
  });

  it('serves a denied file no more, though releases need it, nor leaves it laid out', async () => {
    const a = await folderOf(one, 'one');
    await mirror.add(a.folder, 'a');
    await mirror.export(join(dir, 'public'));
    const tokenizer = digestOf(one.files.get('tokenizer.json')!);
    expect(await mirror.deny(tokenizer, 'a court order')).to.deep.equal([tokenizer]);
    await mirror.export(join(dir, 'public'));
    await rejects(openBundleStore(join(dir, 'public')).get(tokenizer), 'BLOB_MISSING');
  });

  it('keeps two releases of one name apart', async () => {
    const [a, b] = [await folderOf(one, 'one'), await folderOf(two, 'two')];
    expect((await mirror.add(a.folder, '-1.0.0')).name).to.equal('-1.0.0');
    const second = (await mirror.add(b.folder, '-1.0.0')).name;
    expect(second).to.match(/^-1\.0\.0-[0-9a-f]{16}$/);
    expect((await mirror.add(b.folder, '-1.0.0')).name).to.equal(second);
    expect((await mirror.list()).map(({ manifest }) => manifest)).to.have.members([
      a.digest,
      b.digest,
    ]);
  });
});

/** A server that knows nothing but files. */
function serveFiles(root: string): Promise<Server> {
  const server = createServer((request, response) => {
    readFile(join(root, decodeURIComponent(request.url!))).then(
      (bytes) => {
        const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
        if (from === undefined) return response.end(bytes);
        const end = to ? Number(to) + 1 : bytes.length;
        response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` });
        return response.end(bytes.subarray(Number(from), end));
      },
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function rejects(work: Promise<unknown>, code: string): Promise<void> {
  const error = await work.then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error?.message ?? 'it succeeded').to.contain(code);
}
