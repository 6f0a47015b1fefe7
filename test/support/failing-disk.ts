/**
 * A disk that fails at the step it is told: this process's calls that change files are counted, and from one on they
 * do not come through. `crash`: as if the process had been killed there, so nothing that would tidy up runs
 * either. `full`: nothing more can be written, while removing and renaming go on. A write is cut in half.
 */
import fs from 'node:fs';
import fsp, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Fault = 'crash' | 'full';
type Call = (this: unknown, ...args: never[]) => unknown;

const changing = ['mkdir', 'rename', 'rm', 'unlink', 'writeFile'] as const;
const ofHandles = ['writeFile', 'write', 'writev', 'sync', 'datasync'] as const;
/** What a full disk still does. */
const harmless = new Set<string>(['rename', 'rm', 'unlink']);

/** Runs the work with the fault at a step, counted from 0; whether it came to that. */
export async function withFailingDisk(
  fault: Fault,
  step: number,
  work: () => Promise<unknown>,
): Promise<{ failed: boolean; error: Error | null }> {
  let steps = 0;
  let failed = false;
  const handles = await handlePrototype();
  const restore: (() => void)[] = [];
  const replace = (target: object, name: string): void => {
    const real = (target as Record<string, Call>)[name]!;
    const failing: Call = async function (this: unknown, ...args: never[]) {
      // Reading is not counted.
      if (name === 'open' && !writes(args[1])) return real.apply(this, args);
      if (!failed && steps++ < step) return real.apply(this, args);
      if (failed && fault === 'full' && harmless.has(name)) return real.apply(this, args);
      if (!failed && fault === 'full' && harmless.has(name)) {
        steps--;
        return real.apply(this, args);
      }
      const isFirst = !failed;
      failed = true;
      const given = args[name === 'writeFile' && target === fsp ? 1 : 0] as unknown;
      const data = name === 'writev' ? Buffer.concat(given as Uint8Array[]) : given;
      if (isFirst && data instanceof Uint8Array && /write|append/i.test(name)) {
        const half = data.subarray(0, data.length >> 1) as never;
        await real.apply(
          this,
          target === fsp ? [args[0]!, half] : name === 'writev' ? [[half] as never] : [half],
        );
      }
      const code = fault === 'full' ? 'ENOSPC' : 'EIO';
      throw Object.assign(new Error(`${code}: the disk failed at ${name}`), {
        code,
        syscall: name,
      });
    };
    (target as Record<string, Call>)[name] = failing;
    restore.push(() => ((target as Record<string, Call>)[name] = real));
  };
  for (const name of [...changing, 'open']) replace(fsp, name);
  for (const name of ofHandles) replace(handles, name);
  syncBuiltinESMExports();
  let error: Error | null = null;
  try {
    await work();
  } catch (thrown) {
    error = thrown as Error;
  } finally {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
  return { failed, error };
}

function writes(flags: unknown): boolean {
  return typeof flags === 'string' && /[wa+]/.test(flags);
}

async function handlePrototype(): Promise<FileHandle> {
  const path = join(tmpdir(), `cw-handle-${process.pid}`);
  const handle = await fsp.open(path, 'w');
  await handle.close();
  fs.rmSync(path);
  return Object.getPrototypeOf(handle) as FileHandle;
}
