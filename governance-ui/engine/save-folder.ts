/**
 * Verified files into a folder that somebody chose: whole, in a new folder of their own, or not at all.
 * The part of the File System Access interface that it takes, so that it is tested without a browser.
 */
import type { FileMap } from '@commonweights/trainer/release/release-files.js';

export interface FileHandle {
  createWritable(): Promise<{ write(bytes: Uint8Array): Promise<void>; close(): Promise<void> }>;
}

export interface FolderHandle {
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<FolderHandle>;
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileHandle>;
  removeEntry(name: string, options?: { recursive?: boolean }): Promise<void>;
}

/** Errors: `FOLDER_EXISTS`, `NOT_SAVED`; then nothing is left of it. */
export async function saveFolder(
  files: FileMap,
  it: { folder: FolderHandle; name: string },
): Promise<void> {
  const { folder, name } = it;
  if (
    await folder.getDirectoryHandle(name).then(
      () => true,
      () => false,
    )
  ) {
    throw new Error(
      `FOLDER_EXISTS: there is a ${name} already; remove it, or choose another folder`,
    );
  }
  const target = await folder.getDirectoryHandle(name, { create: true });
  try {
    for (const [path, bytes] of files) await saveFile(target, path, bytes);
  } catch (error) {
    await folder.removeEntry(name, { recursive: true });
    const why = (error as Error).message;
    throw new Error(`NOT_SAVED: ${why}; free some space, or choose another folder`, {
      cause: error,
    });
  }
}

async function saveFile(target: FolderHandle, path: string, bytes: Uint8Array): Promise<void> {
  const names = path.split('/');
  let parent = target;
  for (const name of names.slice(0, -1)) {
    parent = await parent.getDirectoryHandle(name, { create: true });
  }
  const file = await parent.getFileHandle(names.at(-1)!, { create: true });
  const out = await file.createWritable();
  await out.write(bytes);
  await out.close();
}
