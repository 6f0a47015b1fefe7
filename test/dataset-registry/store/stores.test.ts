import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { digestOfFile } from '@commonweights/dataset-registry/store/hash-file.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import {
  getFile,
  getManifest,
  putFiles,
} from '@commonweights/dataset-registry/store/manifest-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import {
  behavesLikeABlobStore,
  behavesLikeAnErasableStore,
  behavesLikeAReceivingStore,
  codeOf,
  collect,
} from './store-laws.js';

describe('a store in memory', () => {
  behavesLikeABlobStore(() => new MemoryStore());
  behavesLikeAnErasableStore(() => new MemoryStore());

  it('is not changed through what it was given or returned', async () => {
    const store = new MemoryStore();
    const bytes = Uint8Array.of(1, 2, 3);
    const digest = await store.put(bytes);
    bytes[0] = 9;
    (await store.get(digest))[1] = 9;
    expect(await store.get(digest)).to.deep.equal(Uint8Array.of(1, 2, 3));
  });
});

describe('a store in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-store-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  behavesLikeABlobStore(() => new FolderStore(folder));
  behavesLikeAnErasableStore(() => new FolderStore(folder));
  behavesLikeAReceivingStore(() => new FolderStore(folder), {
    damage: (digest, bytes) => writeFile(new FolderStore(folder).pathOf(digest), bytes),
  });

  it('tells the digest of a file', async () => {
    await writeFile(join(folder, 'a'), Uint8Array.of(1, 2, 4));
    const found = await digestOfFile(join(folder, 'a'));
    expect(found).to.equal(digestOf(Uint8Array.of(1, 2, 4)));
  });

  it('calls a blob that has grown by damage corrupt, not too large', async () => {
    const store = new FolderStore(folder);
    const digest = await store.put(Uint8Array.of(1, 2, 3));
    await writeFile(store.pathOf(digest), new Uint8Array(50));
    expect(await codeOf(store.get(digest, { maxBytes: 3 }))).to.equal('BLOB_CORRUPT');
  });

  it('sweeps what dead writers left, and nothing that may still be written', async () => {
    const store = new FolderStore(folder);
    const digest = await store.put(Uint8Array.of(1));
    const tail = '-0123456789abcdef';
    const gonePid = 2 ** 31 - 1; // Above any process number of Linux, macOS and Windows.
    const agesMinutes: Record<string, number> = {
      [`${gonePid}${tail}`]: 60, // Its writer is gone.
      [`${process.ppid}${tail}`]: 25 * 60, // Older than any upload may last.
      [`${process.pid}${tail}`]: 23 * 60, // Of an earlier process with our number.
      [`${gonePid}-1123456789abcdef`]: 1, // Perhaps of another container.
      [`${process.ppid}-1123456789abcdef`]: 60, // Its writer lives.
      [`${process.pid}-1123456789abcdef`]: 0, // Ours.
      'notes.txt': 48 * 60, // Nobody's business.
    };
    for (const [name, minutes] of Object.entries(agesMinutes)) {
      const path = join(folder, 'tmp', name);
      await writeFile(path, 'half');
      const writtenAt = new Date(Date.now() - minutes * 60_000);
      await utimes(path, writtenAt, writtenAt);
    }
    await new FolderStore(folder).put(Uint8Array.of(2));
    const kept = Object.keys(agesMinutes).slice(3).sort();
    expect((await readdir(join(folder, 'tmp'))).sort()).to.deep.equal(kept);
    expect(await store.get(digest)).to.deep.equal(Uint8Array.of(1));
  });

  it('refuses names that are no digest, so that no path leaves it', async () => {
    const store = new FolderStore(folder);
    expect(() => store.pathOf('sha256:../../etc/passwd' as Digest)).to.throw(/^BAD_DIGEST/);
  });
});

describe('a manifest in a store', () => {
  it('leads back to its files', async () => {
    const store = new MemoryStore();
    const files = [
      { path: 'b', bytes: new Uint8Array(randomBytes(5000)) },
      { path: 'a/c', bytes: new Uint8Array(0) },
    ];
    const { digest, bytes } = await putFiles(store, files, { chunkBytes: 1024 });
    const manifest = await getManifest(store, digest);
    expect(bytes).to.equal(5000);
    expect(manifest.files.map((file) => file.path)).to.deep.equal(['a/c', 'b']);
    for (const file of files) {
      expect(await getFile(store, manifest, file.path)).to.deep.equal(file.bytes);
      const { chunks } = manifest.files.find((each) => each.path === file.path)!;
      expect(await store.has(chunks.list)).to.equal(true);
    }
    const error = await getFile(store, manifest, 'x').catch((caught: Error) => caught.message);
    expect(error).to.match(/^FILE_NOT_IN_MANIFEST: no x; the files are a\/c, b/);
  });
});

describe('a store over HTTP', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const bytes = new Uint8Array(randomBytes(50_000));
  const digest = digestOf(bytes);

  const honest: RequestListener = (request, response) => {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Number(range[2]) + 1 : bytes.length;
    if (range) {
      response.setHeader('content-range', `bytes ${start}-${end - 1}/${bytes.length}`);
    }
    response.statusCode = range ? 206 : 200;
    response.setHeader('content-length', end - start);
    response.end(request.method === 'HEAD' ? undefined : bytes.subarray(start, end));
  };
  const lying: RequestListener = (_request, response) => void response.end(randomBytes(50_000));
  const stalling: RequestListener = (_request, response) => {
    response.setHeader('content-length', bytes.length);
    response.write(bytes.subarray(0, 1000));
  };
  const lacking: RequestListener = (_request, response) => {
    response.statusCode = 404;
    response.end();
  };
  const silent: RequestListener = () => {};
  const flooding: RequestListener = (_request, response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write(new Uint8Array(65_536)));
      if (!response.destroyed) response.once('drain', pour);
    };
    pour();
  };
  const down = 'http://127.0.0.1:1';

  it('moves on from sources that are down, lie, stall, are silent or lack the blob', async () => {
    const bad = await Promise.all([lying, stalling, silent, lacking].map(serve));
    const store = new HttpStore([down, ...bad, await serve(honest)], { stallMs: 400 });
    expect(await store.get(digest)).to.deep.equal(bytes);
  });

  it('takes up a broken download where it broke', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.headers.range ?? 'all');
      if (asked.length > 1) return honest(request, response);
      response.setHeader('content-length', bytes.length);
      response.write(bytes.subarray(0, 20_000), () => response.destroy());
    });
    expect(await new HttpStore(url).get(digest)).to.deep.equal(bytes);
    expect(asked).to.deep.equal(['all', 'bytes=20000-']);
  });

  it('moves on from a source that drips, never silent and never done', async () => {
    const asked: string[] = [];
    const drips = await serve((request, response) => {
      asked.push(request.headers.range ?? 'all');
      response.setHeader('content-length', bytes.length);
      const timer = setInterval(() => response.write(Uint8Array.of(bytes[0]!)), 40);
      response.once('close', () => clearInterval(timer));
    });
    const alone = new HttpStore(drips, { stallMs: 10_000, graceMs: 300 });
    const error = await alone.get(digest).catch((caught: Error) => caught.message);
    expect(error).to.match(/^STORE_UNREACHABLE: .*sent \d+ bytes in \d+ ms, too slow/);
    expect(asked, 'asked once, not taken up again').to.deep.equal(['all']);
    const both = new HttpStore([drips, await serve(honest)], { stallMs: 10_000, graceMs: 300 });
    expect(await both.get(digest)).to.deep.equal(bytes);
  });

  it('counts only the time that it waits, not what a reader does in between', async () => {
    const store = new HttpStore(await serve(honest), { graceMs: 400 });
    const long = performance.now() + 500;
    const pieces: Uint8Array[] = [];
    for await (const piece of store.read(digest, { start: 0, end: bytes.length })) {
      while (pieces.length === 0 && performance.now() < long);
      pieces.push(piece);
    }
    expect(new Uint8Array(Buffer.concat(pieces))).to.deep.equal(bytes);
  });

  it('goes on with a range at the next source', async () => {
    const urls = [await serve(stalling), await serve(honest)];
    const store = new HttpStore(urls, { stallMs: 400 });
    const part = await collect(store.read(digest, { start: 100, end: 40_000 }));
    expect(part).to.deep.equal(bytes.slice(100, 40_000));
  });

  it('stops a flood at the bound', async () => {
    const store = new HttpStore(await serve(flooding));
    expect(await codeOf(store.get(digest, { maxBytes: 1e6 }))).to.equal('BLOB_TOO_LARGE');
  });

  it('says what was wrong, a lie before an absence', async () => {
    const lacks = await serve(lacking);
    expect(await codeOf(new HttpStore(lacks).get(digest))).to.equal('BLOB_MISSING');
    expect(await new HttpStore(lacks).size(digest)).to.equal(null);
    const liar = new HttpStore([lacks, await serve(lying)]);
    expect(await codeOf(liar.get(digest))).to.equal('BLOB_CORRUPT');
    expect(await codeOf(new HttpStore(down).get(digest))).to.equal('STORE_UNREACHABLE');
    // Whoever was not heard may have it whole.
    const unheard = new HttpStore([lacks, await serve(lying), down]);
    expect(await codeOf(unheard.get(digest))).to.equal('STORE_UNREACHABLE');
    const quiet = new HttpStore(await serve(silent), { stallMs: 400 });
    expect(await codeOf(quiet.size(digest))).to.equal('STORE_UNREACHABLE');
  });

  it('refuses another range than the one asked for', async () => {
    const url = await serve((request, response) => {
      delete request.headers.range;
      honest(request, response);
    });
    const reading = collect(new HttpStore(url).read(digest, { start: 5, end: 10 }));
    expect(await codeOf(reading)).to.equal('STORE_UNREACHABLE');
  });

  it('does not upload without a key, and reports a refusal in the server’s words', async () => {
    const url = await serve((request, response) => {
      request.resume();
      response.statusCode = 403;
      response.end('{"code":"NOT_ALLOWED"}');
    });
    expect(await codeOf(new HttpStore(url).put(bytes))).to.equal('UPLOAD_REFUSED');
    const keyed = new HttpStore(url, { authorise: async () => 'x' });
    const error = await keyed.put(bytes).catch((caught: Error) => caught.message);
    expect(error).to.match(/^UPLOAD_REFUSED: .*403.*NOT_ALLOWED/);
  });

  it('takes a busy server’s answer to an upload for "later", not for "no"', async () => {
    for (const status of [408, 409, 429, 503]) {
      const url = await serve((request, response) => {
        request.resume();
        response.statusCode = status;
        response.setHeader('retry-after', '7');
        response.end('{"code":"TOO_MANY_UPLOADS"}');
      });
      const store = new HttpStore(url, { authorise: async () => 'x' });
      const error = await store.put(bytes).catch((caught: Error) => caught.message);
      const expected = `^STORE_UNREACHABLE: .*${status}.*TOO_MANY_UPLOADS.*try again in 7 s`;
      expect(error).to.match(new RegExp(expected));
    }
  });

  it('refuses addresses that are none', () => {
    for (const bad of ['', 'ftp://x', 'x', 'http://a/?b', 'file:///etc']) {
      expect(() => new HttpStore(bad), bad).to.throw(/^BAD_STORE_URL/);
    }
    expect(() => new HttpStore([])).to.throw(/^BAD_STORE_URL/);
  });
});
