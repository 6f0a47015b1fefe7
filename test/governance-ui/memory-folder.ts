/** A folder as browsers hand out, in memory; files are there once they are closed. */
import type { FolderHandle } from '@commonweights/governance-ui/engine/save-folder.js';

export interface MemoryFolder extends FolderHandle {
  /** Path and bytes of all that is below it. */
  files(): [string, Uint8Array][];
}

/** `bytesMax`: of one file, more is refused as a full disk refuses it. */
export function memoryFolder(bytesMax = Infinity): MemoryFolder {
  const folders = new Map<string, MemoryFolder>();
  const files = new Map<string, Uint8Array>();
  const missing = () => Promise.reject(new Error('NotFoundError: it is not there'));
  return {
    files: () => [
      ...files,
      ...[...folders].flatMap(([name, folder]) =>
        folder.files().map(([path, bytes]): [string, Uint8Array] => [`${name}/${path}`, bytes]),
      ),
    ],
    getDirectoryHandle: async (name, { create = false } = {}) => {
      if (!folders.has(name) && create) folders.set(name, memoryFolder(bytesMax));
      return folders.get(name) ?? missing();
    },
    getFileHandle: async (name, { create = false } = {}) => {
      if (!files.has(name) && !create) return missing();
      return {
        createWritable: async () => {
          let written = new Uint8Array();
          return {
            write: async (bytes) => {
              if (bytes.length > bytesMax) throw new Error('QuotaExceededError: the disk is full');
              written = new Uint8Array(bytes);
            },
            close: async () => void files.set(name, written),
          };
        },
      };
    },
    removeEntry: async (name) => {
      if (!folders.delete(name) && !files.delete(name)) await missing();
    },
  };
}
