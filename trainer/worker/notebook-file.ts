/** A worker's notebook as a file: what was written survives a kill and a power cut, old or new. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeWhole } from '@commonweights/dataset-registry/store/whole-file.js';
import type { Notebook } from './kept-work.js';

export function notebookFile(path: string): Notebook {
  return {
    read: () =>
      readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      }),
    write: async (text) => {
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, text);
    },
  };
}
