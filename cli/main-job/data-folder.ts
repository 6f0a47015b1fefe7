/**
 * The main job starts from nothing, so it empties its folder; but only a folder that it made. What
 * somebody else keeps there stays.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';

const mark = '.made-by-the-main-job';

/** An empty folder with our mark. Error: `FOLDER_NOT_OURS`. */
export async function takeDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  if (names.length > 0 && !names.includes(mark)) {
    throw new CliError(
      exitCodes.usage,
      `FOLDER_NOT_OURS: ${folder} holds files that the main job did not write; name an empty ` +
        'folder with --data',
    );
  }
  await writeFile(join(folder, mark), '');
  // The mark stays throughout: whoever is stopped here can start again.
  for (const name of names) {
    if (name !== mark) await rm(join(folder, name), { recursive: true });
  }
}
