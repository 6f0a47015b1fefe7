/** A worker's notebook as a file: what was written survives a kill and a power cut, old or new. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
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
      const partial = `${path}.partial`;
      const file = await open(partial, 'w');
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, path);
    },
  };
}
