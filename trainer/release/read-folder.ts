/** A release folder as bytes by path, each file read once. Links and devices are refused. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestLimits } from '@commonweights/dataset-registry/digest/manifest.js';
import { FILE_BYTES_MAX, FOLDER_DEPTH_MAX } from './limits.js';

/** Errors: `FOLDER_MISSING`, `BAD_FOLDER`. */
export async function readFolder(dir: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const found = await lstat(dir).catch(() => null);
  if (!found?.isDirectory()) {
    throw new Error(`FOLDER_MISSING: ${dir} is not a folder; name the folder of a pulled release`);
  }
  await readInto(files, dir, '', 0);
  return files;
}

async function readInto(
  files: Map<string, Uint8Array>,
  dir: string,
  prefix: string,
  depth: number,
): Promise<void> {
  if (depth > FOLDER_DEPTH_MAX) throw bad(`${prefix} lies too deep`);
  for (const entry of await readdir(join(dir, prefix), { withFileTypes: true })) {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      await readInto(files, dir, path, depth + 1);
      continue;
    }
    if (!entry.isFile()) throw bad(`${path} is a link or a device`);
    if (files.size > manifestLimits.filesMax) throw bad('it has too many files');
    const { size } = await lstat(join(dir, path));
    if (size > FILE_BYTES_MAX) throw bad(`${path} has ${size} bytes`);
    files.set(path, new Uint8Array(await readFile(join(dir, path))));
  }
}

function bad(facts: string): Error {
  return new Error(`BAD_FOLDER: ${facts}; pull the release again into an empty folder`);
}
