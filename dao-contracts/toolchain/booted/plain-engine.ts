/**
 * QuickJS as its authors wrote it: with its collector, wasi-libc's allocator, its own printing and
 * all that our engine leaves out for size, mended only where it is wrong. What a contract does on it
 * must be what it does on ours, or our patches changed the language. It boots only: nobody takes a
 * snapshot of it.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { version as clangVersion } from '@yowasp/clang';
import { readCached, writeCached } from '../content-cache.js';
import { commonFlags, compileEngine, linkFlags, units } from '../engine/compile-engine.js';
import { readEngineSources } from '../engine/engine-sources.js';
import { lowerEngine } from '../engine/lower-engine.js';
import { lowering } from '../engine/lowering.js';
import { mendingPatches } from '../engine/patches.js';
import type { OnProgress } from '../progress.js';

/** In place of our allocator: nothing is sealed. */
const noAllocator = `#include <stdint.h>
uint32_t cw_seal_allocator(void)
{
  return 0;
}
void cw_allocator_roots(uint32_t *roots)
{
}
`;

/** The evaluator of a plain engine, about a minute's compiling, then from the cache. */
export async function loadPlainEngine(onProgress: OnProgress = () => {}): Promise<Uint8Array> {
  const sources = readEngineSources(mendingPatches);
  sources.set('allocator.c', noAllocator);
  const key = digestOfJson({
    sources: [...sources].map(([file, text]) => [file, digestOf(new TextEncoder().encode(text))]),
    flags: { commonFlags, units, linkFlags },
    lowering,
    clangVersion,
  });
  const cached = readCached('plain-engine', key);
  if (cached) return cached;
  const { evaluator } = lowerEngine(await compileEngine(sources, onProgress), []);
  writeCached('plain-engine', key, evaluator);
  return evaluator;
}
