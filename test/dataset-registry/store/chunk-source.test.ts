import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { BlobError } from '@commonweights/dataset-registry/store/blob-errors.js';
import { explainUnsafePath } from '@commonweights/dataset-registry/digest/safe-path.js';
import {
  fetchFile,
  partOf,
  type FetchFileRequest,
} from '@commonweights/dataset-registry/store/chunk-source.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { putFiles } from '@commonweights/dataset-registry/store/manifest-store.js';

const chunkBytes = 1024;

/** Counts what it is asked, and can be told how to fail. */
class Source extends MemoryStore {
  reads = 0;
  behave: (piece: Uint8Array) => AsyncIterable<Uint8Array> = async function* (piece) {
    yield piece.subarray(0, 100);
    yield piece.subarray(100);
  };

  override async *read(
    digest: Digest,
    range: { start: number; end: number },
  ): AsyncGenerator<Uint8Array, void> {
    this.reads++;
    for await (const piece of super.read(digest, range)) yield* this.behave(piece);
  }
}

describe('fetching a file', () => {
  let folder: string;
  let content: Uint8Array;
  let manifest: Manifest;
  let sources: Source[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-chunks-'));
    content = new Uint8Array(randomBytes(40 * chunkBytes + 17));
    sources = [new Source(), new Source(), new Source()];
    for (const source of sources) {
      manifest = (await putFiles(source, [{ path: 'f', bytes: content }], { chunkBytes })).manifest;
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  function fetchIt(changes: Partial<FetchFileRequest> = {}): Promise<void> {
    return fetchFile({
      file: manifest.files[0]!,
      chunkBytes,
      sources: sources.map((store, i) => ({ name: `source ${i}`, store })),
      target: join(folder, 'deep', 'f'),
      stallMs: 30,
      ...changes,
    });
  }
  const target = (): string => join(folder, 'deep', 'f');
  const result = async (): Promise<Uint8Array> => new Uint8Array(await readFile(target()));
  const codeOf = (work: Promise<void>): Promise<string> =>
    work.then(
      () => 'no error',
      (error: BlobError) => error.code ?? error.message,
    );

  it('uses every source and reports how far it is', async () => {
    const done: number[] = [];
    await fetchIt({ onProgress: ({ doneBytes }) => done.push(doneBytes) });
    expect(await result()).to.deep.equal(content);
    for (const source of sources) expect(source.reads).to.be.greaterThan(0);
    expect(done).to.deep.equal([...done].sort((a, b) => a - b));
    expect([done[0], done.at(-1)]).to.deep.equal([0, content.length]);
  });

  it('fetches an empty file and a file of one chunk without a list', async () => {
    for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3)]) {
      const source = new Source();
      const { manifest: small } = await putFiles(source, [{ path: 's', bytes }], { chunkBytes });
      source.blobs.delete(small.files[0]!.chunks.list);
      await fetchIt({ file: small.files[0]!, sources: [{ name: 's', store: source }] });
      expect(await result()).to.deep.equal(bytes);
    }
  });

  it('drops a source at its first lie, and the file is right', async () => {
    sources[0]!.behave = async function* (piece) {
      yield Uint8Array.from(piece, (byte) => byte ^ 1);
    };
    const dropped: string[] = [];
    await fetchIt({ connections: 1, onSourceDropped: ({ name }) => dropped.push(name) });
    expect(await result()).to.deep.equal(content);
    expect(dropped).to.deep.equal(['source 0']);
    expect(sources[0]!.reads).to.equal(1);
  });

  it('drops sources that stall, send too much, too little or nothing', async () => {
    const good = sources[2]!;
    const failing: Source['behave'][] = [
      async function* (piece) {
        yield piece.subarray(0, 5);
        await new Promise(() => {});
      },
      async function* (piece) {
        yield piece;
        yield piece;
      },
      async function* (piece) {
        yield piece.subarray(1);
      },
      async function* (piece) {
        yield piece.subarray(0, 1);
        throw new Error('broken');
      },
    ];
    for (const behave of failing) {
      const bad = new Source();
      for (const [digest, bytes] of good.blobs) bad.blobs.set(digest, bytes);
      bad.behave = behave;
      const dropped: string[] = [];
      await fetchIt({
        connections: 4,
        sources: [
          { name: 'bad', store: bad },
          { name: 'good', store: good },
        ],
        onSourceDropped: ({ name }) => dropped.push(name),
      });
      expect(await result()).to.deep.equal(content);
      expect(dropped).to.deep.equal(['bad']);
      await rm(target());
    }
  });

  it('gives up when no source is left, keeps what it has, and goes on from there', async () => {
    let left = 25;
    for (const source of sources) {
      source.behave = async function* (piece) {
        if (left-- <= 0) throw new Error('cable cut');
        yield piece;
      };
    }
    expect(await codeOf(fetchIt())).to.equal('NO_SOURCE_LEFT');
    expect(await codeOf(stat(target()) as unknown as Promise<void>)).to.equal('ENOENT');
    const again = new Source();
    for (const [digest, bytes] of sources[0]!.blobs) again.blobs.set(digest, bytes);
    const first: number[] = [];
    await fetchIt({
      sources: [{ name: 'again', store: again }],
      onProgress: ({ doneBytes }) => first.push(doneBytes),
    });
    expect(await result()).to.deep.equal(content);
    expect(first[0]).to.equal(24 * chunkBytes);
    expect(again.reads).to.equal(1 + 41 - 24);
  });

  it('keeps unfinished files under names that no file of a manifest may have', async () => {
    expect(explainUnsafePath(basename(partOf(target())))).to.match(/hidden/);
    const wanted: [string, Uint8Array][] = ['f', 'f.part', '_f.part', 'f.part.part'].map((name) => [
      join(folder, name),
      new Uint8Array(randomBytes(3 * chunkBytes)),
    ]);
    const store = new Source();
    await Promise.all(
      wanted.map(async ([to, bytes]) => {
        const files = [{ path: 'f', bytes }];
        const { manifest: own } = await putFiles(store, files, { chunkBytes });
        await fetchIt({
          file: own.files[0]!,
          target: to,
          sources: [{ name: 's', store }],
          stallMs: 5_000,
        });
      }),
    );
    for (const [to, bytes] of wanted) {
      expect(new Uint8Array(await readFile(to)), to).to.deep.equal(bytes);
    }
    expect((await readdir(folder)).length).to.equal(wanted.length);
  });

  it('does not trust what lies on disk', async () => {
    await fetchIt();
    await rm(target());
    await writeFile(partOf(target()), randomBytes(content.length + 999));
    await fetchIt();
    expect(await result()).to.deep.equal(content);
  });

  it('names every source and its fault when all have failed', async () => {
    for (const source of sources) source.blobs.clear();
    const error = await fetchIt().catch((caught: Error) => caught.message);
    expect(error).to.match(/^NO_SOURCE_LEFT: source 0: BLOB_MISSING.*source 2: BLOB_MISSING/);
    expect(await codeOf(fetchIt({ sources: [] }))).to.equal('NO_SOURCE_LEFT');
  });

  it('refuses a file whose chunks are right and whose digest is not', async () => {
    const file = { ...manifest.files[0]!, digest: digestOf(Uint8Array.of(1)) };
    for (const source of sources) source.blobs.set(file.digest, content);
    expect(await codeOf(fetchIt({ file }))).to.equal('BLOB_CORRUPT');
    expect(await codeOf(stat(partOf(target())) as unknown as Promise<void>)).to.equal('ENOENT');
  });

  it('refuses a chunk list that does not lead to the root', async () => {
    const file = manifest.files[0]!;
    const chunks = { ...file.chunks, root: digestOf(Uint8Array.of(1)) };
    expect(await codeOf(fetchIt({ file: { ...file, chunks } }))).to.match(/^BAD_CHUNK_LIST/);
  });
});
