/** Files that a user hands to a command: there, small enough, and the JSON or text that is wanted. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** No document that a person writes for a command comes near this. */
const jsonBytesMax = 1 << 20;

/** Errors: `FILE_MISSING`, `BAD_FILE` with where the JSON breaks. */
export async function readJsonFile(
  cwd: string,
  name: string,
  bytesMax = jsonBytesMax,
): Promise<unknown> {
  const bytes = await readBytesFile(cwd, name, bytesMax);
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch (error) {
    throw badFile(resolve(cwd, name), `is not JSON (${(error as Error).message})`);
  }
}

/** Errors: `FILE_MISSING`, `BAD_FILE` when it is too large. */
export async function readBytesFile(
  cwd: string,
  name: string,
  bytesMax: number,
): Promise<Uint8Array> {
  const file = resolve(cwd, name);
  const { size } = await stat(file);
  if (size > bytesMax) throw badFile(file, `has ${size} bytes, at most ${bytesMax} are read`);
  return new Uint8Array(await readFile(file));
}

function badFile(file: string, why: string): CliError {
  return new CliError(exitCodes.badInput, `BAD_FILE: ${file} ${why}; check it and try again`);
}

/** The file's text, a byte order mark taken off. Errors: `FILE_MISSING`, `BAD_FILE` with the byte. */
export async function readTextFile(cwd: string, name: string): Promise<string> {
  const file = resolve(cwd, name);
  const bytes = await readFile(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const at = firstBadByte(bytes);
    throw new CliError(
      exitCodes.badInput,
      `BAD_FILE: ${file} is not UTF-8: byte ${at} (from 0) is 0x${bytes[at]!.toString(16)}, and ` +
        'fits no character there; save it as UTF-8 and try again',
      { cause: error },
    );
  }
}

/** Where the first sequence begins that is no character; there is one. */
function firstBadByte(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf('\ufffd', from);
    offset += Buffer.byteLength(text.slice(from, at));
    // The replacement character itself may stand in a text, spelled as it should be.
    if (bytes.toString('latin1', offset, offset + 3) !== '\xef\xbf\xbd') return offset;
    offset += 3;
    from = at + 1;
  }
}
