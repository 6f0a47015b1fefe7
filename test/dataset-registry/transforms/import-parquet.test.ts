/** Tables in Parquet as items, in bounded memory, and texts packed with zst. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { importPath } from '@commonweights/dataset-registry/transforms/import-source.js';
import type { ImportOptions } from '@commonweights/dataset-registry/transforms/import-text.js';
import { checkPages } from '@commonweights/dataset-registry/transforms/parquet-pages.js';
import { ZstdFrames } from '@commonweights/dataset-registry/transforms/zstd-frames.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';

type Written = Parameters<typeof parquetWriteBuffer>[0];

/** 60 lines of JSON as `zstd -19 --check` packs them. */
const packedByZstd =
  'KLUv/QRo3QcAJtElGoBJwxp01WKeOuF/MkLBW7NESikYPeyF7ZQFMQAYABYACQTicLgzqyKaKUQMF8kjCZAENAgUyOII' +
  'WRiKgXJwYQwsMzYKGioPh0BykSwIypIkBCmllFJKKaWUzjnnnHPOOeecc845R6FIBNZaa621tdZaa6211lprrbXWSiml' +
  'lFKFiOLee++9995777333nuttdZaa621NneoEbD0/Y81oKMUDxJAEPgRBAgG/88PssSCWRILZkMgOFliwSyJBbMhEJws' +
  'wS1KS8gCWOZKY4VVFpUyhaRMlAIKnywnpQkwmSWNEiZZQpJAgIAADQYmCFhgnADdTisH+GpaZcEF';

/** A frame of blocks as they are, or of one byte repeated, as RFC 8878 has them. */
function frame(blocks: readonly (Uint8Array | number)[], windowByte = 0x58): Buffer {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, windowByte)];
  for (const [i, block] of blocks.entries()) {
    const last = i === blocks.length - 1 ? 1 : 0;
    const isRun = typeof block === 'number';
    const size = isRun ? 131_072 : block.length;
    const head = last | ((isRun ? 1 : 0) << 1) | (size << 3);
    parts.push(Uint8Array.of(head, head >> 8, head >> 16));
    parts.push(isRun ? Uint8Array.of(block) : block);
  }
  return Buffer.concat(parts);
}

describe('an import of', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'cw-parquet-'))));
  after(() => rm(folder, { recursive: true }));

  async function read(name: string, options?: ImportOptions): Promise<TextItem[]> {
    const items: TextItem[] = [];
    for await (const item of importPath(join(folder, name), options)) items.push(item);
    return items;
  }
  const messageOf = (name: string, options?: ImportOptions) =>
    read(name, options).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  const file = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes);
  const table = (name: string, written: Written) =>
    file(name, new Uint8Array(parquetWriteBuffer(written)));

  describe('Parquet', () => {
    it('makes an item of each row, from every row group, in order', async () => {
      const texts = Array.from({ length: 25 }, (_, i) => `text ${i} größer 🜚`);
      const numbers = texts.map((_, i) => i - 3);
      await table('a.parquet', {
        columnData: [
          { name: 'text', data: texts, type: 'STRING' },
          { name: 'year', data: numbers, type: 'INT32' },
          { name: 'id', data: numbers.map((n) => BigInt(n) * 10n ** 12n), type: 'INT64' },
        ],
        rowGroupSize: 10,
      });
      expect(await read('a.parquet')).to.deep.equal(
        texts.map((text, i) => ({ text, year: i - 3, id: (i - 3) * 1e12 })),
      );
    });

    it('counts what a column unpacks to by its pages, whatever the row group says of it', () => {
      const data = Array.from({ length: 40 }, () => 'a'.repeat(100_000));
      const buffer = parquetWriteBuffer({
        columnData: [{ name: 'text', data, type: 'STRING', encoding: 'PLAIN' }],
      });
      // Between the file's first word and its footer.
      const footerBytes = new DataView(buffer).getUint32(buffer.byteLength - 8, true);
      const chunk = buffer.slice(4, buffer.byteLength - 8 - footerBytes);
      expect(chunk.byteLength).to.be.below(1_000_000);
      expect(checkPages(chunk, { column: 'text', rows: 40 })).to.be.closeTo(40 * 100_004, 100);
    });

    it('reads what other codecs packed, and the columns that are asked for', async () => {
      const compressors = {
        GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
        BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
        ZSTD: (bytes: Uint8Array) => new Uint8Array(frame([bytes])),
        LZ4_RAW: (bytes: Uint8Array) => bytes,
      };
      const columnData = [
        { name: 'Some Title', data: ['x', 'y'], type: 'STRING' as const },
        { name: 'body', data: ['one '.repeat(500), 'two'], type: 'STRING' as const },
        { name: 'score', data: [0.5, 1.5], type: 'DOUBLE' as const },
        { name: 'author', data: ['ann', null], type: 'STRING' as const },
      ];
      const options = { textColumn: 'body', keepColumns: ['author'] };
      for (const codec of ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD'] as const) {
        await table('b.parquet', { columnData, codec, compressors });
        // A row without a value is an item without the field.
        expect(await read('b.parquet', options), codec).to.deep.equal([
          { text: 'one '.repeat(500), author: 'ann' },
          { text: 'two' },
        ]);
      }
      await table('b.parquet', { columnData, codec: 'LZ4_RAW', compressors });
      expect(await messageOf('b.parquet', options)).to.match(
        /^BAD_IMPORT: .*"body" is packed with LZ4_RAW; write it with uncompressed, gzip, brotli, /,
      );
    });

    it('refuses columns that are no text or integers, with those that are', async () => {
      await table('c.parquet', {
        columnData: [
          { name: 'text', data: ['x'], type: 'STRING' },
          { name: 'score', data: [0.5], type: 'DOUBLE' },
          { name: 'raw', data: [Uint8Array.of(1)], type: 'BYTE_ARRAY' },
          { name: 'at', data: [new Date(0)], type: 'TIMESTAMP' },
          { name: 'good', data: [true], type: 'BOOLEAN' },
          { name: 'year', data: [1790], type: 'INT32' },
        ],
      });
      expect(await messageOf('c.parquet')).to.match(
        /"score" \(double\), "raw" \(bytes\), "at" \(timestamp.*\), "good" \(boolean\): neither text nor .*--keep year$/,
      );
      expect(await messageOf('c.parquet', { textColumn: 'raw', keepColumns: [] })).to.match(
        /its column "raw" is bytes, no text; name another, out of text$/,
      );
      expect(await messageOf('c.parquet', { textColumn: 'year', keepColumns: [] })).to.match(
        /its column "year" is .*no text/,
      );
      expect(await messageOf('c.parquet', { textColumn: 'body' })).to.match(
        /no column "body", only text, score, raw, at, good, year/,
      );
      expect(await read('c.parquet', { keepColumns: ['year'] })).to.deep.equal([
        { text: 'x', year: 1790 },
      ]);
    });

    it('says which row is no item', async () => {
      await table('d.parquet', {
        columnData: [{ name: 'text', data: ['x', null, 'z'], type: 'STRING' }],
      });
      expect(await messageOf('d.parquet')).to.match(/^BAD_IMPORT: .*: row 2: it has no "text"/);
      await table('d.parquet', {
        columnData: [
          { name: 'text', data: ['x', 'y'], type: 'STRING' },
          { name: 'big', data: [1n, 2n ** 60n], type: 'INT64' },
        ],
      });
      expect(await messageOf('d.parquet')).to.match(/row 2: 1152921504606846976 is beyond 2\^53/);
      const bytes = new Uint8Array(
        parquetWriteBuffer({
          columnData: [{ name: 'text', data: ['plain words'], type: 'STRING', statistics: false }],
          codec: 'UNCOMPRESSED',
        }),
      );
      bytes[Buffer.from(bytes).indexOf('plain words')] = 0xff;
      await file('d.parquet', bytes);
      expect(await messageOf('d.parquet')).to.match(/a text in it is not UTF-8; mend it/);
    });

    it('refuses what is no Parquet file, or a broken one, and never fails otherwise', async () => {
      const good = new Uint8Array(
        parquetWriteBuffer({
          columnData: [{ name: 'text', data: ['x'.repeat(300), 'y'], type: 'STRING' }],
        }),
      );
      for (const [bytes, sentence] of [
        [new Uint8Array(3), /too short/],
        [new Uint8Array(100), /does not end in PAR1/],
        [good.subarray(0, good.length - 1), /does not end in PAR1/],
        [Buffer.concat([good.subarray(0, -4), Buffer.from('PARE')]), /encrypted/],
        [
          Buffer.concat([good.subarray(0, -8), Uint8Array.of(255, 255, 255, 127, 80, 65, 82, 49)]),
          /footer would have 2147483647 bytes/,
        ],
      ] as const) {
        await file('e.parquet', bytes);
        expect(await messageOf('e.parquet'))
          .to.match(sentence)
          .and.match(/^BAD_IMPORT: .*; /);
      }
      await fc.assert(
        fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
          const broken = good.slice();
          broken[at] = byte;
          await file('f.parquet', broken);
          // Read as something else, or refused with a code: nothing in between.
          expect(await messageOf('f.parquet')).to.match(/^(taken|BAD_IMPORT: )/);
        }),
        { endOnFailure: true, numRuns: 200 },
      );
      await file('g.parquet.gz', gzipSync(good));
      expect(await messageOf('g.parquet.gz')).to.match(/is not a .*\.parquet file/);
    });

    it('takes a row group in slices, each with the rows that are its own', async () => {
      // 80 MB of text in one row group, packed to little: three slices.
      const texts = Array.from({ length: 400 }, (_, i) => `${i} `.repeat(50_000));
      await table('h.parquet', { columnData: [{ name: 'text', data: texts, type: 'STRING' }] });
      const items = await read('h.parquet');
      expect(items.length).to.equal(400);
      expect(items.every(({ text }, i) => text === texts[i])).to.equal(true);
    }).timeout(60_000);
  });

  describe('zst', () => {
    const utf8 = (text: string) => new TextEncoder().encode(text);

    it('unpacks what the zstd command packed', async () => {
      await file('a.jsonl.zst', Buffer.from(packedByZstd, 'base64'));
      expect(await read('a.jsonl.zst')).to.deep.equal(
        Array.from({ length: 60 }, (_, n) => ({
          text: `Line ${n} of a text that repeats itself.`,
          n,
        })),
      );
    });

    it('unpacks many blocks and several frames, named without their ending', async () => {
      const pieces = Array.from({ length: 60 }, (_, i) => `${i} größer `.repeat(5_000));
      const bytes = utf8(pieces.join(''));
      const blocks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += 100_000) blocks.push(bytes.slice(at, at + 100_000));
      await file('b.txt.zst', Buffer.concat([frame(blocks.slice(0, 20)), frame(blocks.slice(20))]));
      expect(await read('b.txt.zst')).to.deep.equal([{ name: 'b.txt', text: pieces.join('') }]);
    });

    it('passes over what is skippable between frames, and finds heads wherever pieces are cut', async () => {
      const skippable = Buffer.from('502a4d18050000000102030405', 'hex');
      const frames = [
        frame([utf8('one ')]),
        skippable,
        frame([utf8('two '), 0x61]),
        frame([utf8('x')], 0xa8),
      ];
      const bytes = Buffer.concat(frames);
      await file('d.txt.zst', bytes.subarray(0, -frames[3]!.length));
      const [item] = await read('d.txt.zst');
      expect(item!.text).to.match(/^one two a+$/);
      for (let cut = 1; cut < bytes.length; cut++) {
        const follow = () => {
          const walk = new ZstdFrames();
          walk.see(bytes.subarray(0, cut));
          walk.see(bytes.subarray(cut));
        };
        expect(follow, `cut at ${cut}`).to.throw(/a window of 2147483648 bytes/);
      }
    });

    it('refuses what is none, what breaks off, and what needs too much memory', async () => {
      const whole = frame([utf8('{"text":"x"}\n'), utf8('{"text":"y"}\n')]);
      for (const [bytes, sentence] of [
        [utf8('not packed at all, but long enough'), /is no whole zst: it does not begin as one/],
        [new Uint8Array(0), /does not begin/],
        [whole.subarray(0, whole.length - 3), /is no whole zst: /],
        [whole.subarray(0, 21), /is no whole zst: /],
        [frame([utf8('x')], 0x98), /a window of 536870912 bytes, at most 134217728/],
        // One segment, which says itself how much it unpacks to.
        [oneSegmentOf(2 ** 30), /a window of 1073741824 bytes, at most 134217728/],
        // Each frame has a window of its own, and not only the first is looked at.
        [Buffer.concat([whole, frame([utf8('x')], 0xa8)]), /a window of 2147483648 bytes/],
        [Buffer.concat([whole, oneSegmentOf(2 ** 31)]), /a window of 2147483648 bytes/],
        [Buffer.concat([whole, whole, utf8('something else')]), /follows on frame 2 is no frame/],
        [frame(Array<number>(20_000).fill(0x61)), /far more than any text would/],
      ] as const) {
        await file('c.jsonl.zst', bytes);
        expect(await messageOf('c.jsonl.zst'))
          .to.match(sentence)
          .and.match(/^BAD_IMPORT: .*; /);
      }
      await file('c.jsonl.zst', whole);
      expect(await read('c.jsonl.zst')).to.deep.equal([{ text: 'x' }, { text: 'y' }]);
    });
  });
});

/** A frame of one empty block, whose head promises so many bytes. */
function oneSegmentOf(bytes: number): Uint8Array {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 1, 0, 0]);
  head.writeUInt32LE(bytes, 5);
  return Buffer.concat([head, Buffer.alloc(8)]);
}
