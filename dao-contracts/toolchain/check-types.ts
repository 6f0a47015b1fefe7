/**
 * The types of a contract, by the compiler that is installed here, before anything is built of it: what
 * bundles may still be wrong. Strict, with what a contract has at run time and nothing else: no DOM, no
 * Node.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fallbackPackages } from './contract-packages.js';
import { packageFolder } from './package-folder.js';

/** What `snapshot/prelude.ts` and the engine add to the language. */
const globals = `
declare class TextEncoder { encode(text?: string): Uint8Array; }
declare class TextDecoder { decode(bytes: Uint8Array): string; }
interface Array<T> {
  findLast(test: (value: T, index: number, array: T[]) => unknown): T | undefined;
  toSorted(compare?: (a: T, b: T) => number): T[];
  toReversed(): T[];
}
interface ReadonlyArray<T> {
  findLast(test: (value: T, index: number, array: readonly T[]) => unknown): T | undefined;
  toSorted(compare?: (a: T, b: T) => number): T[];
  toReversed(): T[];
}
`;

/** Of more mistakes, so many are told. */
const toldMax = 5;

/** Errors: `CONTRACT_NOT_FOUND`; `TYPE_ERRORS`, with the compiler's lines. */
export async function checkContractTypes(entry: string): Promise<void> {
  const path = resolve(entry);
  if (!existsSync(path)) {
    throw new Error(`CONTRACT_NOT_FOUND: there is no ${path}; name the contract's .ts file`);
  }
  const fallback = fallbackPackages(path);
  const folder = mkdtempSync(join(tmpdir(), 'contract-types-'));
  try {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: true, experimentalDecorators: true },
      ...{ target: 'es2022', lib: ['es2022'], types: [], allowImportingTsExtensions: true },
      ...{ module: 'es2022', moduleResolution: 'bundler' },
      ...(fallback === null ? {} : { paths: pathsTo(fallback) }),
    };
    const project = join(folder, 'tsconfig.json');
    const added = join(folder, 'globals.d.ts');
    writeFileSync(added, globals);
    writeFileSync(project, JSON.stringify({ compilerOptions, files: [added, path] }));
    const lines = await compile(project);
    if (lines.length === 0) return;
    const told = lines.slice(0, toldMax).join(' | ');
    throw new Error(
      `TYPE_ERRORS: ${lines.length} in ${path} or what it imports: ${told}; correct them, or build ` +
        'without checking types',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pathsTo(packages: string): Record<string, string[]> {
  const sdk = join(packages, 'near-sdk-js');
  return { 'near-sdk-js': [sdk], 'near-sdk-js/*': [join(sdk, '*')] };
}

/** The compiler's complaints, a line each. */
async function compile(project: string): Promise<string[]> {
  const compiler = join(packageFolder('typescript'), 'bin', 'tsc');
  const child = spawn(process.execPath, [compiler, '--project', project, '--pretty', 'false'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  const lines = text.split('\n').filter((line) => /\berror TS\d+:/.test(line));
  if (code !== 0 && lines.length === 0)
    throw new Error(`TYPE_ERRORS: the compiler failed: ${text}`);
  return lines;
}
