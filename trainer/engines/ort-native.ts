/**
 * The fast engine on a processor: ONNX Runtime's native build, four to five times the speed of the
 * exact engine. Its bits depend on the processor's instruction set, so its results are compared by
 * distance. Optional: the package is loaded when first asked for, and its absence is one clear error.
 */
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine, Fingerprint } from './engine.js';
import { OrtSession, type OrtRuntime } from './ort-session.js';

const pinned = { graphOptimizationLevel: 'all', executionMode: 'sequential' } as const;

export function createOrtNativeEngine(options: { threads?: number } = {}): Engine {
  const threads = checkThreads(options.threads ?? 1);
  return {
    name: 'ort-native',
    class: 'tolerance',
    fingerprint: () => readFingerprint(threads),
    compile: async (program) => new OrtSession(await loadRuntime(threads), program),
  };
}

async function loadRuntime(threads: number): Promise<OrtRuntime> {
  const ort = await import('onnxruntime-node').catch((cause: unknown) => {
    throw new Error(
      'ENGINE_ABSENT: onnxruntime-node is not installed or not built for this machine; ' +
        'use the engine "ort-wasm", or run "npm install onnxruntime-node"',
      { cause },
    );
  });
  return {
    Tensor: ort.Tensor,
    open: (model) =>
      ort.InferenceSession.create(model, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        ...pinned,
      }),
  };
}

async function readFingerprint(threads: number): Promise<Fingerprint> {
  await loadRuntime(threads);
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  const root = join(dirname(main), '..');
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch);
  const library = (await readdir(folder)).filter((name) => /onnxruntime\.(so|dll|1.*)/.test(name));
  const [bytes, manifest] = await Promise.all([
    readFile(join(folder, library.sort()[0]!)),
    readFile(join(root, 'package.json'), 'utf8'),
  ]);
  const { version } = JSON.parse(manifest) as { version: string };
  const options = { ...pinned, threads, platform: `${process.platform}-${process.arch}` };
  return { engine: 'ort-native', version, binary: digestOf(bytes), options };
}

function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 64) return threads;
  throw new Error(`BAD_THREADS: ${threads} is not an integer from 1 to 64`);
}
