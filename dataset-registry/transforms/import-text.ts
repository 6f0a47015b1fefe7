/** Raw datasets from what people have: a folder of text files, or JSON lines. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from '../digest/safe-path.js';
import { itemLimits } from './limits.js';
import { checkItem, type TextItem } from './text-item.js';

/**
 * One item per `.txt` file below the folder, `{ name, text }`, in order of their relative paths.
 * Links are not followed. Throws `BAD_IMPORT`.
 */
export async function importTextFolder(folder: string): Promise<TextItem[]> {
  const names = await listTextFiles(folder, '', 0);
  if (names.length === 0) refuse(`no .txt file in ${folder}`);
  const items: TextItem[] = [];
  let bytes = 0;
  for (const name of names.sort(compareCodePoints)) {
    const text = await readText(join(folder, name));
    bytes += text.length;
    if (bytes > itemLimits.datasetBytesMax) refuse(`more than ${itemLimits.datasetBytesMax} bytes`);
    items.push({ name, text });
  }
  return items;
}

/**
 * One item per line: a JSON object with a field `text` and otherwise texts and integers; empty
 * lines are skipped. Throws `BAD_IMPORT` with the line's number.
 */
export async function importJsonLines(path: string): Promise<TextItem[]> {
  const lines = (await readText(path)).split('\n');
  const items: TextItem[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    if (items.length === itemLimits.itemsMax) refuse(`more than ${itemLimits.itemsMax} items`);
    try {
      items.push(checkItem(JSON.parse(line)));
    } catch (error) {
      refuse(`${path} line ${i + 1}: ${(error as Error).message}`);
    }
  }
  if (items.length === 0) refuse(`no item in ${path}`);
  return items;
}

async function listTextFiles(folder: string, below: string, depth: number): Promise<string[]> {
  if (depth > itemLimits.folderDepthMax) refuse(`${below} is too deep`);
  const names: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) names.push(...(await listTextFiles(folder, name, depth + 1)));
    else if (entry.isFile() && entry.name.endsWith('.txt')) names.push(name);
    if (names.length > itemLimits.folderFilesMax) {
      refuse(`more than ${itemLimits.folderFilesMax} files`);
    }
  }
  return names;
}

async function readText(path: string): Promise<string> {
  const { size } = await lstat(path);
  if (size > itemLimits.fileBytesMax) {
    refuse(`${path} has ${size} bytes, at most ${itemLimits.fileBytesMax} are read; split it`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) refuse(`${path} is not UTF-8`);
    throw error;
  }
}

function refuse(why: string): never {
  throw new Error(`BAD_IMPORT: ${why}; mend the files and import them again`);
}
