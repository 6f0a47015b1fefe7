/** A throw-away Python environment with some packages, where Python and its package index are there. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const installMs = 300_000;
const outputBytesMax = 64 << 20;

/** A job that this machine has not got the means for. */
export class Skipped extends Error {}

export interface Python {
  /** Runs a program of the environment; its standard output. Error: its exit code and output. */
  run(program: string, ...args: string[]): Promise<string>;
  /** The same, with something on its standard input. */
  tell(input: string, program: string, ...args: string[]): Promise<string>;
}

export async function withPython<T>(
  packages: readonly string[],
  use: (python: Python) => Promise<T>,
  /** Modules that the machine's own Python must have: too large to be installed for a test. */
  own: readonly string[] = [],
): Promise<T> {
  const interpreter = await interpreterWith(own);
  const folder = await mkdtemp(join(tmpdir(), 'cw-python-'));
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const tell = async (input: string, program: string, ...args: string[]) => {
    const started = execute(join(bin, program), args, {
      ...{ timeout: installMs, maxBuffer: outputBytesMax },
      // Models are loaded from folders: nothing may be looked up anywhere.
      env: { ...process.env, HF_HUB_OFFLINE: '1' },
    });
    started.child.stdin?.end(input);
    return (await started).stdout;
  };
  const run = (program: string, ...args: string[]) => tell('', program, ...args);
  try {
    const sees = own.length > 0 ? ['--system-site-packages'] : [];
    await execute(interpreter, ['-m', 'venv', ...sees, folder]).catch(() => {
      throw new Skipped('no python3 with venv here');
    });
    await run('pip', 'install', '--quiet', '--disable-pip-version-check', ...packages).catch(() => {
      throw new Skipped(`cannot install ${packages.join(', ')} here`);
    });
    return await use({ run, tell });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first Python that has them: a system's packages belong to the system's own. */
async function interpreterWith(modules: readonly string[]): Promise<string> {
  if (modules.length === 0) return 'python3';
  for (const interpreter of ['python3', '/usr/bin/python3']) {
    const imports = execute(interpreter, ['-c', `import ${modules.join(', ')}`]);
    const has = await imports.then(
      () => true,
      () => false,
    );
    if (has) return interpreter;
  }
  throw new Skipped(`no python3 with ${modules.join(' and ')} here`);
}
