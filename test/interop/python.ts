/** A throw-away Python environment with some packages, where Python and its package index are there. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const installMs = 300_000;

/** A job that this machine has not got the means for. */
export class Skipped extends Error {}

export interface Python {
  /** Runs a program of the environment; its standard output. Error: its exit code and output. */
  run(program: string, ...args: string[]): Promise<string>;
}

export async function withPython<T>(
  packages: readonly string[],
  use: (python: Python) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-python-'));
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const run = async (program: string, ...args: string[]) =>
    (await execute(join(bin, program), args, { timeout: installMs })).stdout;
  try {
    await execute('python3', ['-m', 'venv', folder]).catch(() => {
      throw new Skipped('no python3 with venv here');
    });
    await run('pip', 'install', '--quiet', '--disable-pip-version-check', ...packages).catch(() => {
      throw new Skipped(`cannot install ${packages.join(', ')} here`);
    });
    return await use({ run });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
