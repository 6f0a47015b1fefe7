/**
 * Temporary files of writers that were killed: nobody will ever finish them, and over months they
 * fill a disk. A file is named `<pid>-<random>`; it is a leftover when its process is gone, or when
 * it is so old that its number must belong to another process by now.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { leftoverAgeMs, leftoverQuietMs } from './limits.js';

const temporaryName = /^(\d{1,10})-[0-9a-f]{16}$/;

/** Removes them from the folder. Never throws: a writer can work in an untidy folder. */
export async function sweepLeftovers(folder: string, nowMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = Number(temporaryName.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(pid)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (!found?.isFile() || !isLeftover({ pid, writtenMs: found.mtimeMs, nowMs })) continue;
    await rm(path, { force: true }).catch(() => {});
  }
}

function isLeftover(file: { pid: number; writtenMs: number; nowMs: number }): boolean {
  const quietMs = file.nowMs - file.writtenMs;
  if (quietMs > leftoverAgeMs) return true;
  // A writer in another container is invisible here, but a living one writes all the time.
  if (quietMs < leftoverQuietMs) return false;
  // In a container every start gets the same number: what is older than we are is not ours.
  if (file.pid === process.pid) return quietMs > process.uptime() * 1_000;
  return !isAlive(file.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // Signal 0 sends nothing.
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
