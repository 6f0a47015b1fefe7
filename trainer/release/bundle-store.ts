/** A mirror's folder as a source to pull from, without a server: as it is kept, or as it is exported. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { missing, tooLarge } from '@commonweights/dataset-registry/store/blob-errors.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import type { ReleaseSource } from './pull.js';

/** Nothing in it is trusted: whoever pulls checks every chunk. */
export function openBundleStore(dir: string): ReleaseSource['store'] {
  const kept = new FolderStore(join(dir, 'blobs'));
  const exported = (digest: Digest) => join(dir, 'blobs', parseDigest(digest));
  return {
    async get(digest, { maxBytes = Infinity } = {}) {
      if (await kept.has(digest)) return kept.get(digest, { maxBytes });
      const found = await stat(exported(digest)).catch(() => null);
      if (!found?.isFile()) throw missing(digest, dir);
      if (found.size > maxBytes) throw tooLarge(digest, found.size, maxBytes);
      return new Uint8Array(await readFile(exported(digest)));
    },
    async *read(digest, range) {
      if (await kept.has(digest)) {
        yield* kept.read(digest, range);
        return;
      }
      const found = await stat(exported(digest)).catch(() => null);
      if (!found?.isFile()) throw missing(digest, dir);
      yield* createReadStream(exported(digest), { start: range.start, end: range.end - 1 });
    },
  };
}
