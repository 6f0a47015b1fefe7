/**
 * Where a raw dataset comes from: a folder, or one file, listed once and then read in order, item by item,
 * with a place in it from which another process goes on. A file that is written to, or replaced, between the
 * list and its end is refused: nobody could say later what it was that was read.
 */
import { createHash } from 'node:crypto';
import { parseDigest, type Digest } from '../digest/digest.js';
import { listImport, refuseImport, stampOf, type ImportFile } from './import-files.js';
import { importFile, type ImportOptions } from './import-text.js';
import type { TextItem } from './text-item.js';

/** A file by its number in the list, and an item of it by its number there. */
export interface ImportPlace {
  readonly file: number;
  readonly item: number;
}

/** Raised when the same files give other items. */
const importVersion = 1;

export class ImportSource {
  /** Of the files as they lie on the disk. */
  readonly totalBytes: number;
  /** Of the item that came last. */
  place: ImportPlace = { file: 0, item: 0 };
  private wholeBytes = 0;
  private partBytes = 0;

  private constructor(
    private readonly files: readonly ImportFile[],
    private readonly options: ImportOptions,
    /** Files and links of the folder that are not read, by name. */
    readonly passedOver: readonly string[] = [],
  ) {
    this.totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Errors: `BAD_IMPORT`, those of the disk. */
  static async open(path: string, options: ImportOptions = {}): Promise<ImportSource> {
    const { files, passedOver } = await listImport(path);
    return new ImportSource(files, options, passedOver);
  }

  /** Of files that were listed otherwise, each read in its own way. */
  static of(files: readonly ImportFile[]): ImportSource {
    return new ImportSource(files, {});
  }

  /** So many of `totalBytes` were read. */
  get readBytes(): number {
    return this.wholeBytes + this.partBytes;
  }

  /** The same while the same files, unchanged, are read in the same way. */
  fingerprint(): Digest {
    const hash = createHash('sha256');
    const line = (json: unknown) => hash.update(`${JSON.stringify(json)}\n`);
    line([importVersion]);
    for (const { name, stamp, options } of this.files) {
      const { textColumn = null, keepColumns = null } = options ?? this.options;
      line([name, stamp, textColumn, keepColumns]);
    }
    return parseDigest(`sha256:${hash.digest('hex')}`);
  }

  /** From a place that an earlier source of the same fingerprint had. Error: `BAD_IMPORT`. */
  items(from: ImportPlace = { file: 0, item: 0 }): AsyncGenerator<TextItem, void> {
    this.wholeBytes = this.files.slice(0, from.file).reduce((sum, { bytes }) => sum + bytes, 0);
    return this.read(from);
  }

  private async *read(from: ImportPlace): AsyncGenerator<TextItem, void> {
    for (const [at, file] of this.files.entries()) {
      if (at < from.file) continue;
      const skipped = at === from.file ? from.item : 0;
      await refuseChanged(file);
      let item = 0;
      const options = file.options ?? this.options;
      for await (const one of importFile(file, options, (read) => (this.partBytes = read))) {
        this.place = { file: at, item: item++ };
        // Read again, but neither hashed nor stored: that is what takes the time.
        if (item > skipped) yield one;
      }
      await refuseChanged(file);
      this.partBytes = 0;
      this.wholeBytes += file.bytes;
    }
  }
}

/** All items of a file or a folder. Error: `BAD_IMPORT`. */
export async function* importPath(
  path: string,
  options: ImportOptions = {},
): AsyncGenerator<TextItem, void> {
  yield* (await ImportSource.open(path, options)).items();
}

async function refuseChanged({ path, stamp }: ImportFile): Promise<void> {
  const now = await stampOf(path).catch(() => null);
  if (now?.stamp !== stamp) refuseImport(`${path} changed while it was read`);
}
