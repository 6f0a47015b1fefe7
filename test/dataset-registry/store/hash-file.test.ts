/** Hashing beside the disk: however bytes are cut and the disk takes them, they are those, and so is their digest. */
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  digestOfFile,
  FileFilling,
  readHashed,
  writeHashed,
} from '@commonweights/dataset-registry/store/hash-file.js';
import { HashedSink } from '@commonweights/dataset-registry/store/hashed-sink.js';

const piecesOf = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });

describe('hashing beside the disk', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cw-hash-file-'));
  });
  after(() => rm(dir, { recursive: true }));

  it('writes pieces one behind the other, also to a disk that takes a part of them', async () => {
    const path = join(dir, 'pieces');
    await fc.assert(
      fc.asyncProperty(piecesOf, fc.nat({ max: 40 }), async (pieces, stint) => {
        const file = await open(path, 'w');
        const real = file.writev.bind(file);
        // Nothing, never: a disk that takes nothing fails.
        file.writev = ((buffers: Uint8Array[], at: number) =>
          stint === 0
            ? real(buffers, at)
            : real([Buffer.concat(buffers).subarray(0, stint)], at)) as never;
        const filling = new FileFilling(file);
        for (const piece of pieces) await filling.add(piece);
        await filling.end();
        await file.close();
        const all = Buffer.concat(pieces);
        expect((await readFile(path)).equals(all)).to.equal(true);
        expect(await digestOfFile(path)).to.equal(digestOf(all));
      }),
      { numRuns: 60 },
    );
  });

  it('hashes a file of several buffers, a last one that is not full, and none', async () => {
    for (const size of [0, 1, 2 ** 20, 2 ** 20 + 1, 2 ** 23 + 7]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31) >> (i % 7));
      const path = join(dir, `sized-${size}`);
      const file = await open(path, 'wx');
      expect(await writeHashed(file, bytes)).to.equal(digestOf(bytes));
      await file.close();
      expect(await digestOfFile(path)).to.equal(digestOf(bytes));
      const read = await readHashed(path, size);
      expect(read.digest).to.equal(digestOf(bytes));
      expect(Buffer.compare(read.bytes, bytes)).to.equal(0);
    }
  });

  it('does not take a file that was cut meanwhile for the whole', async () => {
    const path = join(dir, 'cut');
    const bytes = new Uint8Array(2 ** 21).fill(7);
    await writeFile(path, bytes);
    await truncate(path, 2 ** 20 + 9);
    const { digest } = await readHashed(path, bytes.length);
    expect(digest).not.to.equal(digestOf(bytes));
  });

  it('tells of a write that failed at the next piece or the end, and can be closed then', async () => {
    const path = join(dir, 'failing');
    const file = await open(path, 'w');
    file.writev = () =>
      Promise.reject(Object.assign(new Error('ENOSPC: full'), { code: 'ENOSPC' }));
    const filling = new FileFilling(file);
    await filling.add(new Uint8Array(5));
    const error = await filling.end().catch((thrown: Error) => thrown);
    expect((error as Error).message).to.contain('ENOSPC');
    await filling.settle();
    await file.close();
  });

  it('gathers what arrives, whatever was announced and however much of that is believed', () => {
    const announcedOf = fc.option(fc.nat({ max: 5_000 }));
    fc.assert(
      fc.property(piecesOf, announcedOf, fc.nat({ max: 5_000 }), (pieces, announced, onWord) => {
        const sink = new HashedSink(onWord);
        if (announced !== null) sink.expect(announced);
        for (const piece of pieces) sink.add(piece);
        const { bytes, digest } = sink.end();
        const all = Buffer.concat(pieces);
        expect(Buffer.compare(bytes, all)).to.equal(0);
        expect(digest).to.equal(digestOf(all));
      }),
    );
  });

  it('takes no memory for gigabytes that were only announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const sink = new HashedSink();
    sink.expect(2 ** 40);
    sink.add(new Uint8Array(5));
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(2 ** 27);
    expect(sink.end().bytes).to.have.length(5);
  });
});
