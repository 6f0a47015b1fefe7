/** Files that a user hands to a command: there, small enough, and the JSON that is wanted. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** No document that a person writes for a command comes near this. */
const jsonBytesMax = 1 << 20;

/** Errors: `FILE_MISSING`, `BAD_FILE` with where the JSON breaks. */
export async function readJsonFile(cwd: string, name: string): Promise<unknown> {
  const file = resolve(cwd, name);
  const { size } = await stat(file);
  const bad = (why: string) =>
    new CliError(exitCodes.badInput, `BAD_FILE: ${file} ${why}; check it and try again`);
  if (size > jsonBytesMax) throw bad(`has ${size} bytes, at most ${jsonBytesMax} are read`);
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw bad(`is not JSON (${(error as Error).message})`);
  }
}
