/** The files of an import: one, or all of the known kinds below a folder, in order of their paths. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compareCodePoints } from '../digest/safe-path.js';
import type { ColumnChoice } from './columns.js';
import { itemLimits } from './limits.js';

const kinds = ['.txt', '.md', '.jsonl', '.csv', '.parquet'] as const;
type Kind = (typeof kinds)[number];

/** Endings of files that are packed. */
export const packings = /\.(gz|zst)$/i;

export interface ImportFile {
  readonly path: string;
  /** Below the folder, with slashes. */
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: number;
  /** How this one is read, where not as all are. */
  readonly options?: ColumnChoice;
  /** Another one when the file is another, or was written to. */
  readonly stamp: string;
}

/** `passedOver`: what of a folder is none of it, by name: other kinds of files, and links. */
export interface ImportList {
  readonly files: readonly ImportFile[];
  readonly passedOver: readonly string[];
}

/** Errors: `BAD_IMPORT`, those of the disk. */
export async function listImport(path: string): Promise<ImportList> {
  if (!(await stat(path)).isDirectory()) {
    const kind = kindOf(path) ?? refuseImport(`${path} is not a ${kinds.join(', ')} file`);
    const file = { path, name: basename(path), kind, ...(await stampOf(path)) };
    return { files: [file], passedOver: [] };
  }
  const passedOver: string[] = [];
  const names = (await listNames(path, '', 0, passedOver)).sort(compareCodePoints);
  if (names.length === 0) refuseImport(`no ${kinds.join(', ')} file in ${path}`);
  const files: ImportFile[] = [];
  for (const name of names) {
    const stamp = await stampOf(join(path, name));
    files.push({ path: join(path, name), name, kind: kindOf(name)!, ...stamp });
  }
  return { files, passedOver: passedOver.sort(compareCodePoints) };
}

export async function stampOf(path: string): Promise<Pick<ImportFile, 'bytes' | 'stamp'>> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true });
  return { bytes: Number(size), stamp: `${size} ${mtimeNs} ${ino}` };
}

/** Parquet is packed inside. */
function kindOf(name: string): Kind | null {
  const bare = name.toLowerCase().replace(packings, '');
  const kind = kinds.find((one) => bare.endsWith(one)) ?? null;
  return kind === '.parquet' && packings.test(name) ? null : kind;
}

/** Links are not followed. */
async function listNames(
  folder: string,
  below: string,
  depth: number,
  passedOver: string[],
): Promise<string[]> {
  if (depth > itemLimits.folderDepthMax) refuseImport(`${below} is too deep`);
  const names: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      for (const one of await listNames(folder, name, depth + 1, passedOver)) names.push(one);
    } else if (entry.isFile() && kindOf(entry.name)) names.push(name);
    // Of more than these nobody reads a list.
    else if (passedOver.length < itemLimits.folderFilesMax) passedOver.push(name);
    if (names.length > itemLimits.folderFilesMax) {
      refuseImport(`more than ${itemLimits.folderFilesMax} files`);
    }
  }
  return names;
}

export function refuseImport(why: string): never {
  throw new Error(`BAD_IMPORT: ${why}; mend the files and import them again`);
}
