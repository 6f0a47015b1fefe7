/** Imports that are killed, and what they go on from. */
import { appendFile, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { GrowingTree } from '@commonweights/dataset-registry/digest/growing-tree.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import {
  readImportJournal,
  removeImportJournal,
  writeImportJournal,
} from '@commonweights/dataset-registry/transforms/import-journal.js';
import {
  importPath,
  ImportSource,
} from '@commonweights/dataset-registry/transforms/import-source.js';
import { storeItemStream } from '@commonweights/dataset-registry/transforms/store-item-stream.js';

describe('an import that was killed', () => {
  let folder: string;
  let journal: string;
  const long = 'A line that is long enough.\n'.repeat(100);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-killed-'));
    journal = join(folder, 'state', 'journal.json');
    // Two files of items are cut inside of the second of these.
    const lines = Array.from({ length: 5 }, (_, n) => JSON.stringify({ n, text: long }));
    await writeFile(join(folder, 'a.txt.gz'), gzipSync(long));
    await writeFile(join(folder, 'b.jsonl.gz'), gzipSync(lines.join('\n')));
    await writeFile(join(folder, 'c.txt'), 'the last one');
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(() => removeImportJournal(journal));

  /** One try; `dieAt`: the number of the step, a blob or a note, that never happens. */
  async function attempt(store: FolderStore | MemoryStore, dieAt = Infinity) {
    let steps = 0;
    const step = (): void => {
      if (++steps === dieAt) throw new Error('killed');
    };
    const source = await ImportSource.open(folder);
    const fingerprint = source.fingerprint();
    const before = await readImportJournal(journal, { fingerprint, store });
    const put = (bytes: Uint8Array): Promise<Digest> => (step(), store.put(bytes));
    const measure = await storeItemStream({ put }, source.items(before?.place), {
      ...(before ? { from: before.stored } : {}),
      // Two items fill a file.
      fileBytesMax: 6_500,
      onStored: (stored) => {
        step();
        return writeImportJournal(journal, { fingerprint, place: source.place, stored });
      },
    });
    return { measure, steps, wentOn: before !== null };
  }

  it('goes on to the same dataset, whatever was the last thing that it did', async () => {
    const whole = new MemoryStore();
    const { measure, steps } = await attempt(whole);
    expect(measure.items).to.equal(7);
    await removeImportJournal(journal);
    for (let dieAt = 1; dieAt <= steps; dieAt++) {
      const store = new MemoryStore();
      const died = await attempt(store, dieAt).catch((error: Error) => error.message);
      expect(died).to.equal('killed');
      const again = await attempt(store);
      expect(again.measure).to.deep.equal(measure);
      expect([...store.blobs.keys()].sort()).to.deep.equal([...whole.blobs.keys()].sort());
      // After a note was written, what it is about is not stored again.
      expect([again.wentOn, again.steps], `${dieAt}`).to.deep.equal(
        dieAt <= 3 ? [false, steps] : dieAt <= 6 ? [true, steps - 3] : [true, steps - 6],
      );
      await removeImportJournal(journal);
    }
  });

  it('begins anew when a file is another, is read otherwise, or a blob is gone', async () => {
    const store = new FolderStore(join(folder, 'state', 'blobs'));
    await attempt(store, 5).catch(() => {});
    const source = await ImportSource.open(folder);
    const read = (it: { fingerprint?: Digest } = {}) =>
      readImportJournal(journal, { fingerprint: source.fingerprint(), store, ...it });
    const progress = (await read())!;
    expect(progress.place).to.deep.equal({ file: 1, item: 1 });
    const otherwise = await ImportSource.open(folder, { textColumn: 'body' });
    expect(await read({ fingerprint: otherwise.fingerprint() })).to.equal(null);
    await utimes(join(folder, 'c.txt'), 1, 1);
    const touched = await ImportSource.open(folder);
    expect(await read({ fingerprint: touched.fingerprint() })).to.equal(null);
    await store.remove(progress.stored.files[0]!.chunks.list);
    expect(await read()).to.equal(null);
  });

  it('believes no note that is not whole', async () => {
    const store = new FolderStore(join(folder, 'state', 'blobs'));
    await attempt(store, 5).catch(() => {});
    const fingerprint = (await ImportSource.open(folder)).fingerprint();
    const text = await readFile(journal, 'utf8');
    const read = async (changed: string) => {
      await writeFile(journal, changed);
      return readImportJournal(journal, { fingerprint, store });
    };
    expect(await read(text)).to.not.equal(null);
    for (const changed of [
      text.slice(0, -9),
      '{}',
      'null',
      '',
      text.replace('"items":2', '"items":3'),
    ]) {
      expect(await read(changed), changed.slice(0, 60)).to.equal(null);
    }
  });
});

describe('a source of an import', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-source-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('refuses a file that changes while it is read', async () => {
    const path = join(folder, 'a.jsonl');
    await writeFile(path, '{"text":"one"}\n{"text":"two"}\n');
    const read = async (change: () => Promise<unknown>): Promise<string> => {
      const texts: string[] = [];
      try {
        for await (const { text } of importPath(folder)) {
          if (texts.push(text) === 1) await change();
        }
        return texts.join();
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(await read(async () => {})).to.equal('one,two');
    const refusal = /^BAD_IMPORT: .*a\.jsonl changed while it was read; /;
    expect(await read(() => appendFile(path, '{"text":"three"}\n'))).to.match(refusal);
    expect(await read(() => utimes(path, 1, 1))).to.match(refusal);
    expect(await read(() => rm(path))).to.match(refusal);
  });

  it('knows how much of it was read', async () => {
    await writeFile(join(folder, 'a.txt'), 'x'.repeat(1_000));
    await writeFile(join(folder, 'b.txt.gz'), gzipSync('y'.repeat(1_000)));
    const source = await ImportSource.open(folder);
    const seen: number[] = [];
    for await (const item of source.items()) {
      expect(item.text).to.have.lengthOf(1_000);
      seen.push(source.readBytes);
    }
    expect(seen).to.deep.equal([1_000, source.totalBytes]);
    expect(source.readBytes).to.equal(source.totalBytes);
    source.items({ file: 1, item: 0 });
    expect(source.readBytes).to.equal(1_000);
  });

  it('has a tree that goes on from its subtrees, and from no others', () => {
    const leaves = Array.from({ length: 40 }, (_, i) => digestOf(Uint8Array.of(i)));
    for (let cut = 0; cut <= leaves.length; cut++) {
      const first = new GrowingTree();
      for (const leaf of leaves.slice(0, cut)) first.add(leaf);
      const second = new GrowingTree({ count: first.count, peaks: first.peaks() });
      for (const leaf of leaves.slice(cut)) {
        first.add(leaf);
        second.add(leaf);
      }
      expect([second.root(), second.count]).to.deep.equal([first.root(), 40]);
    }
    expect(() => new GrowingTree({ count: 3, peaks: leaves.slice(0, 1) })).to.throw(/^BAD_TREE/);
  });
});
