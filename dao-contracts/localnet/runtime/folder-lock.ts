/**
 * One node per data directory. The lock file names the process that holds it and when that
 * process started, so that a killed node's lock does not outlive it, even where process ids
 * repeat (a container gives the restarted node the id of the killed one).
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const lockName = 'lock';
/** Folders that this process holds. */
const held = new Set<string>();

/** Throws `CHAIN_IN_USE` if a living node holds the folder. */
export function takeFolder(folder: string): void {
  const path = join(folder, lockName);
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, ownName(), { flag: 'wx' });
      held.add(resolve(folder));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    if (attempt > 0 || isAlive(owner, folder)) {
      throw new Error(
        `CHAIN_IN_USE: process ${owner.pid} runs a node on ${folder}; stop it or use another folder`,
      );
    }
    rmSync(path, { force: true });
  }
}

export function releaseFolder(folder: string): void {
  held.delete(resolve(folder));
  rmSync(join(folder, lockName), { force: true });
}

interface Owner {
  pid: number;
  started: string;
}

function ownName(): string {
  return `${process.pid} ${startOf(process.pid)}`;
}

function readOwner(path: string): Owner {
  try {
    const [pid, started] = readFileSync(path, 'utf8').split(' ');
    return { pid: Number(pid), started: started ?? '' };
  } catch {
    return { pid: 0, started: '' };
  }
}

function isAlive({ pid, started }: Owner, folder: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return held.has(resolve(folder));
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return started === startOf(pid);
}

/** When a process started, where the system tells; else nothing, and its id must do. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold spaces; fields are counted after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
