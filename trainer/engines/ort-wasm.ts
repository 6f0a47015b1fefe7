/** The exact engine (`exact-engine.ts`) in Node, from the files of the installed npm package. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Engine } from './engine.js';
import { exactBinaryName, ExactRuntime, type ExactParts } from './exact-engine.js';

const runtime = new ExactRuntime(loadFromPackage);

export function createOrtWasmEngine(options: { threads?: number } = {}): Engine {
  return runtime.engine(options.threads ?? 1);
}

async function loadFromPackage(): Promise<ExactParts> {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const [ort, binary, manifest] = await Promise.all([
    import('onnxruntime-web'),
    readFile(join(folder, exactBinaryName)),
    readFile(join(folder, '..', 'package.json'), 'utf8'),
  ]);
  const { version } = JSON.parse(manifest) as { version: string };
  return { ort, version, binary };
}
