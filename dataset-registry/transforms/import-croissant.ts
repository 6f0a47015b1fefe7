/**
 * Items of what a Croissant description names: each of its files is looked for beside it, and otherwise among
 * the blobs of this machine's user, and is taken only when its SHA-256 is the one described.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canonicalBytes } from '../digest/canonical.js';
import type { Digest } from '../digest/digest.js';
import { explainUnsafePath } from '../digest/safe-path.js';
import {
  croissantLimits,
  readCroissant,
  type CroissantFile,
  type CroissantPlan,
} from '../lineage/read-croissant.js';
import { digestOfFile } from '../store/hash-file.js';
import { stampOf, type ImportFile } from './import-files.js';
import { ImportSource } from './import-source.js';

export interface CroissantImport {
  readonly plan: CroissantPlan;
  readonly source: ImportSource;
  /** The description, to be kept as evidence of what is said of the data. */
  readonly document: Uint8Array;
}

export interface CroissantOptions {
  readonly recordSets?: readonly string[];
  readonly textColumn?: string;
  /** Whose accounts may be contributors. */
  readonly network?: string;
  /** Where a blob lies as a file; null: nobody has it. */
  readonly findBlob?: (digest: Digest) => Promise<string | null>;
}

/** Errors: `BAD_CROISSANT`, `CROISSANT_UNSUPPORTED`, those of the disk. */
export async function openCroissant(
  path: string,
  options: CroissantOptions = {},
): Promise<CroissantImport> {
  const json = await readJson(path);
  const plan = readCroissant(json, options);
  const files: ImportFile[] = [];
  for (const { id, file, textColumn, keepColumns } of plan.records) {
    // Lines of JSON carry their fields themselves; what a description says of them is a part at best.
    if (file.kind === '.jsonl' && textColumn !== 'text') {
      throw new Error(
        `CROISSANT_UNSUPPORTED: record set ${id} takes its text from "${textColumn}" of JSON lines; ` +
          'call that field "text", or write CSV or Parquet',
      );
    }
    const found = await findFile(dirname(path), file, options.findBlob);
    const choice = file.kind === '.jsonl' ? {} : { textColumn, keepColumns };
    files.push({ ...found, name: file.id, kind: file.kind, options: choice });
  }
  return { plan, source: ImportSource.of(files), document: canonicalBytes(json) };
}

async function readJson(path: string): Promise<unknown> {
  const { size } = await stat(path);
  const refuse = (why: string) => new Error(`BAD_CROISSANT: ${path} ${why}; name another file`);
  if (size > croissantLimits.bytesMax) throw refuse(`has ${size} bytes`);
  try {
    const bytes = await readFile(path);
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if ('syscall' in (error as object)) throw error;
    throw refuse('is no JSON in UTF-8');
  }
}

async function findFile(
  folder: string,
  file: CroissantFile,
  findBlob: CroissantOptions['findBlob'],
): Promise<Pick<ImportFile, 'path' | 'bytes' | 'stamp'>> {
  const { id, contentUrl, digest } = file;
  const isAddress = /^[a-z][a-z0-9+.-]*:/i.test(contentUrl);
  const names = isAddress ? [id, basename(contentUrl)] : [contentUrl];
  let other: string | null = null;
  for (const name of new Set(names)) {
    if (explainUnsafePath(name) !== null) continue;
    const path = join(folder, name);
    const stamp = await stampOf(path).catch(() => null);
    if (!stamp) continue;
    const found = await digestOfFile(path);
    if (found === digest) return { path, ...stamp };
    other ??= `${path} is ${found}`;
  }
  const path = await findBlob?.(digest);
  if (path) return { path, ...(await stampOf(path)) };
  const why = other ?? `it is neither beside the description nor a blob that anybody has`;
  throw new Error(
    `BAD_CROISSANT: file ${JSON.stringify(id.slice(0, 100))} should be ${digest}: ${why}; ` +
      'download it into the folder of the description, under its name',
  );
}
