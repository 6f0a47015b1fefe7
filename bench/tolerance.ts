/**
 * The calibration of the tolerance class (docs/protocol/tolerance.md): how far honest engines end
 * from the exact one over segments of 1 … 32 inner steps of the main job's model, and how far
 * cheats do. Also what honest distances come to along their sum, which the drift test counts.
 *
 *   npm run bench -- tolerance [--starts 0,96,384,960] [--slices 2]
 *                              [--engines ort-native/1,ort-native/2,tfjs-wasm,tfjs-cpu] [--write]
 *
 * A start is the count of inner steps that the model had trained for. Engines take the same steps
 * of the same slices from the same snapshot; tfjs-cpu, which takes a second for each, of one slice.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { draftOf, packing } from '@commonweights/cli/main-job/recipe.js';
import {
  billionthsOf,
  distancesOf,
  measureEnds,
  type Distances,
} from '@commonweights/trainer/auditor/residual.js';
import { zeroLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import type { Snapshot } from '@commonweights/trainer/checkpoint/snapshot.js';
import { sliceBatches } from '@commonweights/trainer/data/slice.js';
import type { Engine, Session } from '@commonweights/trainer/engines/engine.js';
import {
  createOrtNativeEngine,
  type OrtDevice,
} from '@commonweights/trainer/engines/ort-native.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { createTfjsEngine, type TfjsBackend } from '@commonweights/trainer/engines/tfjs.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { learningRateAt } from '@commonweights/trainer/program/schedule.js';
import { packSpeeches } from './speeches.js';

const lengths = [1, 2, 4, 8, 16, 32];
const steps = 32;
/** The defaults that the page argues for. */
const bounds = { toleranceBillionths: 2_500_000, window: 8 };
const parts = ['delta', 'firstMoment', 'secondMoment', 'nextStep'] as const;

const { starts, slices, engines, write } = parseArguments(process.argv.slice(2));
const draft = draftOf(1);
const { train } = await packSpeeches({ vocabSize: packing.vocab, contextLength: packing.context });
const { optimizer, schedule } = draft.inner;
const program = buildLlamaProgram({
  model: { ...draft.model, vocabSize: packing.vocab },
  optimizer,
  batchSize: 1,
  plan: {},
});
const exact = await createOrtWasmEngine().compile(program);

/** Largest distance by segment length and part; and what of it lay along the sum before. */
interface Row {
  name: string;
  largest: Map<number, Distances>;
  along: number[];
}

const rows = new Map<string, Row>();
const from = await trainedStates(starts);
for (const name of engines) {
  const session = await openEngine(name).compile(program);
  for (const [at, start] of from) {
    let sum: Float32Array | null = null;
    // It takes a second or two for each step.
    const count = name === 'tfjs-cpu' ? 1 : slices;
    for (let slice = 0; slice < count; slice++) {
      const reference = await endsOf(exact, { start, slice, at });
      const ends = await endsOf(session, { start, slice, at });
      note(name, { start, ends, reference });
      const last = { start, worker: ends.get(8)!, auditor: reference.get(8)! };
      const added = measureEnds(last, sum, bounds);
      if (sum) rows.get(name)!.along.push(added.alongBillionths);
      sum = added.sum;
    }
    console.error(`${name} from step ${at}`);
  }
  await session.dispose();
}
for (const [at, start] of from) {
  for (let slice = 0; slice < slices; slice++) await cheat(at, start, slice);
}
print();

/** What shortcuts come to: each end is that of an exact engine that did something else. */
async function cheat(at: number, start: Snapshot, slice: number): Promise<void> {
  const reference = await endsOf(exact, { start, slice, at });
  const before = await endsOf(exact, { start, slice: slice + 1_000, at });
  const other = await endsOf(exact, { start, slice: slice + 1, at });
  const faster = await endsOf(exact, { start, slice, at, scale: 1.01 });
  const left = { largest: new Map<number, Snapshot>(), half: new Map<number, Snapshot>() };
  for (const length of lengths.slice(1)) {
    left.half.set(length, reference.get(length / 2)!);
    left.largest.set(
      length,
      (await endsOf(exact, { start, slice, at, until: [length - 1] })).get(length - 1)!,
    );
  }
  note('cheat: one step left out', { start, ends: left.largest, reference }, 'least');
  note('cheat: half of the steps', { start, ends: left.half, reference }, 'least');
  note('cheat: another shard', { start, ends: other, reference }, 'least');
  note('cheat: the change of another segment', { start, ends: before, reference }, 'least');
  note('cheat: learning rate 1 % higher', { start, ends: faster, reference }, 'least');
  const rounded = new Map(
    [...reference].map(([length, end]) => [length, { ...end, params: end.params.map(toBfloat16) }]),
  );
  note('other precision: weights kept in bfloat16', { start, ends: rounded, reference }, 'least');
}

function toBfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0]! + 0x8000) & 0xffff0000;
  return new Float32Array(bits.buffer)[0]!;
}

function note(
  name: string,
  it: {
    start: Snapshot;
    ends: ReadonlyMap<number, Snapshot>;
    reference: ReadonlyMap<number, Snapshot>;
  },
  which: 'largest' | 'least' = 'largest',
): void {
  let row = rows.get(name);
  if (!row) rows.set(name, (row = { name, largest: new Map(), along: [] }));
  for (const [length, worker] of it.ends) {
    const found = distancesOf({ start: it.start, worker, auditor: it.reference.get(length)! });
    const known = row.largest.get(length);
    const better = (a: number, b: number) =>
      which === 'largest' ? Math.max(a, b) : Math.min(a, b);
    const of = (part: (typeof parts)[number]) =>
      known ? better(known[part], found[part]) : found[part];
    row.largest.set(length, {
      ...{ delta: of('delta'), firstMoment: of('firstMoment') },
      ...{ secondMoment: of('secondMoment'), nextStep: of('nextStep') },
    });
  }
}

async function endsOf(
  session: Session,
  it: { start: Snapshot; slice: number; at: number; scale?: number; until?: readonly number[] },
): Promise<Map<number, Snapshot>> {
  const { start, at, scale = 1, until = lengths } = it;
  const batches = sliceBatches(
    { sequences: train, seed: 1, innerSteps: steps, batchSize: 1 },
    it.slice + at,
  );
  await session.load({ params: start.params, ...start.local });
  const ends = new Map<number, Snapshot>();
  for (let step = 0; step < until.at(-1)!; step++) {
    const learningRate = learningRateAt(schedule, at + step) * scale;
    await session.step({ tokens: batches[step]!, learningRate });
    if (!until.includes(step + 1)) continue;
    const { params, ...moments } = await session.export();
    ends.set(step + 1, { params, local: { ...moments, errorFeedback: null } });
  }
  return ends;
}

async function trainedStates(at: readonly number[]): Promise<Map<number, Snapshot>> {
  const states = new Map<number, Snapshot>();
  const local = zeroLocalState(program.layout, draft.outer);
  let state: Snapshot = { params: initialParams(program, 1), local };
  for (let trained = 0; ; trained += steps) {
    if (at.includes(trained)) states.set(trained, state);
    if (trained >= Math.max(...at)) return states;
    const it = { start: state, slice: 5_000, at: trained, until: [steps] };
    state = (await endsOf(exact, it)).get(steps)!;
  }
}

function openEngine(name: string): Engine {
  const [engine = '', threads = '1'] = name.split('/');
  if (engine.startsWith('tfjs-')) {
    return createTfjsEngine({ backend: engine.slice('tfjs-'.length) as TfjsBackend });
  }
  const device = (engine.replace(/^ort-native-?/, '') || 'cpu') as OrtDevice;
  return createOrtNativeEngine({ threads: Number(threads), device });
}

function print(): void {
  const head = `| against ort-wasm | ${lengths.map((n) => `${n} steps`).join(' | ')} | along |`;
  const lines = [head, `| --- |${' --- |'.repeat(lengths.length + 1)}`];
  let honest = 0;
  for (const { name, largest, along } of rows.values()) {
    const residuals = lengths.map((length) => {
      const found = largest.get(length);
      return found ? Math.max(...parts.map((part) => found[part])) : null;
    });
    if (!/^(cheat|other)/.test(name)) {
      for (const it of residuals) honest = Math.max(honest, it ?? 0);
    }
    const cells = residuals.map((it) => (it === null ? '–' : it.toExponential(1)));
    const most = along.length === 0 ? '–' : (Math.max(...along) / 1e9).toExponential(1);
    lines.push(`| ${name} | ${cells.join(' | ')} | ${most} |`);
  }
  console.log(lines.join('\n'));
  console.log(`\nlargest honest distance: ${billionthsOf(honest)} billionths`);
  if (write) writeInto('docs/protocol/tolerance.md', lines.join('\n'));
}

/** Between the two marks of the page. */
function writeInto(page: string, table: string): void {
  const text = readFileSync(page, 'utf8');
  const marks = /(<!-- calibration -->\n)[\s\S]*?(\n<!-- \/calibration -->)/;
  writeFileSync(
    page,
    text.replace(marks, (_, open: string, end: string) => open + table + end),
  );
}

function parseArguments(argv: readonly string[]) {
  const given = {
    starts: '0,96,384,960',
    slices: '2',
    engines: 'ort-native/1,ort-native/2,tfjs-wasm,tfjs-cpu',
  };
  let write = false;
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i]!.replace(/^--/, '');
    if (name === 'write') write = true;
    else if (Object.hasOwn(given, name)) given[name as keyof typeof given] = argv[++i] ?? '';
    else throw new Error(`UNKNOWN_FLAG: ${argv[i]}; see the head of bench/tolerance.ts`);
  }
  const starts = given.starts.split(',').map(Number);
  if (!starts.every((at) => at >= 0 && at % steps === 0)) {
    throw new Error(`BAD_STARTS: each has to be a multiple of ${steps}`);
  }
  return { starts, slices: Number(given.slices), engines: given.engines.split(','), write };
}
