/**
 * A text dataset is a list of items, one document each with a little metadata, in files of canonical
 * JSON, one item a line. An item's digest is that of its line without the line feed, so that the
 * same document has the same digest wherever it stands.
 *
 * Law: `decodeItems(encodeItems(items).files)` equals `items`.
 */
import { canonicalBytes } from '../digest/canonical.js';
import { digestOf, type Digest } from '../digest/digest.js';
import type { NamedFile } from '../store/manifest-store.js';
import { itemLimits } from './limits.js';

export interface TextItem {
  readonly text: string;
  /** Metadata: year, author, file name. */
  readonly [field: string]: string | number;
}

/** Files of a dataset and the digests of its items, in order. */
export interface DatasetContent {
  files: NamedFile[];
  items: Digest[];
}

/** Canonical bytes of an item. Throws `BAD_ITEM`. */
export function encodeItem(item: TextItem): Uint8Array {
  const bytes = canonicalBytes(checkItem(item));
  if (bytes.length > itemLimits.itemBytesMax) {
    refuse(`${bytes.length} bytes, at most ${itemLimits.itemBytesMax} fit one item; split it`);
  }
  return bytes;
}

export function encodeItems(items: readonly TextItem[]): DatasetContent {
  const open = new ItemFiles();
  const files: NamedFile[] = [];
  const digests: Digest[] = [];
  for (const item of items) {
    const { digest, full } = open.add(item);
    digests.push(digest);
    if (full) files.push(full);
  }
  files.push(open.end());
  return { files, items: digests };
}

/** Cuts items into files, one item after the other. What is in memory is the file that is open. */
export class ItemFiles {
  private open: Uint8Array<ArrayBuffer> = new Uint8Array(2 ** 16);
  /** Where the next file is written while this one is still read; null: each has bytes of its own. */
  private spare: Uint8Array<ArrayBuffer> | null;
  private size = 0;
  private files: number;
  private items: number;
  private readonly itemsMax: number;
  private readonly fileBytesMax: number;

  /**
   * `files`, `items`: how many there are already. `isStream`: a file's bytes are good until the next file is
   * done, so that two are in memory however many there are.
   */
  constructor(
    it: {
      itemsMax?: number;
      fileBytesMax?: number;
      files?: number;
      items?: number;
      isStream?: boolean;
    } = {},
  ) {
    this.spare = it.isStream ? new Uint8Array(2 ** 16) : null;
    this.itemsMax = it.itemsMax ?? itemLimits.itemsMax;
    this.fileBytesMax = it.fileBytesMax ?? itemLimits.fileBytesMax;
    this.files = it.files ?? 0;
    this.items = it.items ?? 0;
  }

  /** `full`: a file that is done, which the item began another after. Errors: `BAD_ITEM`, `TOO_MANY_ITEMS`. */
  add(item: TextItem): { digest: Digest; full: NamedFile | null } {
    if (++this.items > this.itemsMax) {
      throw new Error(`TOO_MANY_ITEMS: more than ${this.itemsMax}; cut it into several`);
    }
    const line = encodeItem(item);
    const isFull = this.size > 0 && this.size + line.length + 1 > this.fileBytesMax;
    const full = isFull ? this.cut() : null;
    this.makeRoom(line.length + 1);
    this.open.set(line, this.size);
    this.open[this.size + line.length] = lineFeed;
    this.size += line.length + 1;
    return { digest: digestOf(line), full };
  }

  /** The last file. Error: `EMPTY_DATASET`. */
  end(): NamedFile {
    if (this.items === 0)
      throw new Error(
        'EMPTY_DATASET: no item is there; give a file that has some, or loosen the filter',
      );
    return this.cut();
  }

  private makeRoom(bytes: number): void {
    if (this.size + bytes <= this.open.length) return;
    const larger = new Uint8Array(Math.max(2 * this.open.length, this.size + bytes));
    larger.set(this.open.subarray(0, this.size));
    this.open = larger;
  }

  private cut(): NamedFile {
    const bytes = this.spare ? this.open.subarray(0, this.size) : this.open.slice(0, this.size);
    if (this.spare) [this.open, this.spare] = [this.spare, this.open];
    this.size = 0;
    return { path: itemsPath(this.files++), bytes };
  }
}

/** Items and their digests, from the files in order. Throws `BAD_ITEM` unless canonical. */
export function decodeItems(files: readonly NamedFile[]): { items: TextItem[]; digests: Digest[] } {
  const items: TextItem[] = [];
  const digests: Digest[] = [];
  for (const { path, bytes } of files) {
    if (path !== itemsPath(files.findIndex((file) => file.path === path))) {
      refuse(`file ${path} stands where ${itemsPath(0)} and so on were expected`);
    }
    for (const { item, digest } of decodeItemFile(path, bytes)) {
      items.push(item);
      digests.push(digest);
      if (items.length > itemLimits.itemsMax) refuse(`more than ${itemLimits.itemsMax} items`);
    }
  }
  return { items, digests };
}

/** The items of one file, in order. Throws `BAD_ITEM` unless canonical. */
export function* decodeItemFile(
  path: string,
  bytes: Uint8Array,
): Generator<{ item: TextItem; digest: Digest }, void> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(lineFeed, start);
    if (end < 0) refuse(`${path} does not end with a line feed`);
    const line = bytes.subarray(start, end);
    yield { item: decodeItem(line), digest: digestOf(line) };
    start = end + 1;
  }
}

export function isItemsPath(path: string): boolean {
  return /^items-\d{5}\.jsonl$/.test(path);
}

/** The item if it is one. Throws `BAD_ITEM`. */
export function checkItem(json: unknown): TextItem {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuse('it is no object');
  const entries = Object.entries(json);
  if (entries.length > itemLimits.fieldsMax) refuse(`more than ${itemLimits.fieldsMax} fields`);
  for (const [field, value] of entries) {
    if (!isFieldName(field)) refuse(`field name ${JSON.stringify(field)}`);
    const plain = typeof value === 'string' ? isWellFormed(value) : Number.isSafeInteger(value);
    if (!plain) refuse(`field "${field}" is neither well-formed text nor an integer`);
  }
  if (typeof (json as Partial<TextItem>).text !== 'string') refuse('it has no field "text"');
  return json as TextItem;
}

export function isFieldName(name: string): boolean {
  return /^[a-z][A-Za-z0-9_]{0,39}$/.test(name);
}

/** No unpaired surrogate: such a text has no UTF-8 and no canonical JSON. */
export function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

const lineFeed = 0x0a;

export function itemsPath(index: number): string {
  return `items-${String(index).padStart(5, '0')}.jsonl`;
}

/** The item that these bytes are the one spelling of. Throws `BAD_ITEM`. */
export function decodeItem(line: Uint8Array): TextItem {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line));
  } catch {
    refuse('it is not JSON in UTF-8');
  }
  const item = checkItem(json);
  const canonical = canonicalBytes(item);
  if (canonical.length !== line.length || canonical.some((byte, i) => byte !== line[i])) {
    refuse('it is not in canonical form (RFC 8785)');
  }
  return item;
}

function refuse(why: string): never {
  throw new Error(`BAD_ITEM: ${why}; mend the source and import it again`);
}
