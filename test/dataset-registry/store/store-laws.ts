/** What stores of blobs have in common, as laws that each kind is held to; no test by itself. */
import { randomBytes } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobError } from '@commonweights/dataset-registry/store/blob-errors.js';
import {
  isErasable,
  type BlobStore,
  type ErasableStore,
  type ReceivingStore,
} from '@commonweights/dataset-registry/store/blob-store.js';

const absent = digestOf(Uint8Array.of(9, 9, 9));

export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: BlobError) => error.code,
  );
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return new Uint8Array(Buffer.concat(all));
}

/** What every store must do. */
export function behavesLikeABlobStore(make: () => BlobStore): void {
  it('returns what was put, whole and by range', async () => {
    const store = make();
    const bytes = new Uint8Array(randomBytes(100_000));
    const digest = await store.put(bytes);
    expect(digest).to.equal(digestOf(bytes));
    expect(await store.put(bytes)).to.equal(digest);
    expect(await store.has(digest)).to.equal(true);
    expect(await store.size(digest)).to.equal(100_000);
    expect(await store.get(digest)).to.deep.equal(bytes);
    const part = await collect(store.read(digest, { start: 10, end: 90_000 }));
    expect(part).to.deep.equal(bytes.slice(10, 90_000));
    expect(await collect(store.read(digest, { start: 5, end: 5 }))).to.have.lengthOf(0);
  });

  it('keeps an empty blob', async () => {
    const store = make();
    const digest = await store.put(new Uint8Array(0));
    expect(await store.size(digest)).to.equal(0);
    expect(await store.get(digest)).to.have.lengthOf(0);
  });

  it('says what it does not have', async () => {
    const store = make();
    expect(await store.has(absent)).to.equal(false);
    expect(await store.size(absent)).to.equal(null);
    expect(await codeOf(store.get(absent))).to.equal('BLOB_MISSING');
    const reading = collect(store.read(absent, { start: 0, end: 1 }));
    expect(await codeOf(reading)).to.equal('BLOB_MISSING');
  });

  it('reads no more than the caller allows', async () => {
    const store = make();
    const digest = await store.put(new Uint8Array(1001));
    expect(await codeOf(store.get(digest, { maxBytes: 1000 }))).to.equal('BLOB_TOO_LARGE');
    expect(await store.get(digest, { maxBytes: 1001 })).to.have.lengthOf(1001);
  });
}

/** What a store on one's own machine must do as well. */
export function behavesLikeAnErasableStore(make: () => ErasableStore): void {
  it('removes a blob, and nothing else', async () => {
    const store = make();
    expect(isErasable(store)).to.equal(true);
    const [one, two] = [await store.put(Uint8Array.of(1)), await store.put(Uint8Array.of(2))];
    expect(await store.remove(one)).to.equal(true);
    expect(await store.remove(one)).to.equal(false);
    expect(await store.has(one)).to.equal(false);
    expect(await codeOf(store.get(one))).to.equal('BLOB_MISSING');
    expect(await store.get(two)).to.deep.equal(Uint8Array.of(2));
    await store.put(Uint8Array.of(1));
    expect(await store.get(one)).to.deep.equal(Uint8Array.of(1));
  });
}

/** What a store must do that a registry receives into. `damage`: other bytes under that name. */
export function behavesLikeAReceivingStore(
  make: () => ReceivingStore,
  on: { damage: (digest: Digest, bytes: Uint8Array) => Promise<unknown> },
): void {
  const receive = async (store: ReceivingStore, bytes: Uint8Array): Promise<string> => {
    const path = await store.temporaryPath();
    await writeFile(path, bytes);
    return path;
  };
  const listed = async (store: ReceivingStore): Promise<[Digest, number][]> => {
    const all: [Digest, number][] = [];
    for await (const { digest, bytes } of store.list()) all.push([digest, bytes]);
    return all.sort();
  };

  it('shows what it received when it is told to, and not before', async () => {
    const store = make();
    const bytes = new Uint8Array(randomBytes(700_000));
    const digest = digestOf(bytes);
    const path = await receive(store, bytes);
    expect(await store.has(digest)).to.equal(false);
    await store.adopt(path, digest);
    expect(await store.get(digest)).to.deep.equal(bytes);
    expect(await stat(path).catch(() => 'gone')).to.equal('gone');
    const nothing = await receive(store, new Uint8Array(0));
    await store.adopt(nothing, digestOf(new Uint8Array(0)));
    expect(await store.size(digestOf(new Uint8Array(0)))).to.equal(0);
  });

  it('lists every blob with its size, and nothing else', async () => {
    const store = make();
    expect(await listed(store)).to.deep.equal([]);
    const blobs = Array.from({ length: 7 }, (_, i) => new Uint8Array(i).fill(i));
    for (const bytes of blobs) await store.put(bytes);
    await receive(store, Uint8Array.of(8, 8));
    const all = blobs.map((bytes) => [digestOf(bytes), bytes.length]).sort();
    expect(await listed(store)).to.deep.equal(all);
    await store.remove(digestOf(blobs[3]!));
    expect(await listed(store)).to.deep.equal(all.filter(([, size]) => size !== 3));
  });

  it('ends a range where the blob ends', async () => {
    const store = make();
    const digest = await store.put(Uint8Array.of(1, 2, 3));
    expect(await collect(store.read(digest, { start: 1, end: 90 }))).to.deep.equal(
      Uint8Array.of(2, 3),
    );
    expect(await collect(store.read(digest, { start: 3, end: 90 }))).to.have.lengthOf(0);
  });

  it('refuses a blob that has rotted, and mends it when it is put again', async () => {
    const store = make();
    const bytes = Uint8Array.of(1, 2, 3);
    const digest = await store.put(bytes);
    for (const other of [Uint8Array.of(1, 2, 4), Uint8Array.of(1), Uint8Array.of(1, 2, 3, 4)]) {
      await on.damage(digest, other);
      expect(await codeOf(store.get(digest))).to.equal('BLOB_CORRUPT');
      await store.put(bytes);
      expect(await store.get(digest)).to.deep.equal(bytes);
    }
    await on.damage(digest, Uint8Array.of(9, 9, 9));
    await store.adopt(await receive(store, bytes), digest);
    expect(await store.get(digest)).to.deep.equal(bytes);
  });

  it('takes one blob from many writers at once, and leaves no file behind', async () => {
    const store = make();
    const bytes = new Uint8Array(100_000).fill(7);
    const digests = await Promise.all(Array.from({ length: 20 }, () => store.put(bytes)));
    expect(new Set(digests)).to.deep.equal(new Set([digestOf(bytes)]));
    expect(await store.get(digests[0]!)).to.deep.equal(bytes);
    expect(await codeOf(store.adopt(join(store.folder, 'none'), digests[0]!))).to.equal('ENOENT');
    const left = await readdir(join(await store.temporaryPath(), '..'));
    expect(left).to.deep.equal([]);
  });

  it('refuses names that are no digest, so that nothing lies outside', async () => {
    const store = make();
    const escape = 'sha256:../../etc/passwd' as Digest;
    for (const call of [store.has(escape), store.get(escape), store.remove(escape)]) {
      const why = await call.then(
        () => 'no error',
        (error: Error) => error.message,
      );
      expect(why).to.match(/^BAD_DIGEST/);
    }
  });
}
