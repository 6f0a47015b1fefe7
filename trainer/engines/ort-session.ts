/**
 * A training session over ONNX Runtime's JavaScript interface, which its WebAssembly and its native
 * build share. Results of a step are the inputs of the next. Outputs are never pre-allocated: the
 * WebAssembly build then silently returns unwritten memory.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import { biasCorrections } from '../program/adamw.js';
import { resultNames, stepInputNames } from '../program/names.js';
import type { TensorSlot } from '../program/layout.js';
import type { TrainingProgram } from '../program/training-program.js';
import { checkState, checkTokens } from './check-input.js';
import type { InnerState, Session } from './engine.js';
import type { LogitsSource } from './generate.js';

/** What an engine brings: how to make tensors and how to open a graph with its pinned options. */
export interface OrtRuntime {
  readonly Tensor: TensorConstructor;
  open(model: Uint8Array): Promise<InferenceSession>;
}

/** The compiled graphs of one program, opened when first needed and shared by its sessions. */
interface OpenedGraphs {
  readonly opened: Partial<Record<'step' | 'evaluate', Promise<InferenceSession>>>;
  users: number;
}

export class OrtSession implements Session {
  /** Weights and moments by input name; results of one step are inputs of the next. */
  private tensors: Record<string, Tensor> | undefined;
  private steps = 0;

  constructor(
    private readonly runtime: OrtRuntime,
    private readonly program: TrainingProgram,
    private readonly graphs: OpenedGraphs = { opened: {}, users: 0 },
  ) {
    graphs.users++;
  }

  fork(): Session {
    return new OrtSession(this.runtime, this.program, this.graphs);
  }

  async load(state: InnerState): Promise<void> {
    checkState(state, this.program.layout.length);
    const { Tensor } = this.runtime;
    const { slots } = this.program.layout;
    this.tensors = {
      ...tensorsOf(Tensor, slots, state.params, resultNames.weight),
      ...tensorsOf(Tensor, slots, state.firstMoment, resultNames.first),
      ...tensorsOf(Tensor, slots, state.secondMoment, resultNames.second),
    };
    this.steps = state.steps;
  }

  async step(batch: { tokens: Int32Array; learningRate: number }): Promise<{ loss: number }> {
    const { Tensor } = this.runtime;
    const { optimizer, layout } = this.program;
    const tensors = this.loaded();
    const learningRate = Math.fround(batch.learningRate);
    if (!(learningRate >= 0 && learningRate <= 1)) {
      throw new Error(`BAD_LEARNING_RATE: ${batch.learningRate} is not from 0 to 1`);
    }
    const corrections = biasCorrections(optimizer, this.steps + 1);
    const scalar = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), []);
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
    const feeds: Record<string, Tensor> = {
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
    this.tensors = undefined;
    if (--this.graphs.users > 0) return;
    for (const session of Object.values(this.graphs.opened)) await (await session).release();
  }

  private loaded(): Record<string, Tensor> {
    if (!this.tensors) throw new Error('NOT_LOADED: the session has no state; call load() first');
    return this.tensors;
  }

  private tokensTensor(tokens: Int32Array): Tensor {
    const { batchSize, model } = this.program;
    const shape = [batchSize, model.contextLength + 1] as const;
    checkTokens(tokens, shape[0] * shape[1], model.vocabSize);
    return new this.runtime.Tensor('int32', tokens, shape);
  }

  /** Compiling takes a while, and an auditor never evaluates: each graph is opened when needed. */
  private open(graph: 'step' | 'evaluate'): Promise<InferenceSession> {
    return (this.graphs.opened[graph] ??= this.runtime.open(this.program[graph]));
  }
}

/** Logits of the next token under given weights, for generation. */
export async function openOrtLogits(
  runtime: OrtRuntime,
  program: TrainingProgram,
  params: Float32Array,
): Promise<LogitsSource> {
  const { Tensor } = runtime;
  const { contextLength, vocabSize } = program.model;
  const session = await runtime.open(program.logits);
  const weights = tensorsOf(Tensor, program.layout.slots, params, resultNames.weight);
  return {
    model: program.model,
    async next(tokens) {
      const last = tokens.slice(-contextLength);
      const ids = new Int32Array(contextLength);
      ids.set(last);
      checkTokens(ids, contextLength, vocabSize);
      const results = await session.run({
        ...weights,
        [stepInputNames.tokens]: new Tensor('int32', ids, [contextLength]),
        [stepInputNames.position]: new Tensor('int32', Int32Array.of(last.length - 1), [1]),
      });
      return results[resultNames.logits]!.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}

function tensorsOf(
  makeTensor: TensorConstructor,
  slots: readonly TensorSlot[],
  flat: Float32Array,
  nameOf: (name: string) => string,
): Record<string, Tensor> {
  // Copied once, so that the caller may go on using its vector.
  const own = flat.slice();
  return Object.fromEntries(
    slots.map(({ name, shape, offset, length }) => [
      nameOf(name),
      new makeTensor('float32', own.subarray(offset, offset + length), shape),
    ]),
  );
}

function scalarOf(tensor: Tensor): number {
  return (tensor.data as Float32Array)[0]!;
}
