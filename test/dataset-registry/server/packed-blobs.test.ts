/** Blobs packed for the way: the same bytes for everybody, whatever they accept. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { BlobPress } from '@commonweights/dataset-registry/server/blob-press.js';
import {
  packingAtOnceMax,
  packingBytesMax,
} from '@commonweights/dataset-registry/server/limits.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { putBlob, TestRegistries } from './test-registry.js';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

/** As it comes over the line: `fetch` would unpack it. */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, (response) => {
      const pieces: Uint8Array[] = [];
      response.on('data', (piece: Uint8Array) => pieces.push(piece));
      response.on('end', () => {
        const { statusCode: status, headers: found } = response;
        resolve({ status: status!, headers: found, body: new Uint8Array(Buffer.concat(pieces)) });
      });
    });
    sent.on('error', reject).end();
  });
}

describe('a registry that packs', () => {
  const registries = new TestRegistries();
  afterEach(() => registries.stop());
  const text = new TextEncoder().encode('{"text":"A line like many others."}\n'.repeat(2_000));
  const digest = digestOf(text);

  async function start(bytes: Uint8Array = text): Promise<{ url: string; dataDir: string }> {
    const { url, dataDir } = await registries.start();
    expect((await putBlob(url, bytes)).status).to.equal(201);
    return { url: `${url}/blobs/${digestOf(bytes)}`, dataDir };
  }

  it('sends who accepts it the best that both know, each with a tag of its own', async () => {
    const { url } = await start();
    const cases: [accept: string, encoding: string | undefined][] = [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip;q=0.1', 'gzip'],
      ['*', 'br'],
      ['deflate', undefined],
      ['identity', undefined],
      ['', undefined],
    ];
    const tags = new Set<unknown>();
    for (const [accept, encoding] of cases) {
      const { headers, body } = await ask(url, { 'accept-encoding': accept });
      expect(headers['content-encoding'], accept).to.equal(encoding);
      expect(Number(headers['content-length'])).to.equal(body.length);
      const unpack = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? ''];
      expect(new Uint8Array(unpack ? unpack(body) : body), accept).to.deep.equal(text);
      if (encoding) expect(body.length).to.be.below(text.length / 3);
      expect(headers.vary).to.equal('accept-encoding');
      expect(headers['cache-control']).to.include('immutable');
      expect(headers.etag).to.equal(`"${digest}${encoding ? `-${encoding}` : ''}"`);
      tags.add(headers.etag);
    }
    expect(tags.size).to.equal(3);
    expect((await ask(url)).headers['content-encoding']).to.equal(undefined);
  });

  it('tells by any of its tags that the client has it', async () => {
    const { url } = await start();
    for (const tag of [
      `"${digest}"`,
      `"${digest}-br"`,
      `W/"${digest}-gzip"`,
      `"x", "${digest}"`,
      '*',
    ]) {
      const headers = { 'if-none-match': tag, 'accept-encoding': 'br' };
      const { status, body, headers: found } = await ask(url, headers);
      expect([status, body.length], tag).to.deep.equal([304, 0]);
      expect(found.etag).to.match(/^"sha256:/);
    }
    const other = { 'if-none-match': `"${digest}-lzma", "${digestOf(Uint8Array.of(1))}"` };
    expect((await ask(url, other)).status).to.equal(200);
  });

  it('sends ranges, and tells of sizes, as the blob is', async () => {
    const { url } = await start();
    const accept = { 'accept-encoding': 'br, gzip' };
    const range = await ask(url, { ...accept, range: 'bytes=10-19' });
    expect(range.status).to.equal(206);
    expect(range.headers['content-encoding']).to.equal(undefined);
    expect(range.headers['content-range']).to.equal(`bytes 10-19/${text.length}`);
    expect(range.body).to.deep.equal(text.slice(10, 20));
    // A tag of packed bytes says nothing of a range of the blob: all of it is sent.
    for (const [tag, status] of [
      [`"${digest}"`, 206],
      [`"${digest}-br"`, 200],
    ] as const) {
      const answer = await ask(url, { range: 'bytes=10-19', 'if-range': tag });
      expect([answer.status, answer.headers['content-encoding']]).to.deep.equal([
        status,
        undefined,
      ]);
    }
    const head = await ask(url, accept, 'HEAD');
    expect(head.headers['content-length']).to.equal(String(text.length));
    expect(head.headers.etag).to.equal(`"${digest}"`);
    const none = await ask(url, { range: `bytes=${text.length}-` });
    expect([none.status, none.headers['content-range']]).to.deep.equal([
      416,
      `bytes */${text.length}`,
    ]);
    const two = await ask(url, { range: 'bytes=0-1,4-5' });
    expect([two.status, two.body.length]).to.deep.equal([200, text.length]);
    const last = await ask(url, { range: 'bytes=-5' });
    expect(last.body).to.deep.equal(text.slice(-5));
  });

  it('leaves alone what is small, or gets no smaller, or has rotted', async () => {
    const accept = { 'accept-encoding': 'br, gzip' };
    for (const bytes of [randomBytes(100_000), new Uint8Array(1_000)]) {
      const { url } = await start(bytes);
      const { headers, body } = await ask(url, accept);
      expect(headers['content-encoding']).to.equal(undefined);
      expect(body).to.deep.equal(new Uint8Array(bytes));
    }
    const { url, dataDir } = await start();
    const hex = digest.slice(7);
    await writeFile(
      join(dataDir, 'blobs', hex.slice(0, 2), hex),
      text.map((byte) => byte ^ 1),
    );
    const { headers, body } = await ask(url, accept);
    expect(headers['content-encoding']).to.equal(undefined);
    expect(digestOf(body)).to.not.equal(digest);
  });

  it('is read by our own client, which sees the same bytes and the size of the blob', async () => {
    const { url } = await start();
    const store = new HttpStore(url.replace(/\/blobs.*/, ''));
    expect(await store.get(digest)).to.deep.equal(text);
    expect(await store.size(digest)).to.equal(text.length);
    const few = await store.get(digest, { maxBytes: 1_000 }).catch((error: Error) => error.message);
    expect(few).to.match(/^BLOB_TOO_LARGE/);
  });
});

describe('packing', () => {
  const text = (line: string) => new TextEncoder().encode(`${line} and so on. `.repeat(500));

  it('is done once for each blob and encoding, and forgets what was asked for the longest ago', async () => {
    const store = new MemoryStore();
    const press = new BlobPress(3_000);
    let read = 0;
    const counted = Object.assign(Object.create(store) as MemoryStore, {
      get: (...args: Parameters<MemoryStore['get']>) => (read++, store.get(...args)),
    });
    const blobs = await Promise.all(['one', 'two'].map(async (line) => store.put(text(line))));
    const pack = async (digest: (typeof blobs)[number]) =>
      (await press.pack(counted, { digest, size: (await store.size(digest))! }, 'gzip'))!;
    const first = await pack(blobs[0]!);
    expect(await pack(blobs[0]!)).to.equal(first);
    expect(read).to.equal(1);
    await pack(blobs[1]!);
    expect([await pack(blobs[0]!), read]).to.deep.equal([first, 2]);
    const small = new BlobPress(first.length);
    const [one, two] = blobs as [(typeof blobs)[number], (typeof blobs)[number]];
    const size = (await store.size(one))!;
    await small.pack(counted, { digest: one, size }, 'gzip');
    await small.pack(counted, { digest: two, size }, 'gzip');
    await small.pack(counted, { digest: one, size }, 'gzip');
    expect(read).to.equal(5);
  });

  it('lets nobody wait when all hands are busy, and takes nothing that is large', async () => {
    const store = new MemoryStore();
    const digest = await store.put(text('one'));
    const press = new BlobPress();
    const release: (() => void)[] = [];
    const slow = Object.assign(Object.create(store) as MemoryStore, {
      get: (...args: Parameters<MemoryStore['get']>) =>
        new Promise<void>((resolve) => release.push(resolve)).then(() => store.get(...args)),
    });
    const size = (await store.size(digest))!;
    const busy = Array.from({ length: packingAtOnceMax }, () =>
      press.pack(slow, { digest, size }, 'gzip'),
    );
    expect(await press.pack(store, { digest, size }, 'gzip')).to.equal(null);
    for (const go of release) go();
    for (const one of await Promise.all(busy)) expect(one).to.not.equal(null);
    expect(await press.pack(store, { digest, size }, 'gzip')).to.not.equal(null);
    const large = { digest, size: packingBytesMax + 1 };
    expect(await new BlobPress().pack(store, large, 'gzip')).to.equal(null);
  });
});
