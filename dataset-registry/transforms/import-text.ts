/**
 * Items of one file: texts (`.txt`, `.md`), JSON lines or CSV, each also compressed (`.gz`, `.zst`), and
 * Parquet. Everything is read piece by piece: that needs as much memory as the largest item, however large
 * the file is, and a file that unpacks to more than it should is cut off.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { chooseColumns, isColumnError, type ColumnChoice } from './columns.js';
import { readCsv } from './csv.js';
import { packings, refuseImport as refuse, type ImportFile } from './import-files.js';
import { itemLimits } from './limits.js';
import { checkItem, type TextItem } from './text-item.js';

/** How tables are read: CSV, Parquet. */
export type ImportOptions = ColumnChoice;

type OnBytes = (read: number) => void;

/** One item a line, all of them at once. Error: `BAD_IMPORT`. */
export async function importJsonLines(path: string): Promise<TextItem[]> {
  const items: TextItem[] = [];
  for await (const item of jsonLines(path)) {
    if (items.length === itemLimits.itemsMax) refuse(`more than ${itemLimits.itemsMax} items`);
    items.push(item);
  }
  if (items.length === 0) refuse(`no item in ${path}`);
  return items;
}

/** Its items in order. `onBytes`: how much of the file was read so far. Error: `BAD_IMPORT`. */
export async function* importFile(
  { path, name, kind }: Pick<ImportFile, 'path' | 'name' | 'kind'>,
  options: ImportOptions,
  onBytes?: OnBytes,
): AsyncGenerator<TextItem, void> {
  if (kind === '.jsonl') yield* jsonLines(path, onBytes);
  else if (kind === '.csv') yield* csvRows(path, options, onBytes);
  else if (kind === '.parquet') yield* parquetRows(path, options, onBytes);
  else yield { name: name.replace(packings, ''), text: await wholeText(path, onBytes) };
}

async function* parquetRows(
  path: string,
  options: ImportOptions,
  onBytes?: OnBytes,
): AsyncGenerator<TextItem, void> {
  // The reader loads with the first file that needs it.
  const { readParquet } = await import('./import-parquet.js');
  const rows = readParquet(path, options, onBytes);
  yield* explaining(rows, (error) => refuseTable(path, error));
}

/** The same pieces; `explain` throws what is said of a failure. */
async function* explaining<T>(
  pieces: AsyncGenerator<T, void>,
  explain: (error: Error) => never,
): AsyncGenerator<T, void> {
  try {
    for (;;) {
      const next = await pieces.next().catch(explain);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await pieces.return();
  }
}

async function wholeText(path: string, onBytes?: OnBytes): Promise<string> {
  let text = '';
  for await (const piece of textOf(path, onBytes)) {
    text += piece;
    if (text.length > itemLimits.itemBytesMax) {
      refuse(`${path} has more than ${itemLimits.itemBytesMax} characters, one item's most`);
    }
  }
  return text;
}

/** A JSON object with a field `text` and otherwise texts and integers; empty lines are skipped. */
async function* jsonLines(path: string, onBytes?: OnBytes): AsyncGenerator<TextItem, void> {
  let number = 0;
  for await (const line of linesOf(path, onBytes)) {
    number++;
    if (line.trim() === '') continue;
    try {
      yield checkItem(JSON.parse(line));
    } catch (error) {
      refuse(`${path} line ${number}: ${(error as Error).message}`);
    }
  }
}

async function* csvRows(
  path: string,
  options: ImportOptions,
  onBytes?: OnBytes,
): AsyncGenerator<TextItem, void> {
  let columns = { text: '', kept: [] as string[] };
  const check = (header: readonly string[]) => (columns = chooseColumns(header, options));
  try {
    for await (const { row, line } of readCsv(
      textOf(path, onBytes),
      itemLimits.itemBytesMax,
      check,
    )) {
      const fields = columns.kept.map((name) => [name, row.get(name)!] as const);
      try {
        yield checkItem({ ...Object.fromEntries(fields), text: row.get(columns.text)! });
      } catch (error) {
        throw new Error(`line ${line}: ${(error as Error).message}`, { cause: error });
      }
    }
  } catch (error) {
    refuseTable(path, error);
  }
}

function refuseTable(path: string, error: unknown): never {
  const { message } = error as Error;
  // What the disk says is not about what is in the file.
  if (message.startsWith('BAD_IMPORT') || 'syscall' in (error as object)) throw error;
  // That names the flag that mends it.
  if (isColumnError(error)) throw new Error(`BAD_IMPORT: ${path}: ${message}`);
  refuse(`${path}: ${message}`);
}

async function* linesOf(path: string, onBytes?: OnBytes): AsyncGenerator<string, void> {
  // Of the line that is not over: each piece is looked through once, however long the line is.
  let rest: string[] = [];
  let length = 0;
  for await (const piece of textOf(path, onBytes)) {
    const lines = piece.split('\n');
    const last = lines.pop()!;
    if (lines.length > 0) {
      lines[0] = rest.join('') + lines[0]!;
      yield* lines;
      rest = [];
      length = 0;
    }
    rest.push(last);
    length += last.length;
    if (length > itemLimits.itemBytesMax) {
      refuse(`${path} has a line of more than ${itemLimits.itemBytesMax} characters`);
    }
  }
  if (length > 0) yield rest.join('');
}

/** Its text piece by piece, unpacked, a byte order mark taken off. */
async function* textOf(path: string, onBytes?: OnBytes): AsyncGenerator<string, void> {
  const raw = createReadStream(path, { highWaterMark: 2 ** 20 });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  try {
    for await (const piece of unpack(path, raw)) {
      bytes += piece.length;
      onBytes?.(raw.bytesRead);
      if (bytes > itemLimits.importBytesMax) {
        refuse(`${path} has more than ${itemLimits.importBytesMax} bytes of text`);
      }
      yield decoder.decode(piece, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) refuse(`${path} is not UTF-8`);
    if (/^Z_/.test((error as NodeJS.ErrnoException).code ?? '')) refuse(`${path} is no whole gzip`);
    throw error;
  } finally {
    raw.destroy();
  }
}

/** The file's bytes as they were before they were packed. Error: `BAD_IMPORT`. */
async function* unpack(path: string, raw: ReadStream): AsyncGenerator<Uint8Array, void> {
  const name = path.toLowerCase();
  if (name.endsWith('.gz')) {
    const unpacked = raw.pipe(createGunzip({ chunkSize: 2 ** 20 }));
    // A pipe does not carry errors on; without this a file that breaks off would never end.
    raw.once('error', (error) => unpacked.destroy(error));
    yield* unpacked as AsyncIterable<Uint8Array>;
  } else if (name.endsWith('.zst')) {
    const { unpackZstd } = await import('./unpack-zstd.js');
    yield* explaining(unpackZstd(raw as AsyncIterable<Uint8Array>), (error) => {
      if ('syscall' in error) throw error;
      refuse(`${path} is no whole zst: ${error.message}`);
    });
  } else yield* raw as AsyncIterable<Uint8Array>;
}
