/** The engine, from the cache when every input of it is as it was, else built and cached. */
import { version as clangVersion } from '@yowasp/clang';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { readCached, writeCached } from '../content-cache.js';
import { packageFolder } from '../package-folder.js';
import type { OnProgress } from '../progress.js';
import { commonFlags, compileEngine, linkFlags, units } from './compile-engine.js';
import { readEngineSources } from './engine-sources.js';
import type { Engines } from './lower-engine.js';
import { lowering, optimising } from './lowering.js';
import { listUnusedSlots } from './engine-instance.js';

export interface Engine extends Engines {
  /** Digest of the runtime's bytes, which are in every contract. */
  digest: Digest;
  /** Of the evaluator's, which make the memory that a contract starts from. */
  evaluatorDigest: Digest;
}

/** Raise when the code of this folder changes what it makes of the same sources and flags. */
const recipe = 1;

/** Builds at most once at a time in a process: everyone who asks meanwhile waits for that one. */
let loading: Promise<Engine> | undefined;

export function loadEngine(onProgress: OnProgress = () => {}): Promise<Engine> {
  loading ??= load(onProgress).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Whether it is there already: compiling it takes a minute. */
export function isEngineCached(): boolean {
  return readEngines(keysOf(readEngineSources()).key) !== null;
}

async function load(onProgress: OnProgress): Promise<Engine> {
  const sources = readEngineSources();
  const { compileKey, key } = keysOf(sources);
  const cached = readEngines(key);
  if (cached) {
    onProgress({ step: 'engine from the cache' });
    return finish(cached);
  }
  const linked = await compileCached(compileKey, sources, onProgress);
  onProgress({ step: 'optimising the engine' });
  const { lowerEngine } = await import('./lower-engine.js');
  const engines = lowerEngine(linked, listUnusedSlots(linked));
  writeCached('evaluator', key, engines.evaluator);
  writeCached('engine', key, engines.runtime);
  return finish(engines);
}

/** Digests of all that decides the linked engine, and of all that decides what is made of that. */
function keysOf(sources: ReadonlyMap<string, string>): { compileKey: Digest; key: Digest } {
  const compileKey = digestOfJson({
    sources: [...sources].map(([file, text]) => [file, digestOf(new TextEncoder().encode(text))]),
    flags: { commonFlags, units, linkFlags },
    clangVersion,
  });
  const key = digestOfJson({
    compileKey,
    lowering: { lowering, optimising },
    binaryenVersion: versionOf('binaryen'),
    recipe,
  });
  return { compileKey, key };
}

function readEngines(key: Digest): Engines | null {
  const [evaluator, runtime] = [readCached('evaluator', key), readCached('engine', key)];
  return evaluator && runtime ? { evaluator, runtime } : null;
}

async function compileCached(
  key: Digest,
  sources: ReadonlyMap<string, string>,
  onProgress: OnProgress,
): Promise<Uint8Array> {
  const cached = readCached('linked-engine', key);
  if (cached) return cached;
  const linked = await compileEngine(sources, onProgress);
  writeCached('linked-engine', key, linked);
  return linked;
}

function finish(engines: Engines): Engine {
  const evaluatorDigest = digestOf(engines.evaluator);
  return { ...engines, digest: digestOf(engines.runtime), evaluatorDigest };
}

function versionOf(name: string): string {
  const path = join(packageFolder(name), 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
