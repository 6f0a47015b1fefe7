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
import type { PackedSequences } from '@commonweights/trainer/data/packed-sequences.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import { unigramEntropy } from '@commonweights/trainer/run/evaluate.js';
import {
  programOf,
  trainAlone,
  trainDataParallel,
  trainTogether,
  worthOfWorker,
  type Cohort,
} from '@commonweights/trainer/run/simulated-cohort.js';
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
  const cohort = cohortOf(bench);
  const wanted = (part: string) => only.length === 0 || only.includes(part);
  const run = wanted('run') ? await runTogether(cohort, recipe) : undefined;
  const alone = wanted('alone') ? await runAlone(cohort, recipe) : NaN;
  const ddp = wanted('ddp') ? await runDataParallel(cohort, recipe) : NaN;
  const worth = worthOfWorker({ run: run?.loss ?? NaN, alone, ddp });
  const show = (value: number, digits = 3) => (Number.isNaN(value) ? '–' : value.toFixed(digits));
  console.log(
    `${recipe.name} ${seed} | ${programOf(cohort.spec).layout.length}, ${tokensOf(recipe)}, ` +
      `${show(unigram)} | ` +
      `${show(run?.loss ?? NaN)} ${show(alone)} ${show(ddp)} | ${show(worth, 2)} | ` +
      `${show(run?.bytesPerRound ?? NaN, 0)} | ${show(run?.stepMs ?? NaN, 1)}`,
  );
}

function cohortOf({ engine, recipe, seed, train, heldOut }: Bench): Cohort {
  const { model, optimizer, batchSize, innerSteps, schedule, outer } = recipe;
  const inner = {
    ...{ optimizer, batchSize, schedule, stepsPerRound: innerSteps },
    ...{ segments: 1, localResetInterval: recipe.rounds + 1 },
  };
  const spec = { model, inner, outer, data: { seed } };
  const initial = initialParams({ model, layout: llamaLayout(model) }, seed);
  return { engine, spec, initial, train, heldOut, evaluatedSequences };
}

/** The run: rounds of H inner steps on each worker, then one exchange. */
async function runTogether(
  cohort: Cohort,
  { rounds, innerSteps }: Recipe,
): Promise<{ loss: number; bytesPerRound: number; stepMs: number }> {
  const result = await trainTogether(cohort, {
    ...{ rounds, seatsOf, evaluatesEachRound: trace },
    ...(faults ? { rewoundRound: 3 } : {}),
    now: () => process.cpuUsage().user / 1000,
    onRound: ({ round, heldOutLoss }) => {
      if (heldOutLoss !== null) console.log(`  round ${round}: ${heldOutLoss.toFixed(3)}`);
    },
  });
  const mean = (of: (round: (typeof result.rounds)[number]) => number) =>
    result.rounds.reduce((sum, round) => sum + of(round), 0) / rounds;
  return {
    loss: result.heldOutLoss,
    bytesPerRound: mean((round) => round.updateBytes),
    stepMs: mean((round) => round.trainMs) / innerSteps,
  };
}

/** Seats that train in a round: with faults, seat 3 dies after round 3 and seat 4 joins at 6. */
function seatsOf(round: number): number[] {
  if (!faults || round <= 3) return [0, 1, 2, 3];
  return round < 6 ? [0, 1, 2] : [0, 1, 2, 4];
}

/** One worker, own schedule and the best of several peaks, as many steps as the wall time allows. */
async function runAlone(cohort: Cohort, recipe: Recipe): Promise<number> {
  const steps = Math.floor(recipe.rounds * recipe.innerSteps * overhead);
  const results = await trainAlone(cohort, { steps, peaks: recipe.alonePeaks });
  if (trace) {
    console.log(`  alone ${recipe.alonePeaks.join(' ')}: ${results.map((it) => it.toFixed(3))}`);
  }
  return Math.min(...results);
}

/** One exchange per step and no cost for it: the bound of what four workers could reach. */
async function runDataParallel(cohort: Cohort, recipe: Recipe): Promise<number> {
  const steps = recipe.rounds * recipe.innerSteps;
  return Math.min(...(await trainDataParallel(cohort, { steps, workers, peaks: recipe.ddpPeaks })));
}

/** Tokens that all workers of a run see together. */
function tokensOf({ rounds, innerSteps, batchSize, model }: Recipe): number {
  return workers * rounds * innerSteps * batchSize * model.contextLength;
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
