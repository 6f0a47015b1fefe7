/**
 * What `network up` (and the main job) leave behind so that the other commands need no flags: where
 * the local chain and registry listen and who acts by default. The profile lies with the network's
 * data as `network.json`; `.commonweights/current.json` in the folder where the network was started
 * points to it. Commands look for either in their folder and the folders above.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

export interface Profile {
  readonly version: 1;
  readonly network: 'localnet';
  readonly rpcUrl: string;
  readonly contract: string;
  /** Who acts when no --account is given. */
  readonly account: string;
  readonly registry: string | null;
  readonly web: string | null;
  /** Where the local accounts' keys lie, in the `~/.near-credentials` layout. */
  readonly credentials: string;
}

const pointerPath = join('.commonweights', 'current.json');

/** Writes `<dataDir>/network.json` and the pointer in `cwd`. */
export async function writeProfile(it: {
  dataDir: string;
  cwd: string;
  profile: Profile;
}): Promise<string> {
  const file = resolve(it.cwd, it.dataDir, 'network.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(it.profile, null, 2)}\n`);
  const pointer = join(it.cwd, pointerPath);
  await mkdir(dirname(pointer), { recursive: true });
  await writeFile(pointer, `${JSON.stringify({ profile: file })}\n`);
  return file;
}

/** Takes the pointer back, if it still points to that profile. */
export async function dropProfilePointer(it: { cwd: string; file: string }): Promise<void> {
  const pointer = join(it.cwd, pointerPath);
  const current = await readJson(pointer);
  if ((current as { profile?: unknown } | null)?.profile === it.file) await rm(pointer);
}

/** The profile that applies in `cwd`; null when no local network was started there or above. */
export async function findProfile(cwd: string): Promise<Profile | null> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const here = await readJson(join(folder, 'network.json')).catch(() => null);
    if (isProfile(here)) return here;
    const pointer = await readJson(join(folder, pointerPath));
    if (pointer !== null) {
      const file = (pointer as { profile?: unknown }).profile;
      if (typeof file === 'string') return parseProfile(await readJson(file), file);
    }
    if (folder === dirname(folder)) return null;
  }
}

function parseProfile(content: unknown, file: string): Profile | null {
  if (content === null || isProfile(content)) return content;
  throw new CliError(
    exitCodes.badInput,
    `BAD_PROFILE: ${file} is not a network profile; start the network again with ` +
      '"commonweights network up", or delete the file',
  );
}

function isProfile(content: unknown): content is Profile {
  if (typeof content !== 'object' || content === null) return false;
  const it = content as Record<string, unknown>;
  return (
    it.version === 1 &&
    it.network === 'localnet' &&
    ['rpcUrl', 'contract', 'account', 'credentials'].every((at) => typeof it[at] === 'string') &&
    ['registry', 'web'].every((at) => it[at] === null || typeof it[at] === 'string')
  );
}

/** Null when there is no such file. */
async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CliError(
      exitCodes.badInput,
      `BAD_PROFILE: ${file} is not JSON; delete it and start the network again`,
    );
  }
}
