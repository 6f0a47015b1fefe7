/** A small file that is whole or as it was before, whenever the process is killed or the power is cut. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** On the disk itself when this returns, under its name. Its folder has to be there. */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  { mode = 0o666 } = {},
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = await open(draft, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** A name is an entry of its folder, which is on its way to the disk on its own. */
async function syncFolder(folder: string): Promise<void> {
  // Where folders cannot be opened (Windows) the system does this by itself.
  const handle = await open(folder, 'r').catch(() => null);
  try {
    await handle?.sync().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EINVAL' && error.code !== 'EPERM') throw error;
    });
  } finally {
    await handle?.close();
  }
}
