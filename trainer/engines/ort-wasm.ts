/** The exact engine (`exact-engine.ts`) in Node, from the files of the installed npm package. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Engine } from './engine.js';
import { exactBinaryName, ExactRuntime, type ExactParts } from './exact-engine.js';

const runtime = new ExactRuntime(loadFromPackage);

export function createOrtWasmEngine(options: { threads?: number } = {}): Engine {
  return runtime.engine(options.threads ?? 1);
}

/**
 * How long a function of the binary runs before V8 compiles it a second time, in bytes of code
 * executed. With V8's own budgets (1.8 to 13 million) it does that for a thousand functions which a
 * session needs once, to open a graph: 0.7 s of the 3.5 s that a worker takes to start. What
 * multiplies matrices is beyond any budget within its first step.
 */
const compilingBudget = 100_000_000;

async function loadFromPackage(): Promise<ExactParts> {
  setFlagsFromString(`--wasm-tiering-budget=${compilingBudget}`);
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const [ort, binary, manifest] = await Promise.all([
    import('onnxruntime-web'),
    readFile(join(folder, exactBinaryName)),
    readFile(join(folder, '..', 'package.json'), 'utf8'),
  ]);
  const { version } = JSON.parse(manifest) as { version: string };
  return { ort, version, binary };
}
