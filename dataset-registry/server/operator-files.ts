/**
 * What the operator of a registry writes by hand beside the blobs, read again when it changes:
 * `denylist.txt` (one digest a line, then why) and `index.json` (names for digests: hints, nothing
 * that a reader may trust).
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDigest, type Digest } from '../digest/digest.js';
import { denylistLinesMax, indexNamesMax } from './limits.js';

/** Digest → reason. A line that cannot be read denies everything until it is mended. */
export function openDenylist(dataDir: string): () => Promise<ReadonlyMap<Digest, string>> {
  return rereadWhenChanged(join(dataDir, 'denylist.txt'), (text) => {
    const denied = new Map<Digest, string>();
    const lines = text.split('\n');
    if (lines.length > denylistLinesMax) throw new Error(`more than ${denylistLinesMax} lines`);
    for (const [i, line] of lines.entries()) {
      const [digest, ...why] = line.trim().split(/\s+/);
      if (!digest || digest.startsWith('#')) continue;
      if (!isDigest(digest)) throw new Error(`line ${i + 1} does not start with a digest`);
      denied.set(digest, why.join(' ') || 'no reason given');
    }
    return denied;
  });
}

export function openIndex(dataDir: string): () => Promise<ReadonlyMap<string, Digest>> {
  return rereadWhenChanged(join(dataDir, 'index.json'), (text) => {
    const entries = Object.entries(text === '' ? {} : (JSON.parse(text) as object));
    if (entries.length > indexNamesMax) throw new Error(`more than ${indexNamesMax} names`);
    return new Map(entries.filter((entry): entry is [string, Digest] => isDigest(entry[1])));
  });
}

function rereadWhenChanged<T>(path: string, parse: (text: string) => T): () => Promise<T> {
  let last: { stamp: string; value: T } | null = null;
  return async () => {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    const stamp = found ? `${found.mtimeMs} ${found.size} ${found.ino}` : 'absent';
    if (last?.stamp !== stamp) {
      try {
        last = { stamp, value: parse(found ? await readFile(path, 'utf8') : '') };
      } catch (error) {
        throw new Error(`BAD_OPERATOR_FILE: ${path}: ${(error as Error).message}; mend it`, {
          cause: error,
        });
      }
    }
    return last.value;
  };
}
