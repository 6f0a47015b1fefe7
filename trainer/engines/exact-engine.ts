/**
 * The exact engine, wherever it runs: ONNX Runtime's WebAssembly build gives the same bits in Node
 * and in browsers. What decides the bits is pinned and named in the fingerprint: version, the `.wasm`
 * file, the level of graph optimisation (three classes of bits were measured), the execution mode,
 * and threads when there is more than one. How its parts are come by is the platform's affair
 * (`ort-wasm.ts` in Node, `ort-wasm-browser.ts`); the fingerprint is computed from the very
 * bytes that are run.
 *
 * ONNX Runtime keeps one WASM instance and one thread count per process (in a browser, per worker), so
 * the first engine used there decides them.
 */
import type { Env, InferenceSessionFactory, TensorConstructor } from 'onnxruntime-web';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine, Fingerprint } from './engine.js';
import type { GraphRuntime } from './graph-runtime.js';
import { ortRuntime } from './ort-runtime.js';
import { openSession } from './program-session.js';
import { Turnstile } from './turnstile.js';

export const exactEngineName = 'ort-wasm';
/** Of the package `onnxruntime-web`. */
export const exactBinaryName = 'ort-wasm-simd-threaded.wasm';

/**
 * What decides bits, besides a count of threads that is not 1: products with few rows are then shared
 * out along their columns, and sums of narrow shares are cut elsewhere. `all` is the fastest level, and gives the bits of `extended`. */
const pinned = { graphOptimizationLevel: 'all', executionMode: 'sequential' } as const;

/** What the platform brings. */
export interface ExactParts {
  readonly ort: {
    readonly env: Env;
    readonly Tensor: TensorConstructor;
    readonly InferenceSession: InferenceSessionFactory;
  };
  /** Of `onnxruntime-web`. */
  readonly version: string;
  readonly binary: Uint8Array;
}

interface StartedRuntime {
  readonly runtime: GraphRuntime;
  readonly fingerprint: Fingerprint;
  readonly threads: number;
}

/** The one runtime of this process or worker, started by the first engine that is used. */
export class ExactRuntime {
  #started: Promise<StartedRuntime> | undefined;

  constructor(private readonly load: () => Promise<ExactParts>) {}

  engine(threads: number): Engine {
    const started = () => this.#start(threads);
    return {
      name: exactEngineName,
      class: 'exact',
      fingerprint: async () => (await started()).fingerprint,
      runtime: async () => (await started()).runtime,
      compile: async (program) =>
        openSession({ name: exactEngineName, runtime: (await started()).runtime }, program),
    };
  }

  async #start(threads: number): Promise<StartedRuntime> {
    if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
      throw new Error(`BAD_THREADS: ${threads} is not an integer from 1 to 64`);
    }
    const started = await (this.#started ??= this.load().then((parts) => start(parts, threads)));
    if (started.threads === threads) return started;
    throw new Error(
      `ENGINE_STARTED: this process runs ${exactEngineName} with ${started.threads} threads, not ` +
        `${threads}; start another process`,
    );
  }
}

/** Runs the very bytes that the fingerprint names; nothing is fetched. */
function start({ ort, version, binary }: ExactParts, threads: number): StartedRuntime {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmBinary = binary;
  ort.env.logLevel = 'error';
  return {
    runtime: ortRuntime({
      Tensor: ort.Tensor,
      turnstile: new Turnstile(),
      open: (model) =>
        ort.InferenceSession.create(model, { executionProviders: ['wasm'], ...pinned }),
    }),
    fingerprint: {
      engine: exactEngineName,
      version,
      binary: digestOf(binary),
      options: threads === 1 ? pinned : { ...pinned, threads },
    },
    threads,
  };
}
