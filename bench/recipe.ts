/**
 * Finds out what a recipe is worth: the held-out loss that four workers reach with it, beside what
 * one worker alone reaches in the same wall time and what plain data parallelism would (design §7:
 * the worth of a worker). Simulates the rounds in one process with the exchange's own code, on the
 * native engine unless `--exact` is given, since losses differ by less than seeds do.
 *
 *   npx tsx bench/recipe.ts [name …] [--seeds 1,2] [--only run,alone,ddp] [--overhead 1.5]
 *                           [--exact] [--faults] [--trace]
 *
 * `--overhead` is the wall time of a run over that of its inner steps alone: exchange, waiting and
 * cancelled rounds come on top of them, and one worker alone trains in that time. `--faults` removes
 * a worker from round 4 on, lets another join in round 6 and rewinds round 3. `--trace` shows the
 * held-out loss after each round.
 */
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import { compress, pseudoGradient } from '@commonweights/trainer/exchange/compress.js';
import { initialOuterState, outerStep } from '@commonweights/trainer/exchange/outer-step.js';
import { sliceBatches } from '@commonweights/trainer/data/slice.js';
import type { PackedSequences } from '@commonweights/trainer/data/packed-sequences.js';
import type { Engine, InnerState, Session } from '@commonweights/trainer/engines/engine.js';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import type { TrainingProgram } from '@commonweights/trainer/program/training-program.js';
import { evaluateHeldOut, unigramEntropy } from '@commonweights/trainer/run/evaluate.js';
import { learningRateAt } from '@commonweights/trainer/run/run-spec.js';
import { recipes, type Recipe } from './recipe-list.js';
import { packSpeeches } from './speeches.js';

const workers = 4;
const evaluatedSequences = 512;

interface Bench {
  readonly engine: Engine;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly train: PackedSequences;
  readonly heldOut: PackedSequences;
}

const { names, seeds, exact, faults, only, overhead, trace } = parseArguments(
  process.argv.slice(2),
);
const engine = exact ? createOrtWasmEngine() : createOrtNativeEngine();
console.log(
  'recipe seed | parameters, tokens, unigram | run alone ddp | worth | bytes/update | step ms',
);
for (const recipe of recipes.filter((it) => names.length === 0 || names.includes(it.name))) {
  const { contextLength, vocabSize } = recipe.model;
  const { train, heldOut } = await packSpeeches({ vocabSize, contextLength });
  const unigram = unigramEntropy(heldOut, evaluatedSequences);
  for (const seed of seeds) {
    const bench: Bench = { engine, recipe, seed, train, heldOut };
    await report(bench, unigram);
  }
}

async function report(bench: Bench, unigram: number): Promise<void> {
  const { recipe, seed } = bench;
  const wanted = (part: string) => only.length === 0 || only.includes(part);
  const run = wanted('run') ? await trainTogether(bench) : undefined;
  const alone = wanted('alone') ? await trainAlone(bench) : NaN;
  const ddp = wanted('ddp') ? await trainDataParallel(bench) : NaN;
  const worth = (alone - (run?.loss ?? NaN)) / (alone - ddp);
  const show = (value: number, digits = 3) => (Number.isNaN(value) ? '–' : value.toFixed(digits));
  console.log(
    `${recipe.name} ${seed} | ${programOf(recipe).layout.length}, ${tokensOf(recipe)}, ` +
      `${show(unigram)} | ` +
      `${show(run?.loss ?? NaN)} ${show(alone)} ${show(ddp)} | ${show(worth, 2)} | ` +
      `${show(run?.bytesPerRound ?? NaN, 0)} | ${show(run?.stepMs ?? NaN, 1)}`,
  );
}

/** The run: rounds of H inner steps on each worker, then one exchange. */
async function trainTogether(
  bench: Bench,
): Promise<{ loss: number; bytesPerRound: number; stepMs: number }> {
  const { recipe, seed } = bench;
  const program = programOf(recipe);
  const session = await bench.engine.compile(program);
  let outer = initialOuterState(initialParams(program, seed), recipe.outer);
  let locals = new Map<number, { inner: InnerState; feedback: Float32Array | null }>();
  let slice = 0;
  let bytes = 0;
  let exchanges = 0;
  const started = process.cpuUsage().user;
  let stepsTaken = 0;
  let rewound = !faults;
  for (let round = 1; round <= recipe.rounds; round++) {
    const present = seatsOf(round);
    const decoded: Float32Array[] = [];
    for (const seat of present) {
      const local = locals.get(seat) ?? { inner: freshState(outer.params), feedback: null };
      await session.load({ ...local.inner, params: outer.params });
      const firstStep = (round - 1) * recipe.innerSteps;
      await takeSteps(bench, session, { slice: slice++, firstStep });
      stepsTaken += recipe.innerSteps;
      const inner = await session.export();
      const sent = compress({
        pseudoGradient: pseudoGradient({ start: outer.params, end: inner.params }),
        errorFeedback: local.feedback,
        layout: program.layout,
        recipe: recipe.outer,
      });
      bytes += sent.bytes.length;
      exchanges++;
      decoded.push(sent.decoded);
      locals.set(seat, { inner, feedback: sent.errorFeedback });
    }
    if (!rewound && round === 3) {
      // The round is cancelled: nobody's update counts, local states start over.
      rewound = true;
      locals = new Map();
      round--;
      continue;
    }
    const mean = aggregate(decoded);
    outer = outerStep({ ...outer, mean, recipe: recipe.outer });
    if (trace) {
      console.log(
        `  round ${round}: ${(await heldOutLoss(bench, session, outer.params)).toFixed(3)}`,
      );
    }
  }
  const stepMs = (process.cpuUsage().user - started) / 1000 / stepsTaken;
  const loss = await heldOutLoss(bench, session, outer.params);
  await session.dispose();
  return { loss, bytesPerRound: bytes / exchanges, stepMs };
}

/** Seats that train in a round: with faults, seat 3 dies after round 3 and seat 4 joins at 6. */
function seatsOf(round: number): number[] {
  if (!faults || round <= 3) return [0, 1, 2, 3];
  return round < 6 ? [0, 1, 2] : [0, 1, 2, 4];
}

async function takeSteps(
  bench: Bench,
  session: Session,
  from: { slice: number; firstStep: number },
): Promise<void> {
  const { recipe, seed, train } = bench;
  const spec = {
    sequences: train,
    seed,
    innerSteps: recipe.innerSteps,
    batchSize: recipe.batchSize,
  };
  for (const [i, tokens] of sliceBatches(spec, from.slice).entries()) {
    const learningRate = learningRateAt(recipe.schedule, from.firstStep + i);
    await session.step({ tokens, learningRate });
  }
}

/** One worker, own schedule and the best of several peaks, as many steps as the wall time allows. */
async function trainAlone(bench: Bench): Promise<number> {
  const { recipe } = bench;
  const steps = Math.floor(recipe.rounds * recipe.innerSteps * overhead);
  const results: number[] = [];
  for (const peak of recipe.alonePeaks) {
    results.push(await trainPlainly(bench, { steps, peak, batchSize: recipe.batchSize }));
  }
  if (trace) {
    console.log(`  alone ${recipe.alonePeaks.join(' ')}: ${results.map((it) => it.toFixed(3))}`);
  }
  return Math.min(...results);
}

/** One exchange per step and no cost for it: the bound of what four workers could reach. */
async function trainDataParallel(bench: Bench): Promise<number> {
  const { recipe } = bench;
  const results: number[] = [];
  for (const peak of recipe.ddpPeaks) {
    const steps = recipe.rounds * recipe.innerSteps;
    results.push(await trainPlainly(bench, { steps, peak, batchSize: workers * recipe.batchSize }));
  }
  return Math.min(...results);
}

async function trainPlainly(
  bench: Bench,
  plan: { steps: number; peak: number; batchSize: number },
): Promise<number> {
  const { recipe, seed, train } = bench;
  const program = programOf(recipe, plan.batchSize);
  const session = await bench.engine.compile(program);
  await session.load(freshState(initialParams(program, seed)));
  const warmupSteps = Math.min(recipe.schedule.warmupSteps, Math.floor(plan.steps / 4));
  const schedule = { ...recipe.schedule, peak: plan.peak, warmupSteps, totalSteps: plan.steps };
  const spec = { sequences: train, seed, innerSteps: 1, batchSize: plan.batchSize };
  for (let step = 0; step < plan.steps; step++) {
    const tokens = sliceBatches(spec, step)[0]!;
    await session.step({ tokens, learningRate: learningRateAt(schedule, step) });
  }
  const { params } = await session.export();
  const loss = await heldOutLoss({ ...bench }, session, params, plan.batchSize);
  await session.dispose();
  return loss;
}

async function heldOutLoss(
  bench: Bench,
  session: Session,
  params: Float32Array,
  batchSize = bench.recipe.batchSize,
): Promise<number> {
  const { heldOut } = bench;
  const sequences = evaluatedSequences;
  return (await evaluateHeldOut({ session, params, heldOut, sequences, batchSize })).loss;
}

function programOf(recipe: Recipe, batchSize = recipe.batchSize): TrainingProgram {
  return buildLlamaProgram({ model: recipe.model, optimizer: recipe.optimizer, batchSize });
}

/** Tokens that all workers of a run see together. */
function tokensOf({ rounds, innerSteps, batchSize, model }: Recipe): number {
  return workers * rounds * innerSteps * batchSize * model.contextLength;
}

function freshState(params: Float32Array): InnerState {
  const zeros = new Float32Array(params.length);
  return { params, firstMoment: zeros, secondMoment: zeros, steps: 0 };
}

function parseArguments(argv: readonly string[]) {
  const names: string[] = [];
  let seeds = [1];
  let only: string[] = [];
  let overhead = 1.5;
  const flags = { exact: false, faults: false, trace: false };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--seeds') seeds = (argv[++i] ?? '1').split(',').map(Number);
    else if (word === '--only') only = (argv[++i] ?? '').split(',');
    else if (word === '--overhead') overhead = Number(argv[++i] ?? overhead);
    else if (word === '--exact') flags.exact = true;
    else if (word === '--faults') flags.faults = true;
    else if (word === '--trace') flags.trace = true;
    else if (word.startsWith('--')) {
      throw new Error(`UNKNOWN_FLAG: ${word}; see the head of bench/recipe.ts for those known`);
    } else names.push(word);
  }
  const known = recipes.map((recipe) => recipe.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`UNKNOWN_RECIPE: ${unknown.join(', ')}; known are ${known.join(', ')}`);
  }
  if (!(overhead >= 1 && overhead <= 100)) {
    throw new Error(`BAD_OVERHEAD: ${overhead} is not from 1 to 100`);
  }
  return { names, seeds, only, overhead, ...flags };
}
