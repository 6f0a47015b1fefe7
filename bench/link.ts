/**
 * What a round costs beside its computing on a link of 100 Mbit/s and 50 ms each way: measured with real workers
 * in modelled time (test/chaos), and computed from that for large models (docs/scaling.md).
 * `npm run bench -- link [--write]`.
 *
 * Measured: a tiny model on a line that is slower by as much as the model is smaller than 150 million
 * parameters, so that its bytes take as long, one after the other each way. A call is executed two seconds after it arrived;
 * workers look at the chain every second.
 */
import { parseArgs } from 'node:util';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import type { Plan } from '@commonweights/test/chaos/fault-plan.js';
import { playOne, setStage, trainers, type Stage } from '@commonweights/test/chaos/play.js';
import { largeModels } from './link-model.js';
import { writeSection } from './write-section.js';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

const hourMs = 3_600_000;
const rounds = 4;
const stepsPerRound = 6;
const latencyMs = 50;
const blockMs = 2_000;
/** 100 Mbit/s. */
const bytesPerSecond = 12_500_000;
const likeParameters = 150_000_000;

/** Deadlines that slow lines meet; `audited` of the claims. */
function changeTo(auditedClaimsBps: number): (spec: RunSpec) => RunSpec {
  const deadlinesMs = { enrol: 600_000, train: 40 * hourMs, audit: 40 * hourMs };
  const phases = { reveal: hourMs, certify: hourMs, aggregate: hourMs };
  return (spec) => ({
    ...spec,
    ...{ rounds, minWorkers: 2, maxWorkers: trainers.length, maxAuditors: 1, decoyShareBps: 0 },
    ...{ auditedClaimsBps, challengeWindowMs: 0, deadlinesMs: { ...deadlinesMs, ...phases } },
  });
}

interface Row {
  readonly audited: string;
  readonly computeSeconds: number;
  /** Of a round, beside its computing. */
  readonly exposedSeconds: number;
  readonly utilisation: number;
}

const engine = createOrtWasmEngine();
const rows: Row[] = [];
for (const auditedClaimsBps of [0, 10_000]) {
  const stage = await setStage(engine, changeTo(auditedClaimsBps));
  const audited = auditedClaimsBps === 0 ? 'none' : 'all';
  // Nothing hides what goes on beside the computing: the state's upload is as long as the round.
  let last = await measure(stage, 10);
  rows.push({ audited, ...last });
  // Audits that nothing hides take hours of modelled time, and those cost minutes.
  for (const times of auditedClaimsBps === 0 ? [8, 33] : [8]) {
    const computeMs = times * last.exposedSeconds * 1_000;
    last = await measure(stage, computeMs / stepsPerRound);
    rows.push({ audited, ...last });
  }
  await stage.session.dispose();
}
const table = measuredTable(rows);
console.log(`${table}\n\n${largeModels()}`);
if (values.write) {
  writeSection('docs/scaling.md', 'measured', table);
  writeSection('docs/scaling.md', 'computed', largeModels());
}
const asked = rows.filter((row) => row.computeSeconds >= 32 * row.exposedSeconds);
if (asked.length === 0 || asked.some(({ utilisation }) => utilisation < 0.9695)) {
  console.error('FAULT: computing 32 times as long as the exchange keeps a worker busy below 97 %');
  process.exitCode = 1;
}

async function measure(stage: Stage, stepMs: number): Promise<Omit<Row, 'audited'>> {
  const calm: Plan = { index: 0, harsh: false, mildMs: 0, stepMs, faults: [] };
  const slower = stage.opened.program.layout.length / likeParameters;
  const link = { latencyMs, blockMs, bytesPerSecond: bytesPerSecond * slower };
  const began = new Map<string, number>();
  const ended = new Map<string, number>();
  let trained = 0;
  const played = await playOne(stage, calm, {
    ...{ seed: 1, link, skips: false },
    hear: ({ account }, event) => {
      if (event.kind === 'training' && !began.has(account)) began.set(account, Date.now());
      if (event.kind === 'trained') trained++;
      if (event.kind === 'submitted') ended.set(account, Date.now());
    },
  });
  if (played.status !== 'completed' || trained !== rounds * trainers.length) {
    throw new Error(`BAD_PLAY: ${played.status}, ${trained} rounds trained`);
  }
  const walls = trainers.map((account) => (ended.get(account)! - began.get(account)!) / 1_000);
  const wall = walls.reduce((sum, one) => sum + one, 0) / walls.length / rounds;
  const computeSeconds = (stepsPerRound * stepMs) / 1_000;
  return {
    computeSeconds,
    exposedSeconds: wall - computeSeconds,
    utilisation: computeSeconds / wall,
  };
}

function measuredTable(all: readonly Row[]): string {
  const lines = all.map(
    ({ audited, computeSeconds, exposedSeconds, utilisation }) =>
      `| ${audited} | ${computeSeconds.toFixed(1)} | ${exposedSeconds.toFixed(1)} | ` +
      `${(computeSeconds / exposedSeconds).toFixed(1)} | ${(100 * utilisation).toFixed(1)} % |`,
  );
  return [
    '| audited | computing, s | beside it, s | ratio | busy |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
