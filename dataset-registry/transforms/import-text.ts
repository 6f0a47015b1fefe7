/**
 * Raw datasets from what people have: a folder, or one file, of texts (`.txt`, `.md`), JSON lines or
 * CSV, each also compressed (`.gz`, `.zst`), and Parquet. Everything is read piece by piece: an import needs as much memory
 * as its largest item, however large it is, and a file that unpacks to more than it should is cut off.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { compareCodePoints } from '../digest/safe-path.js';
import { chooseColumns, isColumnError, type ColumnChoice } from './columns.js';
import { readCsv } from './csv.js';
import { itemLimits } from './limits.js';
import { checkItem, type TextItem } from './text-item.js';

/** How tables are read: CSV, Parquet. */
export type ImportOptions = ColumnChoice;

/** Items of a file, or of all files below a folder in order of their paths. Error: `BAD_IMPORT`. */
export async function* importPath(
  path: string,
  options: ImportOptions = {},
): AsyncGenerator<TextItem, void> {
  const isFolder = (await stat(path)).isDirectory();
  if (!isFolder) {
    const kind = kindOf(path) ?? refuse(`${path} is not a ${kinds.join(', ')} file`);
    yield* importFile({ path, name: basename(path), kind }, options);
    return;
  }
  const names = (await listFiles(path, '', 0)).sort(compareCodePoints);
  if (names.length === 0) refuse(`no ${kinds.join(', ')} file in ${path}`);
  for (const name of names) {
    yield* importFile({ path: join(path, name), name, kind: kindOf(name)! }, options);
  }
}

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

const kinds = ['.txt', '.md', '.jsonl', '.csv', '.parquet'] as const;
type Kind = (typeof kinds)[number];
const packings = /\.(gz|zst)$/i;

/** Parquet is packed inside. */
function kindOf(name: string): Kind | null {
  const bare = name.toLowerCase().replace(packings, '');
  const kind = kinds.find((one) => bare.endsWith(one)) ?? null;
  return kind === '.parquet' && packings.test(name) ? null : kind;
}

/** Links are not followed. */
async function listFiles(folder: string, below: string, depth: number): Promise<string[]> {
  if (depth > itemLimits.folderDepthMax) refuse(`${below} is too deep`);
  const names: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      for (const one of await listFiles(folder, name, depth + 1)) names.push(one);
    } else if (entry.isFile() && kindOf(entry.name)) names.push(name);
    if (names.length > itemLimits.folderFilesMax) {
      refuse(`more than ${itemLimits.folderFilesMax} files`);
    }
  }
  return names;
}

async function* importFile(
  file: { path: string; name: string; kind: Kind },
  options: ImportOptions,
): AsyncGenerator<TextItem, void> {
  const { path, name, kind } = file;
  if (kind === '.jsonl') yield* jsonLines(path);
  else if (kind === '.csv') yield* csvRows(path, options);
  else if (kind === '.parquet') yield* parquetRows(path, options);
  else yield { name: name.replace(packings, ''), text: await wholeText(path) };
}

async function* parquetRows(path: string, options: ImportOptions): AsyncGenerator<TextItem, void> {
  // The reader loads with the first file that needs it.
  const { readParquet } = await import('./import-parquet.js');
  const rows = readParquet(path, options);
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

async function wholeText(path: string): Promise<string> {
  let text = '';
  for await (const piece of textOf(path)) {
    text += piece;
    if (text.length > itemLimits.itemBytesMax) {
      refuse(`${path} has more than ${itemLimits.itemBytesMax} characters, one item's most`);
    }
  }
  return text;
}

/** A JSON object with a field `text` and otherwise texts and integers; empty lines are skipped. */
async function* jsonLines(path: string): AsyncGenerator<TextItem, void> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === '') continue;
    try {
      yield checkItem(JSON.parse(line));
    } catch (error) {
      refuse(`${path} line ${number}: ${(error as Error).message}`);
    }
  }
}

async function* csvRows(path: string, options: ImportOptions): AsyncGenerator<TextItem, void> {
  let columns = { text: '', kept: [] as string[] };
  const check = (header: readonly string[]) => (columns = chooseColumns(header, options));
  try {
    for await (const { row, line } of readCsv(textOf(path), itemLimits.itemBytesMax, check)) {
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

async function* linesOf(path: string): AsyncGenerator<string, void> {
  let rest = '';
  for await (const piece of textOf(path)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > itemLimits.itemBytesMax) {
      refuse(`${path} has a line of more than ${itemLimits.itemBytesMax} characters`);
    }
  }
  if (rest !== '') yield rest;
}

/** Its text piece by piece, unpacked, a byte order mark taken off. */
async function* textOf(path: string): AsyncGenerator<string, void> {
  const raw = createReadStream(path, { highWaterMark: 2 ** 20 });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  try {
    for await (const piece of unpack(path, raw)) {
      bytes += piece.length;
      if (bytes > itemLimits.datasetBytesMax) {
        refuse(`${path} has more than ${itemLimits.datasetBytesMax} bytes of text`);
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

function refuse(why: string): never {
  throw new Error(`BAD_IMPORT: ${why}; mend the files and import them again`);
}
