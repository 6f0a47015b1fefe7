/**
 * The project that a contract belongs to. What a contract says about its source must not depend on
 * where somebody put the folder, so that its bytes are the same everywhere: paths in it start at the
 * project, whatever the project's own folder is called.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface Project {
  /** Of the workspaces that the contract's package belongs to, or of the package. */
  folder: string;
  version: string;
  /** Where the sources are published; null: nobody says. */
  link: string | null;
}

interface PackageJson {
  version?: string;
  repository?: string | { url?: string };
  workspaces?: unknown;
}

/** @param entry an absolute path. A contract without a package is a project of its own folder. */
export function projectOf(entry: string): Project {
  const folders = foldersAbove(entry).filter((folder) => existsSync(join(folder, 'package.json')));
  const own = folders[0];
  if (own === undefined) return { folder: dirname(entry), version: '0.0.0', link: null };
  const root = folders.find((folder) => readPackage(folder).workspaces !== undefined) ?? own;
  const [mine, all] = [readPackage(own), readPackage(root)];
  return {
    folder: root,
    version: mine.version ?? all.version ?? '0.0.0',
    link: linkOf(mine) ?? linkOf(all),
  };
}

/** Where `path` is inside `folder`, with `/`; null: it is not. */
export function pathInside(folder: string, path: string): string | null {
  const inside = relative(folder, path).replaceAll('\\', '/');
  return inside === '' || inside.startsWith('../') || /^[A-Za-z]:/.test(inside) ? null : inside;
}

/** The nearest first. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}

function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

function linkOf({ repository }: PackageJson): string | null {
  return (typeof repository === 'object' ? repository.url : repository) ?? null;
}
