/**
 * Whole training steps on an engine: parity with the reference, repetition, what a session promises,
 * and every refusal with the state intact afterwards.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { buildLlamaProgram } from '../../program/build-llama-program.js';
import { initialParams } from '../../program/initial-params.js';
import { writeOnnx } from '../../program/onnx-writer.js';
import type { ProgramPlan } from '../../program/program-plan.js';
import type { TrainingProgram } from '../../program/training-program.js';
import type { Engine, InnerState, Session } from '../engine.js';
import { boundsOf, relativeDistance, requireThat } from './measures.js';

const learningRate = 0.003;
const stepsTaken = 3;

function smallProgram(plan: ProgramPlan = {}): TrainingProgram {
  return buildLlamaProgram({
    model: {
      family: 'llama',
      vocabSize: 64,
      hiddenSize: 16,
      intermediateSize: 24,
      layers: 1,
      heads: 4,
      kvHeads: 2,
      contextLength: 8,
      ropeTheta: 10_000,
      rmsNormEps: 1e-5,
      tiedEmbeddings: false,
    },
    optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 },
    batchSize: 4,
    plan,
  });
}

/** Trains the small program on both engines, compiling each of its plans once. */
export class Trainer {
  private readonly sessions = new Map<string, Session>();

  constructor(
    readonly engine: Engine,
    readonly reference: Engine,
  ) {}

  /** A session without a state. */
  async session(plan: ProgramPlan = {}, engine = this.engine): Promise<Session> {
    const key = `${engine.name} ${JSON.stringify(plan)}`;
    const known = this.sessions.get(key);
    if (known) return known.fork();
    const session = await engine.compile(smallProgram(plan));
    this.sessions.set(key, session);
    return session.fork();
  }

  async train(
    it: { plan?: ProgramPlan; steps?: number; reloadAfter?: number; engine?: Engine } = {},
  ): Promise<InnerState> {
    const session = await this.session(it.plan, it.engine);
    const program = smallProgram();
    await session.load(freshState(program));
    for (let i = 0; i < (it.steps ?? stepsTaken); i++) {
      await session.step({ tokens: batchOf(program, i), learningRate });
      if (i + 1 === it.reloadAfter) await session.load(await session.export());
    }
    const state = await session.export();
    await session.dispose();
    return state;
  }

  async close(): Promise<void> {
    for (const session of this.sessions.values()) await session.dispose();
  }
}

type TrainingCheck = (trainer: Trainer) => Promise<string>;

/** Each returns what it found, or throws. */
export const trainingChecks: Readonly<Record<string, TrainingCheck>> = {
  'whole steps agree with the reference': async (trainer) => {
    const [own, theirs] = [
      await trainer.train(),
      await trainer.train({ engine: trainer.reference }),
    ];
    const start = initialParams(smallProgram(), 2);
    const apart = relativeDistance(
      own.params.map((x, i) => x - start[i]!),
      theirs.params.map((x, i) => x - start[i]!),
    );
    const most = boundsOf(trainer.engine).steps;
    requireThat(apart <= most, `steps are ${apart.toExponential(1)} apart`);
    return `${stepsTaken} steps, relative distance ${apart.toExponential(1)}`;
  },
  'the same steps end in the same state': async (trainer) =>
    compareStates(trainer.engine, await trainer.train(), await trainer.train()),
  'a state goes on where it was exported': async (trainer) =>
    compareStates(trainer.engine, await trainer.train(), await trainer.train({ reloadAfter: 2 })),
  'plans give the same gradients': async (trainer) => {
    const gradientUnder = async (plan: ProgramPlan) =>
      (await trainer.train({ plan, steps: 1 })).firstMoment;
    const whole = await gradientUnder({});
    const again = relativeDistance(await gradientUnder({ recomputeLayers: true }), whole);
    const inBlocks = { microBatches: 2, attentionBlock: 3, logitsBlock: 5 };
    const blocks = relativeDistance(await gradientUnder(inBlocks), whole);
    const most = boundsOf(trainer.engine).gradient;
    const mostAgain = trainer.engine.class === 'exact' ? 0 : most;
    requireThat(again <= mostAgain, `recomputing changes gradients by ${again}`);
    requireThat(blocks <= most, `blocks change gradients by ${blocks}`);
    return `recomputed ${again.toExponential(1)}, in blocks ${blocks.toExponential(1)}`;
  },
  'a fork has a state of its own': async (trainer) => {
    const program = smallProgram();
    const session = await trainer.session();
    await session.load(freshState(program));
    const fork = session.fork();
    await fork.load(freshState(program));
    await fork.step({ tokens: batchOf(program, 0), learningRate });
    await fork.dispose();
    const left = stateDigest(await session.export());
    await session.dispose();
    requireThat(left === stateDigest(freshState(program)), 'a fork changed its origin');
    return 'kept apart';
  },
  'sessions that overlap do not disturb each other': async (trainer) => {
    const alone = await trainer.train();
    // One shares the compiled program, two compile while it already runs.
    const anew = () => new Trainer(trainer.engine, trainer.reference);
    const overlapping = [trainer, anew(), anew()];
    const states = await Promise.all(overlapping.map((one) => one.train()));
    for (const one of overlapping.slice(1)) await one.close();
    const found = states.map((state) => compareStates(trainer.engine, alone, state));
    return `${states.length} sessions at once: ${found[0]}`;
  },
  'refusals leave the state as it was': (trainer) => refuse(trainer),
  'programs that nobody should run are refused': (trainer) => refusePrograms(trainer.engine),
};

async function refuse(trainer: Trainer): Promise<string> {
  const program = smallProgram();
  const session = await trainer.session();
  try {
    const tokens = batchOf(program, 0);
    await expectRefusal(/^NOT_LOADED/, () => session.evaluate(tokens));
    await session.load(freshState(program));
    await session.step({ tokens, learningRate });
    const before = stateDigest(await session.export());
    const step = (batch: Int32Array, rate = learningRate) =>
      session.step({ tokens: batch, learningRate: rate });
    await expectRefusal(/^BAD_BATCH/, () => step(Int32Array.of(...tokens, ...tokens)));
    await expectRefusal(/^BAD_BATCH/, () => session.evaluate(tokens.slice(1)));
    await expectRefusal(/^BAD_TOKEN/, () => step(tokens.map(() => 64)));
    await expectRefusal(/^BAD_TOKEN/, () => step(tokens.map(() => -1)));
    await expectRefusal(/^BAD_LEARNING_RATE/, () => step(tokens, NaN));
    await expectRefusal(/^BAD_STATE/, () =>
      session.load({ ...freshState(program), firstMoment: new Float32Array(3) }),
    );
    requireThat(stateDigest(await session.export()) === before, 'a refusal changed the state');
    await refuseNaN(session, program);
    return '8 refusals';
  } finally {
    await session.dispose();
  }
}

/** A weight that is no number makes loss and gradient none; what was loaded must still be there. */
async function refuseNaN(session: Session, program: TrainingProgram): Promise<void> {
  const sick = freshState(program);
  sick.params[5] = NaN;
  await session.load(sick);
  const tokens = batchOf(program, 0);
  await expectRefusal(/^NON_FINITE/, () => session.step({ tokens, learningRate }));
  const after = await session.export();
  requireThat(stateDigest(after) === stateDigest(sick), 'a step that failed changed the state');
  await session.load(freshState(program));
  await session.step({ tokens, learningRate });
}

async function refusePrograms(engine: Engine): Promise<string> {
  const good = smallProgram();
  const value = { name: 'x', type: 'f32', shape: [2] } as const;
  const odd = writeOnnx({
    name: 'odd',
    nodes: [{ op: 'Erf', inputs: ['x'], outputs: ['y'], attributes: {} }],
    constants: [],
    inputs: [value],
    outputs: [{ ...value, name: 'y' }],
  });
  const compile = (step: Uint8Array, stepDigest = digestOf(step)) =>
    engine.compile({ ...good, step, stepDigest });
  await expectRefusal(/^BAD_ONNX: Erf/, () => compile(odd));
  await expectRefusal(/^PROGRAM_MISMATCH/, () => compile(good.step, digestOf(odd)));
  await expectRefusal(/^BAD_ONNX/, () => compile(good.step.subarray(0, 5000)));
  const huge = new Uint8Array(128 * 1024 * 1024 + 1);
  await expectRefusal(/^PROGRAM_TOO_LARGE/, () => compile(huge, good.stepDigest));
  return '4 refusals';
}

function compareStates(engine: Engine, a: InnerState, b: InnerState): string {
  if (engine.class === 'exact') {
    requireThat(stateDigest(a) === stateDigest(b), 'the bits differ');
    return 'same bits';
  }
  const apart = relativeDistance(a.params, b.params);
  requireThat(apart <= 1e-5, `the states are ${apart} apart`);
  return `relative distance ${apart.toExponential(1)}`;
}

function freshState(program: TrainingProgram): InnerState {
  const { length } = program.layout;
  return {
    params: initialParams(program, 2),
    firstMoment: new Float32Array(length),
    secondMoment: new Float32Array(length),
    steps: 0,
  };
}

/** Batch `index` of an endless text with some structure. */
function batchOf(program: TrainingProgram, index: number): Int32Array {
  const length = program.batchSize * (program.model.contextLength + 1);
  return Int32Array.from({ length }, (_, i) => (i * i + 7 * i + 3 * index) % 31);
}

function stateDigest(state: InnerState): string {
  const parts = [state.params, state.firstMoment, state.secondMoment];
  return parts.map((part) => digestOf(new Uint8Array(part.buffer))).join();
}

async function expectRefusal(wanted: RegExp, work: () => Promise<unknown>): Promise<void> {
  const said = await work().then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  requireThat(wanted.test(said), `it said "${said.slice(0, 120)}" where ${wanted} was due`);
}
