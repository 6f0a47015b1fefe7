/**
 * Rows of a Parquet file as items: one row group is in memory, packed, and a few megabytes of it unpacked.
 * What a file says of itself is looked at before it is believed: the length of its footer, the rows and
 * bytes of each group and page. Text is text only where the schema says so and its bytes are UTF-8.
 */
import { open } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as unpackZstd } from 'fzstd';
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  snappyUncompress,
} from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement } from 'hyparquet';
import { chooseColumns, type ColumnChoice } from './columns.js';
import { parquetLimits } from './limits.js';
import { checkPages } from './parquet-pages.js';
import { checkItem, type TextItem } from './text-item.js';

/** Throws with what is wrong (facts, or those and a remedy where it is about columns). */
export async function* readParquet(
  path: string,
  choice: ColumnChoice,
  onBytes: (read: number) => void = () => {},
): AsyncGenerator<TextItem, void> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const file: AsyncBuffer = {
      byteLength: size,
      slice: async (start, end = size) => {
        if (!(start >= 0 && end >= start))
          throw new Error(`it names bytes ${start} to ${end} of itself`);
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
        if (bytesRead < bytes.length) throw new Error('it ended while it was read');
        return bytes.buffer;
      },
    };
    await checkFooter(file);
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    yield* rowsOf(file, metadata, choice, onBytes);
  } finally {
    await handle.close();
  }
}

const magic = 'PAR1';
const magicEncrypted = 'PARE';

async function checkFooter(file: AsyncBuffer): Promise<void> {
  if (file.byteLength < 12) throw new Error('it is no Parquet file: it is too short');
  const tail = Buffer.from(await file.slice(file.byteLength - 8));
  const word = tail.toString('latin1', 4);
  if (word === magicEncrypted) throw new Error('it is encrypted; write it without');
  if (word !== magic) throw new Error(`it is no Parquet file: it does not end in ${magic}`);
  const bytes = tail.readUInt32LE(0);
  if (bytes > parquetLimits.footerBytesMax || bytes > file.byteLength - 12) {
    throw new Error(`its footer would have ${bytes} bytes of ${file.byteLength}`);
  }
}

async function* rowsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  choice: ColumnChoice,
  onBytes: (read: number) => void,
): AsyncGenerator<TextItem, void> {
  const columns = parquetSchema(metadata).children.map(({ element }) => element);
  const { text, kept } = chooseColumns(
    columns.map(({ name }) => name),
    choice,
    (name, as) =>
      explainColumn(
        columns.find((one) => one.name === name)!,
        as,
      ),
  );
  const wanted = new Set([text, ...kept]);
  let first = 0;
  for (const [i, group] of metadata.row_groups.entries()) {
    const groupRows = Number(group.num_rows);
    // By what its pages say: of the group's own count of bytes nothing is held against them.
    let unpacked = 1;
    for (const { column, start, end } of checkGroup(i, metadata, wanted)) {
      unpacked += checkPages(await file.slice(start, end), { column, rows: groupRows });
    }
    const sliceRows = Math.max(
      1,
      Math.ceil(groupRows * Math.min(1, parquetLimits.sliceBytes / unpacked)),
    );
    const end = first + groupRows;
    for (let rowStart = first; rowStart < end; rowStart += sliceRows) {
      const rows = await parquetReadObjects({
        ...{ file, metadata, compressors, parsers },
        ...{ columns: [...wanted], rowStart, rowEnd: Math.min(rowStart + sliceRows, end) },
      });
      for (const [at, row] of rows.entries()) {
        try {
          yield itemOf(row, { text, kept });
        } catch (error) {
          const { message } = error as Error;
          throw new Error(`row ${rowStart + at + 1}: ${message}`, { cause: error });
        }
      }
    }
    first = end;
    // Columns that nobody wants count as read, too.
    onBytes(Math.round((file.byteLength * (i + 1)) / metadata.row_groups.length));
  }
}

/** Before anything of it is read. Returns where its columns are. */
function checkGroup(
  i: number,
  { row_groups }: FileMetaData,
  wanted: ReadonlySet<string>,
): { column: string; start: number; end: number }[] {
  const { num_rows, columns } = row_groups[i]!;
  const { groupPackedBytesMax, groupRowsMax } = parquetLimits;
  const remedy = 'write it with smaller row groups, like 10,000 rows each';
  if (num_rows < 0n || num_rows > groupRowsMax) {
    throw new Error(`row group ${i} has ${num_rows} rows, at most ${groupRowsMax} fit; ${remedy}`);
  }
  let packed = 0n;
  const chunks = [];
  for (const { meta_data: it, file_path } of columns) {
    if (file_path) throw new Error('its columns are in other files; write it as one');
    if (!it || !wanted.has(it.path_in_schema[0]!)) continue;
    if (!knownCodecs.has(it.codec)) {
      const known = [...knownCodecs].join(', ').toLowerCase();
      throw new Error(
        `its column "${it.path_in_schema[0]}" is packed with ${it.codec}; write it with ${known}`,
      );
    }
    const from = it.dictionary_page_offset || it.data_page_offset;
    const [start, end] = [Number(from), Number(from + it.total_compressed_size)];
    chunks.push({ column: it.path_in_schema[0]!, start, end });
    packed += it.total_compressed_size;
  }
  if (packed > groupPackedBytesMax) {
    throw new Error(
      `row group ${i} has ${packed} bytes, at most ${groupPackedBytesMax} are held; ${remedy}`,
    );
  }
  return chunks;
}

function itemOf(
  row: Record<string, unknown>,
  { text, kept }: { text: string; kept: readonly string[] },
): TextItem {
  const fields: Record<string, unknown> = {};
  for (const name of kept) {
    const value = row[name];
    // A row that lacks a value has an item that lacks the field.
    if (value !== null && value !== undefined) fields[name] = plain(value);
  }
  const content = row[text];
  if (content === null || content === undefined) throw new Error(`it has no "${text}"`);
  return checkItem({ ...fields, text: content });
}

function plain(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    return Number(value);
  }
  throw new Error(`${value} is beyond 2^53; write it as text`);
}

/** What a column has that is neither text nor, as a field, an integer; null: it has one of them. */
function explainColumn(column: SchemaElement, as: 'text' | 'field'): string | null {
  if (isText(column) || (as === 'field' && isInteger(column))) return null;
  if (column.num_children !== undefined || column.repetition_type === 'REPEATED') return 'nested';
  const meant = column.logical_type?.type ?? column.converted_type;
  return (
    meant ??
    (column.type === 'BYTE_ARRAY' ? 'bytes' : column.type) ??
    'nothing'
  ).toLowerCase();
}

function isText({ type, num_children, repetition_type, ...meant }: SchemaElement): boolean {
  if (type !== 'BYTE_ARRAY' || num_children || repetition_type === 'REPEATED') return false;
  const { converted_type, logical_type } = meant;
  if (logical_type) return logical_type.type === 'STRING' || logical_type.type === 'ENUM';
  return converted_type === 'UTF8' || converted_type === 'ENUM';
}

function isInteger({ type, num_children, repetition_type, ...meant }: SchemaElement): boolean {
  if ((type !== 'INT32' && type !== 'INT64') || num_children || repetition_type === 'REPEATED') {
    return false;
  }
  const { converted_type, logical_type } = meant;
  if (logical_type) return logical_type.type === 'INTEGER';
  return converted_type === undefined || /^U?INT_(8|16|32|64)$/.test(converted_type);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const parsers = {
  stringFromBytes: (bytes: Uint8Array | undefined) => {
    if (!bytes) return undefined;
    try {
      return utf8.decode(bytes);
    } catch {
      throw new Error('a text in it is not UTF-8; mend it where it was written');
    }
  },
};

/** A page says how large it is unpacked; no more than that is unpacked, and not more than a bound. */
function bounded(unpack: (packed: Uint8Array, bytes: number) => Uint8Array) {
  return (packed: Uint8Array, bytes: number): Uint8Array => {
    if (bytes > parquetLimits.pageBytesMax) {
      throw new Error(
        `a page of it unpacks to ${bytes} bytes, at most ${parquetLimits.pageBytesMax} are`,
      );
    }
    return unpack(packed, bytes);
  };
}

const compressors: Compressors = {
  GZIP: bounded((packed, bytes) => gunzipSync(packed, { maxOutputLength: Math.max(1, bytes) })),
  BROTLI: bounded((packed, bytes) =>
    brotliDecompressSync(packed, { maxOutputLength: Math.max(1, bytes) }),
  ),
  SNAPPY: bounded((packed, bytes) => {
    const unpacked = new Uint8Array(bytes);
    snappyUncompress(packed, unpacked);
    return unpacked;
  }),
  ZSTD: bounded((packed, bytes) => unpackZstd(packed, new Uint8Array(bytes))),
};

const knownCodecs: ReadonlySet<string> = new Set(['UNCOMPRESSED', ...Object.keys(compressors)]);
