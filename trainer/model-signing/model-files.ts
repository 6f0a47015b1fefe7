/**
 * The files of a model folder with their hashes, read as a stream. What is signed is what lies in
 * the folder: names are taken from the disk, never from a signature, so that no signature can make
 * us open a path outside. Links are refused, for what they point at is not part of the folder.
 */
import { createHash } from 'node:crypto';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from '@commonweights/dataset-registry/digest/safe-path.js';
import { SigningRefusal } from './refusal.js';

export interface ModelFile {
  /** Relative, with slashes on every system. */
  readonly path: string;
  readonly bytes: number;
}

export interface ModelFolder {
  /** By code point of the path. */
  readonly files: readonly ModelFile[];
  /** What lies in the folder and is left out. */
  readonly ignored: readonly string[];
}

/** As `hash_type` of a statement names them, and Node's hashes. */
export const hashTypes = { sha256: 'sha256', blake2b: 'blake2b512' } as const;
export type HashType = keyof typeof hashTypes;

/** Far above any model; a folder that somebody filled on purpose ends here. */
const filesMax = 200_000;
const depthMax = 64;
const readBytes = 1 << 20;

/** `ignore`: relative paths; a folder's name leaves out what is below it. Error: `BAD_MODEL_FOLDER`. */
export async function listModelFiles(dir: string, ignore: readonly string[]): Promise<ModelFolder> {
  const found = await lstat(dir).catch(() => null);
  if (!found?.isDirectory()) {
    throw new SigningRefusal('BAD_MODEL_FOLDER', `${dir} is not a folder; name a model's folder`);
  }
  const left = new Set(ignore.map((path) => path.replace(/\/+$/, '')));
  const files: ModelFile[] = [];
  const ignored: string[] = [];
  const walk = async (below: string, depth: number): Promise<void> => {
    if (depth > depthMax) throw bad(`${below} lies deeper than ${depthMax} folders`);
    for (const entry of await readdir(join(dir, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (left.has(path)) ignored.push(path);
      else if (entry.isDirectory()) await walk(path, depth + 1);
      else if (entry.isFile()) files.push({ path, bytes: (await lstat(join(dir, path))).size });
      else throw bad(`${path} is a link or a device`);
      if (files.length > filesMax) throw bad(`it has more than ${filesMax} files`);
    }
  };
  await walk('', 0);
  files.sort((a, b) => compareCodePoints(a.path, b.path));
  return { files, ignored: ignored.sort(compareCodePoints) };
}

/** Hex hash of bytes `start` to `end` (not included) of a file. */
export async function hashRange(
  file: string,
  it: {
    type: HashType;
    start: number;
    end: number;
    /** Of the whole file, as it was listed. */
    bytes: number;
    onBytes?: ((count: number) => void) | undefined;
  },
): Promise<string> {
  const hash = createHash(hashTypes[it.type]);
  const handle = await open(file, 'r');
  try {
    const before = await handle.stat({ bigint: true });
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, Math.max(1, it.end - it.start)));
    for (let at = it.start; at < it.end;) {
      const want = Math.min(buffer.length, it.end - at);
      const { bytesRead } = await handle.read(buffer, 0, want, at);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
      it.onBytes?.(bytesRead);
    }
    const after = await handle.stat({ bigint: true });
    // A hash over half old and half new bytes is the hash of no file.
    const same = (['size', 'mtimeNs', 'ctimeNs'] as const).every(
      (name) => before[name] === after[name],
    );
    // What came after it was listed would be in the folder, and in no hash.
    if (!same || before.size !== BigInt(it.bytes)) {
      throw bad(`${file} changed while it was read`);
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

function bad(facts: string): SigningRefusal {
  return new SigningRefusal('BAD_MODEL_FOLDER', `${facts}; sign and verify a plain, quiet copy`);
}
