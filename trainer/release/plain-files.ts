/** What lies in a release folder, listed and opened so that nothing outside of it is read. */
import { constants } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestLimits } from '@commonweights/dataset-registry/digest/manifest.js';
import { ReleaseFault } from './finding-codes.js';
import { FOLDER_DEPTH_MAX } from './limits.js';

/** Size by path. Links and devices are refused: what they point at is not part of the folder. */
export async function listFolder(dir: string): Promise<Map<string, number>> {
  const found = await lstat(dir).catch(() => null);
  if (!found?.isDirectory()) throw unreadable(`${dir} is not a folder`);
  const sizes = new Map<string, number>();
  const walk = async (prefix: string, depth: number): Promise<void> => {
    if (depth > FOLDER_DEPTH_MAX) throw unreadable(`${prefix} lies too deep`);
    for (const entry of await readdir(join(dir, prefix), { withFileTypes: true })) {
      const path = prefix ? `${prefix}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        await walk(path, depth + 1);
        continue;
      }
      if (!entry.isFile()) throw unreadable(`${path} is a link or a device`);
      if (sizes.size > manifestLimits.filesMax) throw unreadable('it has too many files');
      sizes.set(path, (await lstat(join(dir, path))).size);
    }
  };
  await walk('', 0);
  return sizes;
}

export function openPlain(file: string, path: string): Promise<FileHandle> {
  // Between the listing and now it may have become a link; Windows has no such flag.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
  return open(file, flags).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(`${path} cannot be opened (${error.code})`);
  });
}

export function changed(path: string): ReleaseFault {
  return new ReleaseFault(
    'FILE_CHANGED_WHILE_READ',
    `BAD_FOLDER: ${path} changed while it was read; verify a folder to which nobody writes`,
  );
}

export function unreadable(facts: string): ReleaseFault {
  return new ReleaseFault(
    'FOLDER_UNREADABLE',
    `BAD_FOLDER: ${facts}; pull the release again into an empty folder`,
  );
}
