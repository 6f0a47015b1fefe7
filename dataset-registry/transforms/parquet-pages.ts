/**
 * Whether the pages of a Parquet column are what their row group says, looked at before the reader believes
 * their headers: one without a size makes it go round for ever, one that claims a thousand million values makes
 * it hold them. Only headers are read, nothing is unpacked.
 */
import { parquetHeader } from 'hyparquet/src/column.js';
import { parquetLimits } from './limits.js';

/** Throws a sentence. `chunk`: the column's bytes in one row group. Returns the bytes that it unpacks to. */
export function checkPages(chunk: ArrayBuffer, it: { column: string; rows: number }): number {
  const reader = { view: new DataView(chunk), offset: 0 };
  const bad = (why: string) => new Error(`its column "${it.column}" is broken: ${why}`);
  let values = 0;
  let unpackedBytes = 0;
  // As the reader does, which stops short of a last byte.
  while (values < it.rows && reader.offset < chunk.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!isCount(packed) || packed > chunk.byteLength - reader.offset) {
      throw bad(`a page of ${packed} bytes where ${chunk.byteLength - reader.offset} are left`);
    }
    if (!isCount(unpacked) || unpacked > parquetLimits.pageBytesMax) {
      const most = parquetLimits.pageBytesMax;
      throw bad(`a page that unpacks to ${unpacked} bytes, at most ${most} are`);
    }
    reader.offset += packed;
    unpackedBytes += unpacked;
    const { type, dictionary_page_header: dictionary } = header;
    if (type === 'DICTIONARY_PAGE') {
      if (!isCount(dictionary?.num_values) || dictionary.num_values > parquetLimits.groupRowsMax) {
        throw bad(`a dictionary of ${dictionary?.num_values} values`);
      }
      continue;
    }
    const data = header.data_page_header ?? header.data_page_header_v2;
    if (!data || (type !== 'DATA_PAGE' && type !== 'DATA_PAGE_V2')) throw bad(`a page of ${type}`);
    values += checkValues(header, it.rows - values, bad);
  }
  if (values !== it.rows) throw bad(`${values} values for ${it.rows} rows`);
  return unpackedBytes;
}

/** How many a page of data has: one of each row that is left, at most. */
function checkValues(
  { data_page_header: one, data_page_header_v2: two, ...header }: ReturnType<typeof parquetHeader>,
  left: number,
  bad: (why: string) => Error,
): number {
  const values = (one ?? two)?.num_values;
  if (!isCount(values) || values > left) throw bad(`${values} values where ${left} rows are left`);
  if (header.type === 'DATA_PAGE_V2') {
    const { num_rows = -1, definition_levels_byte_length: levels = -1 } = two ?? {};
    const repeated = two?.repetition_levels_byte_length;
    const fits =
      isCount(levels) && isCount(repeated) && levels + repeated <= header.compressed_page_size;
    if (num_rows !== values || !fits) throw bad('a page whose parts do not fit it');
  }
  return values;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
