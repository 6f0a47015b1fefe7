/**
 * A training session over any graph runtime. Results of a step are the inputs of the next, and take
 * their place only when the whole step is known to be good: whatever fails, the state is that of the
 * step before.
 */
import { admitProgram } from '../program/admit-program.js';
import { biasCorrections } from '../program/adamw.js';
import { resultNames, stepInputNames } from '../program/names.js';
import type { TensorSlot } from '../program/layout.js';
import type { TrainingProgram } from '../program/training-program.js';
import { checkState, checkTokens } from './check-input.js';
import type { InnerState, Session } from './engine.js';
import { explainFailure } from './failure.js';
import type { GraphRuntime, HeldTensor, OpenedGraph } from './graph-runtime.js';

/** What a session runs on; `name` is the engine's. */
export interface NamedRuntime {
  readonly name: string;
  readonly runtime: GraphRuntime;
}

/** The compiled graphs of one program, opened when first needed and shared by its sessions. */
interface OpenedGraphs {
  readonly opened: Partial<Record<'step' | 'evaluate', Promise<OpenedGraph>>>;
  users: number;
}

type Results = Readonly<Record<string, HeldTensor>>;

/** Errors: those of `admitProgram`. */
export function openSession(engine: NamedRuntime, program: TrainingProgram): Session {
  admitProgram(program.step, program.stepDigest);
  admitProgram(program.evaluate);
  return new ProgramSession(engine, program, { opened: {}, users: 0 });
}

class ProgramSession implements Session {
  /** Weights and moments by input name; results of one step are inputs of the next. */
  private tensors: Record<string, HeldTensor> | undefined;
  private steps = 0;

  constructor(
    private readonly engine: NamedRuntime,
    private readonly program: TrainingProgram,
    private readonly graphs: OpenedGraphs,
  ) {
    graphs.users++;
  }

  fork(): Session {
    return new ProgramSession(this.engine, this.program, this.graphs);
  }

  async load(state: InnerState): Promise<void> {
    checkState(state, this.program.layout.length);
    this.dropState();
    const { runtime } = this.engine;
    const { slots } = this.program.layout;
    this.tensors = {
      ...holdSlots(runtime, slots, state.params, resultNames.weight),
      ...holdSlots(runtime, slots, state.firstMoment, resultNames.first),
      ...holdSlots(runtime, slots, state.secondMoment, resultNames.second),
    };
    this.steps = state.steps;
  }

  async step(batch: { tokens: Int32Array; learningRate: number }): Promise<{ loss: number }> {
    const { optimizer, layout } = this.program;
    const tensors = this.loaded();
    const learningRate = Math.fround(batch.learningRate);
    if (!(learningRate >= 0 && learningRate <= 1)) {
      throw new Error(`BAD_LEARNING_RATE: ${batch.learningRate} is not from 0 to 1`);
    }
    const corrections = biasCorrections(optimizer, this.steps + 1);
    const given = {
      [stepInputNames.tokens]: this.tokensTensor(batch.tokens),
      [stepInputNames.learningRate]: this.scalar(learningRate),
      [stepInputNames.biasCorrection1]: this.scalar(corrections.first),
      [stepInputNames.biasCorrection2]: this.scalar(corrections.second),
    };
    const results = await this.run('step', tensors, given);
    const loss = await takeScalar(results, resultNames.loss);
    const norm = await takeScalar(results, resultNames.gradientNorm);
    const next = layout.slots.flatMap(({ name }) =>
      [resultNames.weight, resultNames.first, resultNames.second].map((nameOf) => nameOf(name)),
    );
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      for (const name of next) results[resultNames.next(name)]!.drop();
      throw new Error(
        `NON_FINITE: loss ${loss}, gradient norm ${norm} at inner step ${this.steps + 1}; ` +
          'use a smaller learning rate',
      );
    }
    for (const name of next) {
      tensors[name]!.drop();
      tensors[name] = results[resultNames.next(name)]!;
    }
    this.steps++;
    return { loss };
  }

  async evaluate(tokens: Int32Array): Promise<{ loss: number }> {
    const tensors = this.loaded();
    const weights = this.program.layout.slots.map(({ name }) => [name, tensors[name]!] as const);
    const given = { [stepInputNames.tokens]: this.tokensTensor(tokens) };
    const results = await this.run('evaluate', Object.fromEntries(weights), given);
    const loss = await takeScalar(results, resultNames.loss);
    if (!Number.isFinite(loss)) {
      throw new Error(`NON_FINITE: held-out loss ${loss}; the weights are not usable`);
    }
    return { loss };
  }

  async export(): Promise<InnerState> {
    const tensors = this.loaded();
    const flatten = async (nameOf: (name: string) => string): Promise<Float32Array> => {
      const flat = new Float32Array(this.program.layout.length);
      for (const { name, offset } of this.program.layout.slots) {
        flat.set(await tensors[nameOf(name)]!.read(), offset);
      }
      return flat;
    };
    return {
      params: await flatten(resultNames.weight),
      firstMoment: await flatten(resultNames.first),
      secondMoment: await flatten(resultNames.second),
      steps: this.steps,
    };
  }

  async dispose(): Promise<void> {
    this.dropState();
    if (--this.graphs.users > 0) return;
    for (const graph of Object.values(this.graphs.opened)) await (await graph).release();
  }

  private async run(
    graph: 'step' | 'evaluate',
    kept: Readonly<Record<string, HeldTensor>>,
    given: Readonly<Record<string, HeldTensor>>,
  ): Promise<Results> {
    try {
      return await (await this.open(graph)).run({ ...kept, ...given });
    } catch (error) {
      throw explainFailure(this.engine.name, error);
    } finally {
      for (const tensor of Object.values(given)) tensor.drop();
    }
  }

  private loaded(): Record<string, HeldTensor> {
    if (!this.tensors) throw new Error('NOT_LOADED: the session has no state; call load() first');
    return this.tensors;
  }

  private dropState(): void {
    for (const tensor of Object.values(this.tensors ?? {})) tensor.drop();
    this.tensors = undefined;
  }

  private scalar(value: number): HeldTensor {
    return this.engine.runtime.hold({ type: 'f32', data: Float32Array.of(value), shape: [] });
  }

  private tokensTensor(tokens: Int32Array): HeldTensor {
    const { batchSize, model } = this.program;
    const shape = [batchSize, model.contextLength + 1] as const;
    checkTokens(tokens, shape[0] * shape[1], model.vocabSize);
    return this.engine.runtime.hold({ type: 'i32', data: tokens, shape });
  }

  /** Compiling takes a while, and an auditor never evaluates: each graph is opened when needed. */
  private open(graph: 'step' | 'evaluate'): Promise<OpenedGraph> {
    const { opened } = this.graphs;
    return (opened[graph] ??= this.engine.runtime.open(this.program[graph]).catch((error) => {
      delete opened[graph];
      throw error;
    }));
  }
}

/** The parts of a flat vector as tensors, each a copy: the caller may go on using its vector. */
export function holdSlots(
  runtime: GraphRuntime,
  slots: readonly TensorSlot[],
  flat: Float32Array,
  nameOf: (name: string) => string,
): Record<string, HeldTensor> {
  return Object.fromEntries(
    slots.map(({ name, shape, offset, length }) => [
      nameOf(name),
      runtime.hold({ type: 'f32', data: flat.subarray(offset, offset + length), shape }),
    ]),
  );
}

async function takeScalar(results: Results, name: string): Promise<number> {
  const held = results[name]!;
  const [value] = await held.read();
  held.drop();
  return value!;
}
