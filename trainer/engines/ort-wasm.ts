/**
 * The exact engine: ONNX Runtime's WebAssembly build, the same bits in Node and in browsers. What
 * decides the bits is pinned and named in the fingerprint: version, the `.wasm` file, the level of
 * graph optimisation (three classes of bits were measured) and the execution mode. Threads do not
 * decide bits as long as programs keep to repeatable operations, but one is the default.
 *
 * ONNX Runtime keeps one WASM instance and one thread count per process, so the first engine made
 * in a process decides them.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { biasCorrections } from '../program/adamw.js';
import { resultNames, stepInputNames } from '../program/names.js';
import type { TensorSlot } from '../program/layout.js';
import type { TrainingProgram } from '../program/training-program.js';
import { checkState, checkTokens } from './check-input.js';
import type { Engine, Fingerprint, InnerState, Session } from './engine.js';
import type { LogitsSource } from './generate.js';
import type * as Ort from 'onnxruntime-web';

const binaryName = 'ort-wasm-simd-threaded.wasm';
/** Fastest of the levels that give one class of bits; see the head comment. */
const graphOptimizationLevel = 'all';

interface Runtime {
  readonly ort: typeof Ort;
  readonly version: string;
  readonly binary: Digest;
  readonly threads: number;
}

let runtime: Promise<Runtime> | undefined;

export function createOrtWasmEngine(options: { threads?: number } = {}): Engine {
  const threads = options.threads ?? 1;
  return {
    name: 'ort-wasm',
    class: 'exact',
    fingerprint: async () => fingerprintOf(await startRuntime(threads)),
    compile: async (program) => new OrtWasmSession(await startRuntime(threads), program),
  };
}

/** Logits of the next token under given weights, for generation. */
export async function openLogits(
  program: TrainingProgram,
  params: Float32Array,
  options: { threads?: number } = {},
): Promise<LogitsSource> {
  const { ort } = await startRuntime(options.threads ?? 1);
  const session = await createSession(ort, program.logits);
  const weights = tensorsOf(ort, program.layout.slots, params, resultNames.weight);
  const context = program.model.contextLength;
  return {
    model: program.model,
    async next(tokens) {
      const last = tokens.slice(-context);
      const ids = new Int32Array(context);
      ids.set(last);
      checkTokens(ids, context, program.model.vocabSize);
      const results = await session.run({
        ...weights,
        [stepInputNames.tokens]: new ort.Tensor('int32', ids, [context]),
        [stepInputNames.position]: new ort.Tensor('int32', Int32Array.of(last.length - 1), [1]),
      });
      return results[resultNames.logits]!.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}

class OrtWasmSession implements Session {
  private readonly sessions: Partial<Record<'step' | 'evaluate', Promise<Ort.InferenceSession>>> =
    {};
  /** Weights and moments by input name; results of one step are inputs of the next. */
  private tensors: Record<string, Ort.Tensor> | undefined;
  private steps = 0;

  constructor(
    private readonly runtime: Runtime,
    private readonly program: TrainingProgram,
  ) {}

  async load(state: InnerState): Promise<void> {
    checkState(state, this.program.layout.length);
    const { ort } = this.runtime;
    const { slots } = this.program.layout;
    this.tensors = {
      ...tensorsOf(ort, slots, state.params, resultNames.weight),
      ...tensorsOf(ort, slots, state.firstMoment, resultNames.first),
      ...tensorsOf(ort, slots, state.secondMoment, resultNames.second),
    };
    this.steps = state.steps;
  }

  async step(batch: { tokens: Int32Array; learningRate: number }): Promise<{ loss: number }> {
    const { ort } = this.runtime;
    const { optimizer, layout } = this.program;
    const tensors = this.loaded();
    const learningRate = Math.fround(batch.learningRate);
    if (!(learningRate >= 0 && learningRate <= 1)) {
      throw new Error(`BAD_LEARNING_RATE: ${batch.learningRate} is not from 0 to 1`);
    }
    const corrections = biasCorrections(optimizer, this.steps + 1);
    const scalar = (value: number): Ort.Tensor =>
      new ort.Tensor('float32', Float32Array.of(value), []);
    const session = await this.open('step');
    const results = await session.run({
      ...tensors,
      [stepInputNames.tokens]: this.tokensTensor(batch.tokens),
      [stepInputNames.learningRate]: scalar(learningRate),
      [stepInputNames.biasCorrection1]: scalar(corrections.first),
      [stepInputNames.biasCorrection2]: scalar(corrections.second),
    });
    const loss = scalarOf(results[resultNames.loss]!);
    const norm = scalarOf(results[resultNames.gradientNorm]!);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      throw new Error(
        `NON_FINITE: loss ${loss}, gradient norm ${norm} at inner step ${this.steps + 1}; ` +
          'use a smaller learning rate',
      );
    }
    for (const { name } of layout.slots) {
      for (const nameOf of [resultNames.weight, resultNames.first, resultNames.second]) {
        tensors[nameOf(name)] = results[resultNames.next(nameOf(name))]!;
      }
    }
    this.steps++;
    return { loss };
  }

  async evaluate(tokens: Int32Array): Promise<{ loss: number }> {
    const tensors = this.loaded();
    const feeds: Record<string, Ort.Tensor> = {
      [stepInputNames.tokens]: this.tokensTensor(tokens),
    };
    for (const { name } of this.program.layout.slots) feeds[name] = tensors[name]!;
    const results = await (await this.open('evaluate')).run(feeds);
    const loss = scalarOf(results[resultNames.loss]!);
    if (!Number.isFinite(loss)) {
      throw new Error(`NON_FINITE: held-out loss ${loss}; the weights are not usable`);
    }
    return { loss };
  }

  async export(): Promise<InnerState> {
    const tensors = this.loaded();
    const flatten = (nameOf: (name: string) => string): Float32Array => {
      const flat = new Float32Array(this.program.layout.length);
      for (const { name, offset } of this.program.layout.slots) {
        flat.set(tensors[nameOf(name)]!.data as Float32Array, offset);
      }
      return flat;
    };
    return {
      params: flatten(resultNames.weight),
      firstMoment: flatten(resultNames.first),
      secondMoment: flatten(resultNames.second),
      steps: this.steps,
    };
  }

  async dispose(): Promise<void> {
    for (const session of Object.values(this.sessions)) await (await session).release();
    this.tensors = undefined;
  }

  private loaded(): Record<string, Ort.Tensor> {
    if (!this.tensors) throw new Error('NOT_LOADED: the session has no state; call load() first');
    return this.tensors;
  }

  private tokensTensor(tokens: Int32Array): Ort.Tensor {
    const { batchSize, model } = this.program;
    const shape = [batchSize, model.contextLength + 1] as const;
    checkTokens(tokens, shape[0] * shape[1], model.vocabSize);
    return new this.runtime.ort.Tensor('int32', tokens, shape);
  }

  /** Compiling takes a while, and an auditor never evaluates: each graph is opened when needed. */
  private open(graph: 'step' | 'evaluate'): Promise<Ort.InferenceSession> {
    return (this.sessions[graph] ??= createSession(this.runtime.ort, this.program[graph]));
  }
}

async function createSession(ort: typeof Ort, model: Uint8Array): Promise<Ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel,
    executionMode: 'sequential',
  });
}

function tensorsOf(
  ort: typeof Ort,
  slots: readonly TensorSlot[],
  flat: Float32Array,
  nameOf: (name: string) => string,
): Record<string, Ort.Tensor> {
  // Copied once, so that the caller may go on using its vector.
  const own = flat.slice();
  return Object.fromEntries(
    slots.map(({ name, shape, offset, length }) => [
      nameOf(name),
      new ort.Tensor('float32', own.subarray(offset, offset + length), shape),
    ]),
  );
}

function scalarOf(tensor: Ort.Tensor): number {
  return (tensor.data as Float32Array)[0]!;
}

/** Loads the runtime with the very bytes that the fingerprint names; nothing is fetched. */
function startRuntime(threads: number): Promise<Runtime> {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new Error(`BAD_THREADS: ${threads} is not an integer from 1 to 64`);
  }
  runtime ??= loadRuntime(threads);
  return runtime.then((started) => {
    if (started.threads === threads) return started;
    throw new Error(
      `ENGINE_STARTED: this process runs ort-wasm with ${started.threads} threads, not ` +
        `${threads}; start another process`,
    );
  });
}

async function loadRuntime(threads: number): Promise<Runtime> {
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
  return { ort, version, binary: digestOf(bytes), threads };
}

function fingerprintOf({ version, binary }: Runtime): Fingerprint {
  return {
    engine: 'ort-wasm',
    version,
    binary,
    options: { graphOptimizationLevel, executionMode: 'sequential' },
  };
}
