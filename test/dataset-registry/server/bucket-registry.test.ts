import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { BucketStore } from '@commonweights/dataset-registry/store/bucket-store.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { startS3, type RunningS3 } from '../store/s3-server.js';
import { collect } from '../store/store-laws.js';
import { putBlob, TestRegistries, ticketFor } from './test-registry.js';

describe('a registry over a bucket', () => {
  const registries = new TestRegistries();
  let s3: RunningS3;
  beforeEach(async () => {
    s3 = await startS3();
  });
  afterEach(async () => {
    await registries.stop();
    await s3.stop();
  });

  const writer = (url: string, pieceBytes = 2 ** 24) =>
    new HttpStore(url, { pieceBytes, authorise: async ({ digest }) => ticketFor(digest) });
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );

  it('keeps what it takes there and nothing here, and serves it whole and by range', async () => {
    const { url, dataDir } = await registries.start({ bucket: s3.options });
    const bytes = new Uint8Array(randomBytes(300_000));
    const digest = await writer(url).put(bytes);
    const inPieces = new Uint8Array(randomBytes(100_000));
    const second = await writer(url, 30_000).put(inPieces);
    const bucket = new BucketStore({ ...s3.options, stagingFolder: join(dataDir, 'x') });
    expect(await bucket.get(digest)).to.deep.equal(bytes);
    expect(await bucket.get(second)).to.deep.equal(inPieces);
    expect(await isThere(join(dataDir, 'blobs'))).to.equal(false);
    expect(await readdir(join(dataDir, 'receiving'))).to.deep.equal([]);
    expect(await readdir(join(dataDir, 'parts'))).to.deep.equal([]);
    expect(await writer(url).get(digest)).to.deep.equal(bytes);
    expect(await writer(url).size(digest)).to.equal(300_000);
    const range = { start: 5, end: 200_000 };
    const part = await collect(writer(url).read(digest, range));
    expect(part).to.deep.equal(bytes.slice(5, 200_000));
    expect((await fetch(`${url}/blobs/${digestOf(randomBytes(3))}`)).status).to.equal(404);
    await writeFile(join(dataDir, 'denylist.txt'), `${digest} a court order\n`);
    expect((await fetch(`${url}/blobs/${digest}`)).status).to.equal(451);
  });

  it('puts nothing there that is not what its name says', async () => {
    const { url, dataDir } = await registries.start({ bucket: s3.options });
    const named = digestOf(Uint8Array.of(1));
    const headers = { authorization: ticketFor(named) };
    const body = Uint8Array.of(2);
    const answer = await fetch(`${url}/blobs/${named}`, { method: 'PUT', headers, body });
    expect(answer.status).to.equal(422);
    const bucket = new BucketStore({ ...s3.options, stagingFolder: join(dataDir, 'x') });
    for await (const blob of bucket.list()) expect(blob).to.equal(null);
    expect(await readdir(join(dataDir, 'receiving'))).to.deep.equal([]);
  });

  it('counts what the bucket has against its bound, after a restart too', async () => {
    const disk = { bytesMax: 10_000 };
    const first = await registries.start({ bucket: s3.options, disk });
    expect((await putBlob(first.url, randomBytes(6_000))).status).to.equal(201);
    await first.stop();
    const { dataDir } = first;
    const { url } = await registries.start({ bucket: s3.options, disk, dataDir });
    expect((await putBlob(url, randomBytes(4_001))).status).to.equal(507);
    expect((await putBlob(url, randomBytes(4_000))).status).to.equal(201);
  });

  it('is a mirror that keeps what it fetches in the bucket', async () => {
    const origin = await registries.start();
    const bytes = new Uint8Array(randomBytes(50_000));
    const digest = await writer(origin.url).put(bytes);
    const mirror = await registries.start({ bucket: s3.options, mirrorOf: [origin.url] });
    expect(await writer(mirror.url).get(digest)).to.deep.equal(bytes);
    await origin.stop();
    expect(await writer(mirror.url).get(digest)).to.deep.equal(bytes);
  });

  it('says that its bucket is away, and goes on when it is back', async () => {
    const log: object[] = [];
    const { url } = await registries.start({ bucket: s3.options, log: (line) => log.push(line) });
    const digest = await writer(url).put(Uint8Array.of(1, 2));
    const { port } = new URL(s3.options.endpoint);
    await s3.stop();
    const answer = await fetch(`${url}/blobs/${digest}`);
    expect(answer.status).to.equal(503);
    expect(answer.headers.get('retry-after')).to.equal('5');
    expect(await answer.json()).to.deep.include({ code: 'STORE_AWAY' });
    expect(JSON.stringify(log)).to.include('STORE_UNREACHABLE').and.not.include('secret');
    expect((await fetch(`${url}/health`)).status).to.equal(200);
    s3 = await startS3(Number(port));
    expect((await fetch(`${url}/blobs/${digest}`)).status).to.equal(404);
    await writer(url).put(Uint8Array.of(1, 2));
    expect(await writer(url).has(digest)).to.equal(true);
  }).timeout(20_000);
});

describe('an upload of which everything came before it became a blob', () => {
  const registries = new TestRegistries();
  afterEach(() => registries.stop());

  /** What a registry leaves that was killed at that moment, or whose bucket was away. */
  async function leave(dataDir: string, bytes: Uint8Array, name: string): Promise<string> {
    const owner = createHash('sha256').update('alice.near').digest('hex');
    const path = join(dataDir, 'parts', `${owner}-${name.slice('sha256:'.length)}`);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, bytes);
    return path;
  }

  it('becomes one when it is sent again', async () => {
    const { url, dataDir } = await registries.start();
    const bytes = new Uint8Array(randomBytes(90_000));
    const path = await leave(dataDir, bytes, digestOf(bytes));
    const authorise = async () => ticketFor(digestOf(bytes));
    const store = new HttpStore(url, { pieceBytes: 40_000, authorise });
    expect(await store.put(bytes)).to.equal(digestOf(bytes));
    expect(await store.get(digestOf(bytes))).to.deep.equal(bytes);
    expect(await stat(path).catch(() => 'gone')).to.equal('gone');
  });

  it('is dropped when it is another', async () => {
    const { url, dataDir } = await registries.start();
    const bytes = new Uint8Array(randomBytes(90_000));
    const path = await leave(
      dataDir,
      bytes.map((byte) => byte ^ 1),
      digestOf(bytes),
    );
    const headers = {
      authorization: ticketFor(digestOf(bytes)),
      'content-range': 'bytes 0-9/90000',
    };
    const body = bytes.slice(0, 10);
    const sent = await fetch(`${url}/blobs/${digestOf(bytes)}`, { method: 'PUT', headers, body });
    expect([sent.status, ((await sent.json()) as { code: string }).code]).to.deep.equal([
      422,
      'WRONG_DIGEST',
    ]);
    expect(await stat(path).catch(() => 'gone')).to.equal('gone');
    await rm(dataDir, { recursive: true });
  });
});
