/**
 * How the stage of the real adversaries trains when everybody is honest, with the whole of the outer step
 * and with parts of it, and the bowl that does likewise (docs/protocol/simulation.md#for-real). The five
 * numbers that it ends on are those of test/real-adversaries/landscape.ts. Then some attacks by training
 * alone, behind the clipping: the same rounds as in whole plays, without a chain, so more seeds of them.
 *
 *   npm run bench -- landscape [--seeds 4]
 */
import { parseArgs } from 'node:util';
import { decodeLocalState, zeroLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import { initialOuterState, outerStep } from '@commonweights/trainer/exchange/outer-step.js';
import { l2Norm } from '@commonweights/trainer/exchange/tree-sum.js';
import { decodeUpdate } from '@commonweights/trainer/exchange/update-codec.js';
import { evaluateHeldOut } from '@commonweights/trainer/run/evaluate.js';
import { trainRound } from '@commonweights/trainer/worker/round.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import type { Stage } from '@commonweights/test/chaos/play.js';
import {
  realAdversaries,
  type RealAdversary,
} from '@commonweights/test/real-adversaries/conducts.js';
import { fitToSpeeches } from '@commonweights/test/real-adversaries/landscape.js';
import { startLoss } from '@commonweights/test/real-adversaries/measure.js';
import { defences, stageOf, trainers } from '@commonweights/test/real-adversaries/stage.js';
import { RandomStream } from '@commonweights/test/simulation/random-stream.js';
import { expectedOf, fitTo, leftOf, misfit, type Honest } from './landscape-fit.js';
import { meanAndError } from './mean-and-error.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '4' } } });
const parts = [1, 5 / 6, 2 / 3, 1 / 3];
const engine = createOrtWasmEngine();
const clipped = defences.find(({ name }) => name === 'clipped')!;

interface Trained {
  readonly losses: number[];
  readonly alike: number[];
  readonly length: number[];
}

const trained = new Map<number, Trained[]>(parts.map((part) => [part, []]));
/** Those whose rounds need nothing of the chain, behind the clipping alone. */
const attacks = realAdversaries.filter(({ name }) =>
  ['free-rider-noise', 'wrong-shard', 'sign-flip', 'sign-flip-third'].includes(name),
);
const damages = new Map<string, number[]>(attacks.map(({ name }) => [name, []]));
let before = NaN;
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  const stage = await stageOf(engine, clipped, seed);
  before = await startLoss(stage);
  for (const part of parts) {
    const one = await trainAll(stage, part);
    trained.get(part)!.push(one);
    console.log(`seed ${seed}, ${part.toFixed(2)} of the step: ${words(one.losses)}`);
  }
  const end = trained.get(1)!.at(-1)!.losses.at(-1)!;
  for (const attack of attacks) {
    const { losses } = await trainAll(stage, 1, crewOf(attack, seed));
    const damage = (losses.at(-1)! - end) / (before - end);
    damages.get(attack.name)!.push(damage);
    console.log(`seed ${seed}, ${attack.name}: ${words(losses)}, damage ${percent(damage)}`);
  }
  await stage.session.dispose();
}

const meansOf = (rows: readonly (readonly number[])[]) =>
  rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
const whole = trained.get(1)!;
const lengths = meansOf(whole.map(({ length }) => length));
const honest: Honest = {
  before,
  losses: parts.map((part) => ({
    part,
    byRound: meansOf(trained.get(part)!.map(({ losses }) => losses)),
  })),
  alike: meansOf(whole.map(({ alike }) => alike)),
  length: lengths.map((one) => one / lengths[0]!),
};
const fit = fitTo(honest);
console.log(`\nfit ${JSON.stringify(fit)}, misfit ${misfit(fit, honest).toFixed(4)}`);
console.log(`as in landscape.ts: misfit ${misfit(fitToSpeeches, honest).toFixed(4)}`);
const rounds = lengths.length;
const end = honest.losses[0]!.byRound.at(-1)!;
const bowl = expectedOf(fitToSpeeches, { part: 1, rounds });
console.log(`alike   real ${words(honest.alike)}\n        bowl ${words(bowl.alike)}`);
console.log(`length  real ${words(honest.length)}\n        bowl ${words(bowl.length)}`);
for (const { part, byRound } of honest.losses) {
  const expected = expectedOf(fitToSpeeches, { part, rounds }).byRound;
  const inBowl = leftOf(expected, { before: bowl.before, end: bowl.byRound.at(-1)! });
  console.log(
    `left of the progress, ${part.toFixed(2)} of the step: ` +
      `real ${words(leftOf(byRound, { before, end }))}, bowl ${words(inBowl)}`,
  );
}

for (const [name, found] of damages) {
  const { mean, error } = meanAndError(found);
  console.log(`damage of ${name}, clipped: ${percent(mean)} ± ${percent(error)}`);
}

type Crew = ReadonlyMap<number, ComputeRound>;

function crewOf(attack: RealAdversary, seed: number): Crew {
  const random = new RandomStream('crew of', seed);
  const seats = random.shuffle([...trainers.keys()]).slice(0, attack.count);
  return new Map(
    seats.map((seat) => {
      const account = trainers[seat]!;
      const luck = new RandomStream('crew', seed, account);
      const member = attack.join({ random: luck, registry: new MemoryStore(), account });
      return [seat, member.computeRound!];
    }),
  );
}

async function trainAll(stage: Stage, part: number, crew: Crew = new Map()): Promise<Trained> {
  const { spec, opened, session } = stage;
  const { layout } = opened.program;
  const recipe = { ...spec.outer, learningRate: part * spec.outer.learningRate };
  let outer = initialOuterState(opened.initial.params, recipe);
  let locals = trainers.map(() => zeroLocalState(layout, recipe));
  const result: Trained = { losses: [], alike: [], length: [] };
  for (let ordinal = 0; ordinal < spec.rounds; ordinal++) {
    const updates: Float32Array[] = [];
    const next: typeof locals = [];
    for (const [seat, local] of locals.entries()) {
      const slice = trainers.length * ordinal + seat;
      const input = { round: ordinal + 1, ordinal, spec, layout, session, slice };
      const sequences = opened.train;
      const compute = crew.get(seat) ?? trainRound;
      const { update, localOut } = await compute(
        { ...input, sequences, startParams: outer.params },
        local,
      );
      updates.push(decodeUpdate(update.bytes, layout, spec.outer));
      next.push(decodeLocalState(localOut.bytes, layout, spec.outer));
    }
    locals = next;
    const squares = updates.reduce((sum, one) => sum + l2Norm(one) ** 2, 0) / updates.length;
    const plain = aggregate(updates, { kind: 'trimmed-mean', trimBps: 0 });
    const ratio = l2Norm(plain) ** 2 / squares;
    result.alike.push((updates.length * ratio - 1) / (updates.length - 1));
    result.length.push(Math.sqrt(squares));
    outer = outerStep({ ...outer, mean: aggregate(updates, recipe.aggregation), recipe });
    const { heldOut } = opened;
    const { batchSize } = spec.inner;
    const it = { session, params: outer.params, heldOut, sequences: 800, batchSize };
    result.losses.push((await evaluateHeldOut(it)).loss);
  }
  return result;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function words(numbers: readonly number[]): string {
  return numbers.map((one) => one.toFixed(3)).join(' ');
}
