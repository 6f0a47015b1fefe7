/**
 * The exact engine: ONNX Runtime's WebAssembly build, the same bits in Node and in browsers. What
 * decides the bits is pinned and named in the fingerprint: version, the `.wasm` file, the level of
 * graph optimisation (three classes of bits were measured), the execution mode, and threads when there
 * is more than one.
 *
 * ONNX Runtime keeps one WASM instance and one thread count per process, so the first engine used
 * in a process decides them.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine, Fingerprint } from './engine.js';
import type { GraphRuntime } from './graph-runtime.js';
import { ortRuntime } from './ort-runtime.js';
import { openSession } from './program-session.js';
import { Turnstile } from './turnstile.js';

const binaryName = 'ort-wasm-simd-threaded.wasm';
/**
 * What decides bits, besides a count of threads that is not 1: products with few rows are then shared
 * out along their columns, and sums of narrow shares are cut elsewhere. `all` is the fastest level, and gives the bits of `extended`. */
const pinned = { graphOptimizationLevel: 'all', executionMode: 'sequential' } as const;

interface StartedRuntime {
  readonly runtime: GraphRuntime;
  readonly fingerprint: Fingerprint;
  readonly threads: number;
}

let runtime: Promise<StartedRuntime> | undefined;

export function createOrtWasmEngine(options: { threads?: number } = {}): Engine {
  const threads = options.threads ?? 1;
  return {
    name: 'ort-wasm',
    class: 'exact',
    fingerprint: async () => (await startRuntime(threads)).fingerprint,
    runtime: async () => (await startRuntime(threads)).runtime,
    compile: async (program) =>
      openSession({ name: 'ort-wasm', runtime: (await startRuntime(threads)).runtime }, program),
  };
}

async function startRuntime(threads: number): Promise<StartedRuntime> {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new Error(`BAD_THREADS: ${threads} is not an integer from 1 to 64`);
  }
  const started = await (runtime ??= loadRuntime(threads));
  if (started.threads === threads) return started;
  throw new Error(
    `ENGINE_STARTED: this process runs ort-wasm with ${started.threads} threads, not ` +
      `${threads}; start another process`,
  );
}

/** Loads the runtime with the very bytes that the fingerprint names; nothing is fetched. */
async function loadRuntime(threads: number): Promise<StartedRuntime> {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const [ort, bytes, manifest] = await Promise.all([
    import('onnxruntime-web'),
    readFile(join(folder, binaryName)),
    readFile(join(folder, '..', 'package.json'), 'utf8'),
  ]);
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmBinary = bytes;
  ort.env.logLevel = 'error';
  const { version } = JSON.parse(manifest) as { version: string };
  return {
    runtime: ortRuntime({
      Tensor: ort.Tensor,
      turnstile: new Turnstile(),
      open: (model) =>
        ort.InferenceSession.create(model, { executionProviders: ['wasm'], ...pinned }),
    }),
    fingerprint: {
      engine: 'ort-wasm',
      version,
      binary: digestOf(bytes),
      options: threads === 1 ? pinned : { ...pinned, threads },
    },
    threads,
  };
}
