/**
 * One node per data directory. Whoever wants the folder first puts down a file of its own, named by
 * process and by when that started, and then looks for others: of two that come together the later
 * one sees the earlier, and it may be that each sees the other and both give up, but never that
 * both hold it. Nobody removes the file of a living process. A killed node's file does not count,
 * even where process ids repeat (a container gives the restarted node the id of the killed one).
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const pattern = /^lock\.(\d+)\.(\d*)$/;
/** Folders that this process holds. */
const held = new Set<string>();

/** Throws `CHAIN_IN_USE` if a living node holds the folder, or another is just taking it. */
export function takeFolder(folder: string): void {
  const name = resolve(folder);
  if (held.has(name)) refuse(folder, process.pid);
  announce(folder);
  const other = others(folder).find(isAlive);
  if (other) {
    rmSync(ownPath(folder), { force: true });
    refuse(folder, other.pid);
  }
  for (const { file } of others(folder)) rmSync(join(folder, file), { force: true });
  held.add(name);
}

/** The first step of taking a folder: from here on, whoever comes sees this process. */
export function announce(folder: string): void {
  writeFileSync(ownPath(folder), '');
}

export function releaseFolder(folder: string): void {
  held.delete(resolve(folder));
  rmSync(ownPath(folder), { force: true });
}

function refuse(folder: string, pid: number): never {
  throw new Error(
    `CHAIN_IN_USE: process ${pid} runs a node on ${folder}; stop it or use another folder`,
  );
}

interface Owner {
  file: string;
  pid: number;
  started: string;
}

function ownPath(folder: string): string {
  return join(folder, `lock.${process.pid}.${startOf(process.pid)}`);
}

/** Who else has put down a file. */
function others(folder: string): Owner[] {
  const own = ownPath(folder);
  const found: Owner[] = [];
  for (const file of readdirSync(folder)) {
    const [, pid, started] = pattern.exec(file) ?? [];
    if (pid === undefined || join(folder, file) === own) continue;
    found.push({ file, pid: Number(pid), started: started ?? '' });
  }
  return found;
}

function isAlive({ pid, started }: Owner): boolean {
  if (pid <= 0) return false;
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
