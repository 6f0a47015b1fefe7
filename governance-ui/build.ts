/**
 * Builds the web pages into `dist/`, so that the registry can serve them as plain files. A build
 * takes a second and needs no network; it is skipped when nothing that went into the last one has
 * changed. What went into it is what the bundler says it read, not a guess at folders.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

export interface BuiltPages {
  /** Holds `index.html` and its assets. */
  readonly folder: string;
  /** False: the last build was still good. */
  readonly built: boolean;
}

const repository = fileURLToPath(new URL('..', import.meta.url));
const pages = fileURLToPath(new URL('./pages/', import.meta.url));
const folder = fileURLToPath(new URL('./dist/', import.meta.url));
const workFolder = join(repository, 'node_modules', '.cache', 'commonweights');

/** A dot file: static servers do not hand it out. */
const stampFile = '.inputs.json';

/** Read by every build besides the modules: the page itself, this recipe, all of node_modules. */
const fixedInputs = [
  'governance-ui/pages/index.html',
  'governance-ui/build.ts',
  'package-lock.json',
];

interface Stamp {
  /** Paths relative to the repository, `/`-separated, and one digest over all their bytes. */
  readonly inputs: readonly string[];
  readonly digest: string;
}

/** Error: `PAGES_NOT_BUILT`. Another build at the same time does no harm. */
export async function buildPages(
  options: { onProgress?: (event: { step: string }) => void } = {},
): Promise<BuiltPages> {
  if (await isCurrent()) return { folder, built: false };
  options.onProgress?.({ step: 'bundling the web pages' });
  const fresh = join(workFolder, `pages-${process.pid}-${Date.now()}`);
  try {
    const inputs = [...fixedInputs, ...(await bundle(fresh))].sort();
    const stamp: Stamp = { inputs, digest: await digestOfInputs(inputs) };
    await writeFile(join(fresh, stampFile), JSON.stringify(stamp));
    await replaceFolder(fresh);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    const why = whyNot((error as Error).message);
    throw new Error(`PAGES_NOT_BUILT: ${why}; run "npm ci", then try again`, { cause: error });
  }
  return { folder, built: true };
}

/** The bundler says first how many errors there were and which part of it speaks, then what is wrong. */
function whyNot(said: string): string {
  const lines = stripVTControlCharacters(said)
    .split('\n')
    .map((line) => line.trim());
  const preface = /^$|^Build failed with|^\[plugin /;
  return lines.find((line) => !preface.test(line)) ?? lines[0]!;
}

/** Returns which of our own files went into it. */
async function bundle(outDir: string): Promise<string[]> {
  const modules = new Set<string>();
  // Vite sets this for the whole process, where a chain and a registry may be running already.
  const environment = process.env.NODE_ENV;
  const noteInputs = () => ({
    name: 'note-inputs',
    enforce: 'pre' as const,
    resolveId: refuseNodeModule,
    moduleParsed: ({ id }: { id: string }) => void modules.add(id),
  });
  try {
    const { build } = await import('vite');
    await build({
      root: pages,
      base: './',
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: 'silent',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      plugins: [noteInputs()],
      // Workers are bundles of their own, with plugins of their own.
      worker: { format: 'es', plugins: () => [noteInputs()] },
      build: {
        ...{ outDir, emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
        // The policy of the pages allows no code from anywhere but a file.
        assetsInlineLimit: 0,
      },
    });
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
  }
  return [...new Set([...modules].flatMap(ownFile))];
}

/** The bundler would put an empty module in its place, and the page would fail where it is used. */
export function refuseNodeModule(source: string, importer: string | undefined): null {
  const own = importer === undefined ? undefined : ownFile(importer)[0];
  if (own === undefined || !isBuiltin(source)) return null;
  throw new Error(`${own} imports ${source}, which no browser has`);
}

function ownFile(moduleId: string): string[] {
  const path = moduleId.split('?')[0]!;
  if (!isAbsolute(path)) return [];
  const file = relative(repository, path).split(sep).join('/');
  const foreign = file.startsWith('..') || file.includes('node_modules/') || isAbsolute(file);
  return foreign || fixedInputs.includes(file) ? [] : [file];
}

async function isCurrent(): Promise<boolean> {
  try {
    const stamp = JSON.parse(await readFile(join(folder, stampFile), 'utf8')) as Stamp;
    return stamp.digest === (await digestOfInputs(stamp.inputs));
  } catch {
    // No build yet, a torn one, or an input that is gone: all the same remedy.
    return false;
  }
}

async function digestOfInputs(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of inputs) {
    const bytes = await readFile(join(repository, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Puts the new build where the old one was, as whole folders: a reader never sees half of one. */
async function replaceFolder(fresh: string): Promise<void> {
  const old = `${fresh}-old`;
  await mkdir(workFolder, { recursive: true });
  await rename(folder, old).catch(() => {});
  await rename(fresh, folder);
  await rm(old, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { built } = await buildPages();
    console.log(built ? `built into ${relative(process.cwd(), folder)}` : 'as they were');
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
