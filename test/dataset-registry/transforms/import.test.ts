/** Imports, read piece by piece: what they take, what they refuse, and that nothing piles up. */
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { GrowingTree } from '@commonweights/dataset-registry/digest/growing-tree.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { readCsv } from '@commonweights/dataset-registry/transforms/csv.js';
import { storeItems } from '@commonweights/dataset-registry/transforms/derive.js';
import { importPath } from '@commonweights/dataset-registry/transforms/import-source.js';
import type { ImportOptions } from '@commonweights/dataset-registry/transforms/import-text.js';
import { storeItemStream } from '@commonweights/dataset-registry/transforms/store-item-stream.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: Error) => error.message,
  );
}

describe('an import', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-import-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const file = (name: string, bytes: string | Uint8Array) => writeFile(join(folder, name), bytes);
  const read = (name: string, options?: ImportOptions) =>
    all(importPath(join(folder, name), options));

  it('takes all files below a folder in order of their paths, packed ones too', async () => {
    await mkdir(join(folder, 'a'));
    await file('b.md', '# A page\n');
    await file('a/z.txt.gz', gzipSync('unpacked'));
    await file('a/rows.csv', 'text,year\none,1790\n');
    await file('a/lines.jsonl.gz', gzipSync('{"text":"two"}\n\n{"text":"three"}'));
    await file('a/photo.png', 'no text');
    await symlink('/etc/passwd', join(folder, 'a', 'link.txt'));
    expect(await all(importPath(folder))).to.deep.equal([
      { text: 'two' },
      { text: 'three' },
      { text: 'one', year: '1790' },
      { name: 'a/z.txt', text: 'unpacked' },
      { name: 'b.md', text: '# A page\n' },
    ]);
  });

  it('takes files of no bytes, and names that another system would take for one', async () => {
    const names = [
      'A.txt',
      'a.txt',
      'caf\u00e9.txt',
      'cafe\u0301.txt',
      'con.txt',
      ' .txt',
      'a\nb.txt',
    ];
    for (const name of names) await file(name, name === 'a.txt' ? '' : name);
    await file('empty.jsonl', '');
    await file('empty.csv', '');
    const items = await all(importPath(folder));
    // Each is an item of its own, in order of code points; nothing was written under any of these names.
    expect(items.map(({ name }) => name)).to.deep.equal([...names].sort());
    expect(items.find(({ name }) => name === 'a.txt')).to.deep.equal({ name: 'a.txt', text: '' });
  });

  it('takes the columns of a CSV file that are asked for', async () => {
    await file('c.csv', '\ufeffid,Title Of It,body\r\n1,"a, ""b""","two\r\nlines"\r\n\r\n2,,x\r\n');
    expect(await read('c.csv', { textColumn: 'body', keepColumns: ['id'] })).to.deep.equal([
      { id: '1', text: 'two\r\nlines' },
      { id: '2', text: 'x' },
    ]);
  });

  it('refuses a choice of CSV columns with the columns there are and the flag that mends it', async () => {
    const header = 'id,Title Of It,body';
    await file('c.csv', `${header}\n1,a,b\n`);
    await file('d.csv', 'text,body\n1,2\n');
    await file('only.csv', `${header}\n`);
    const many = Array.from({ length: 30 }, (_, i) => `c${i}`);
    await file('many.csv', `text,${many.join(',')}\n`);
    await file('twice.csv', 'text,text\n');
    const bad: [string, ImportOptions, RegExp][] = [
      ['c.csv', {}, /no column "text", only id, Title Of It, body; .*like --text id$/],
      ['only.csv', {}, /no column "text", only id, Title Of It, body; /],
      ['c.csv', { textColumn: 'body' }, /"Title Of It" cannot be fields .*; .*like --keep id$/],
      [
        'c.csv',
        { textColumn: 'body', keepColumns: ['no'] },
        /no column "no", only id, Title Of It, body; keep others of these, like --keep id$/,
      ],
      ['d.csv', { textColumn: 'body' }, /"text" is another one .*; leave it out, like --keep ""$/],
      ['many.csv', {}, /30 columns beside the text.*; keep some .*--keep c0,c1,[c\d,]*c14$/],
      ['many.csv', { textColumn: 'x' }, /only text, c0, .*, c18 and 11 more; /],
      ['twice.csv', {}, /two columns are called "text"/],
    ];
    for (const [name, options, sentence] of bad) {
      const message = await messageOf(read(name, options));
      expect(message)
        .to.match(sentence)
        .and.match(/^BAD_IMPORT: .*\.csv: /);
    }
    expect(await read('d.csv', { textColumn: 'body', keepColumns: [] })).to.deep.equal([
      { text: '2' },
    ]);
  });

  it('says which line is wrong, and what is no text at all', async () => {
    await file('a.jsonl', '{"text":"x"}\n{"text":1}\n');
    expect(await messageOf(read('a.jsonl'))).to.match(/^BAD_IMPORT: .*a\.jsonl line 2: BAD_ITEM/);
    await file('b.jsonl.gz', gzipSync('{"text":"x"}').subarray(0, 20));
    expect(await messageOf(read('b.jsonl.gz'))).to.match(/^BAD_IMPORT: .* is no whole gzip/);
    await file('c.txt.gz', 'not packed');
    expect(await messageOf(read('c.txt.gz'))).to.match(/^BAD_IMPORT: .* is no whole gzip/);
    await file('d.txt', Uint8Array.of(0x61, 0xff));
    expect(await messageOf(read('d.txt'))).to.match(/^BAD_IMPORT: .* is not UTF-8/);
    await file('e.pdf', 'x');
    expect(await messageOf(read('e.pdf'))).to.match(/^BAD_IMPORT: .* is not a \.txt, \.md/);
    await mkdir(join(folder, 'empty'));
    expect(await messageOf(read('empty'))).to.match(/^BAD_IMPORT: no \.txt, \.md/);
  });

  it('cuts off what unpacks to more than one item may have', async () => {
    await file('bomb.txt.gz', gzipSync(new Uint8Array(2 ** 26).fill(0x61)));
    expect(await messageOf(read('bomb.txt.gz'))).to.match(/more than 33554432 characters/);
    await file('bomb.jsonl.gz', gzipSync(new Uint8Array(2 ** 26).fill(0x61)));
    expect(await messageOf(read('bomb.jsonl.gz'))).to.match(/a line of more than 33554432/);
  });
});

describe('CSV', () => {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '🜚') });

  it('is read back as it was written, however it is cut into pieces', async () => {
    const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        async (table, end, size) => {
          const lines = [['x', 'y', 'z'], ...table].map((row) => row.map(quote).join(','));
          const points = [...lines.join(end)];
          const pieces = Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
            points.slice(i * size, (i + 1) * size).join(''),
          );
          const found = await all(readCsv(pieces, 1_000));
          expect(found.map(({ row }) => [...row.values()])).to.deep.equal(table);
        },
      ),
      { endOnFailure: true },
    );
  });

  it('is refused where something would have to be guessed', async () => {
    for (const [text, sentence] of [
      ['a,b\n1\n', /line 2 has 1 cells, not 2/],
      ['a,b\n1,2,3\n', /line 2 has 3 cells, not 2/],
      ['a,a\n1,2\n', /two columns are called "a"/],
      ['a\nx"y\n', /line 2 has a quote inside of a cell/],
      ['a\n"x"y\n', /line 2 goes on after a closing quote/],
      ['a\n"x\n\n', /a quote on line 2 is never closed/],
      [`a\n${'x'.repeat(101)}\n`, /line 2 has more than 100 characters/],
    ] as const) {
      expect(await messageOf(all(readCsv([text], 100)))).to.match(sentence);
    }
  });

  it('counts lines inside of quotes', async () => {
    const rows = await all(readCsv(['a\n"1\n2"\n3\n'], 100));
    expect(rows.map(({ line }) => line)).to.deep.equal([2, 4]);
  });
});

describe('a dataset that is stored while it is read', () => {
  const items: TextItem[] = Array.from({ length: 300 }, (_, i) => ({ text: `text ${i}`, i }));

  async function* generated(count: number, size: number): AsyncGenerator<TextItem, void> {
    for (let i = 0; i < count; i++) yield { text: `${i} ${'x'.repeat(size)}` };
  }

  it('is the same as one that is stored at once', async () => {
    const [one, other] = [new MemoryStore(), new MemoryStore()];
    expect(await storeItemStream(one, items)).to.deep.equal(await storeItems(other, items));
    expect([...one.blobs.keys()].sort()).to.deep.equal([...other.blobs.keys()].sort());
  });

  it('is put file by file: no more than one is held', async () => {
    const sizes: number[] = [];
    let last = 0;
    const put = async (bytes: Uint8Array) => {
      sizes.push(bytes.length);
      return digestOf(bytes);
    };
    const seen: number[] = [];
    const { bytes, items: count } = await storeItemStream(
      { put },
      (async function* () {
        for await (const item of generated(200, 2 ** 20)) {
          last++;
          seen.push(sizes.length);
          yield item;
        }
      })(),
    );
    expect(count).to.equal(200);
    expect(bytes).to.be.above(200 * 2 ** 20);
    expect(Math.max(...sizes)).to.be.at.most(2 ** 26);
    // The first file was put long before the last item was read.
    expect(seen.findIndex((puts) => puts > 0)).to.be.within(60, 66);
    expect(last).to.equal(200);
  });

  it('is refused when it is empty, and when an item is none', async () => {
    const store = new MemoryStore();
    expect(await messageOf(storeItemStream(store, []))).to.match(/^EMPTY_DATASET/);
    const bad = [{ text: 'x' }, { text: '\ud800' }];
    expect(await messageOf(storeItemStream(store, bad))).to.match(/^BAD_ITEM/);
  });

  it('has the items root of the whole list, after any number of items', () => {
    const tree = new GrowingTree();
    const leaves = items.map(({ text }) => digestOf(new TextEncoder().encode(text)));
    expect(tree.root()).to.equal(digestTreeRoot([]));
    leaves.forEach((leaf, i) => {
      tree.add(leaf);
      expect(tree.root()).to.equal(digestTreeRoot(leaves.slice(0, i + 1)));
    });
  });
});
