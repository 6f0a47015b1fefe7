/**
 * The same programs on TensorFlow.js (`tfjs-runtime.ts`) in Node: its backends in WebAssembly and plain
 * JavaScript come with this engine, tfjs-node and its GPU build are used where somebody installed them. Slower than ONNX Runtime, and of
 * the tolerance class; worth having for devices that only TensorFlow.js reaches, and as an
 * implementation of every operation that shares nothing with the others.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine, Fingerprint } from './engine.js';
import type { GraphRuntime } from './graph-runtime.js';
import { openSession } from './program-session.js';
import type { Tf } from './tfjs-operations.js';
import { tfjsRuntime } from './tfjs-runtime.js';

export const tfjsBackends = ['wasm', 'cpu', 'node', 'node-gpu'] as const;
export type TfjsBackend = (typeof tfjsBackends)[number];

const core = '@tensorflow/tfjs-core';
/** What brings each backend, and the name that it registers. */
const backends = {
  wasm: { module: '@tensorflow/tfjs-backend-wasm', registered: 'wasm' },
  cpu: { module: '@tensorflow/tfjs-backend-cpu', registered: 'cpu' },
  node: { module: '@tensorflow/tfjs-node', registered: 'tensorflow' },
  'node-gpu': { module: '@tensorflow/tfjs-node-gpu', registered: 'tensorflow' },
} as const satisfies Record<TfjsBackend, { module: string; registered: string }>;

export function createTfjsEngine(options: { backend?: TfjsBackend } = {}): Engine {
  const backend = options.backend ?? 'wasm';
  const name = `tfjs-${backend}`;
  let opened: Promise<GraphRuntime> | undefined;
  const runtime = (): Promise<GraphRuntime> =>
    (opened ??= loadTf(backend).then((tf) => tfjsRuntime(tf, backends[backend].registered)));
  return {
    name,
    class: 'tolerance',
    fingerprint: () => readFingerprint(name, backend),
    runtime,
    compile: async (program) => openSession({ name, runtime: await runtime() }, program),
  };
}

async function loadTf(backend: TfjsBackend): Promise<Tf> {
  const { module, registered } = backends[backend];
  const absent = (cause: unknown): never => {
    const remedy =
      backend === 'node' || backend === 'node-gpu'
        ? `its library comes by an install script, so install it outside: "npm install ${module}"`
        : 'run "npm ci" again with optional packages';
    throw new Error(`ENGINE_ABSENT: ${module} cannot be loaded; ${remedy}, or use simd-wasm`, {
      cause,
    });
  };
  const tf = (await import(core).catch(absent)) as Tf;
  const loaded = (await import(module).catch(absent)) as { setWasmPaths?(folder: string): void };
  // The WASM backend looks for its binaries by URL unless it is told where they lie.
  loaded.setWasmPaths?.(join(packageFolder(module), 'dist', '/'));
  // Else it prints advice, and checks every number for being one.
  tf.enableProdMode();
  if (await tf.setBackend(registered)) return tf;
  throw new Error(`ENGINE_ABSENT: TensorFlow.js could not start "${registered}"; use simd-wasm`);
}

async function readFingerprint(engine: string, backend: TfjsBackend): Promise<Fingerprint> {
  const tf = await loadTf(backend);
  const { module } = backends[backend];
  const folder = packageFolder(module);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    main: string;
  };
  const binary = await readFile(join(folder, manifest.main));
  const platform = `${process.platform}-${process.arch}`;
  const options = { backend, platform };
  return { engine, version: tf.version_core, binary: digestOf(binary), options };
}

function packageFolder(module: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${module}/package.json`));
}
