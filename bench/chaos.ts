/**
 * Seeded schedules of what goes wrong on the internet, played against the worker's own code over the
 * contract's own rules (docs/chaos.md): kills, stops, freezes, partitions, lossy and slow links, wrong
 * clocks, full disks, a registry that is gone or lies, a chain that restarts. Ends with exit code 1
 * where a law is broken, and names the plays.
 *
 * `--by-distance`: in a run of the tolerance class, on machines none of which repeats itself.
 *
 *   npm run bench -- chaos [--schedules 200] [--seed 1] [--only INDEX] [--by-distance]
 */
import { parseArgs } from 'node:util';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { planFaults, type Plan } from '@commonweights/test/chaos/fault-plan.js';
import { checkLaws } from '@commonweights/test/chaos/laws.js';
import {
  deadlineMs,
  machinesCount,
  playOne,
  setStage,
  smallByDistance,
  type Played,
} from '@commonweights/test/chaos/play.js';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'by-distance': { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const indices =
  values.only === undefined
    ? Array.from({ length: Number(values.schedules) }, (_, i) => i)
    : [Number(values.only)];

const startedAt = performance.now();
const stage = await setStage(
  createOrtWasmEngine(),
  ...(values['by-distance'] ? [smallByDistance] : []),
);
const calm = await playOne(
  stage,
  { index: -1, harsh: false, mildMs: 0, stepMs: 1_500, faults: [] },
  { seed },
);
console.log(`undisturbed: ${describe(calm)}`);
const bounds = { machines: machinesCount, calmMs: calm.tookMs, deadlineMs };
const all: Played[] = [];
let brokenPlays = 0;
for (const index of indices) {
  const plan = planFaults(seed, index, bounds);
  const trace =
    values.only === undefined
      ? undefined
      : (line: string) => console.log(`  ${line.slice(0, 220)}`);
  const played = await playOne(stage, plan, { seed, trace });
  const broken = await checkLaws(stage, played);
  all.push(played);
  if (broken.length > 0) brokenPlays++;
  if (broken.length > 0 || values.only !== undefined) tell(plan);
  const mood = plan.harsh ? 'harsh' : 'mild';
  console.log(`${index} ${mood}, ${plan.faults.length} faults: ${describe(played)}`);
  for (const sentence of broken) console.log(`  BROKEN: ${sentence}`);
}
for (const mood of ['mild', 'harsh']) {
  summarise(
    mood,
    all.filter(({ plan }) => plan.harsh === (mood === 'harsh')),
  );
}
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
console.log(`${brokenPlays} of ${indices.length} plays broke a law, ${seconds} s`);
process.exitCode = brokenPlays > 0 ? 1 : 0;

/** A row of docs/chaos.md. */
function summarise(mood: string, plays: readonly Played[]): void {
  if (plays.length === 0) return;
  const sum = (of: (it: Played) => number) => plays.reduce((total, it) => total + of(it), 0);
  const rounds = (outcome: string) =>
    sum(({ records }) => records.filter((one) => one.outcome === outcome).length);
  const claims = sum(({ records }) =>
    records
      .filter(({ outcome }) => outcome === 'final')
      .reduce((count, one) => count + one.claims.filter(({ included }) => included).length, 0),
  );
  const stopped = plays.filter(({ status }) => status === 'stopped').length;
  const lost = sum(({ seats }) => seats.filter(({ slashedYocto }) => slashedYocto !== '0').length);
  const hours = (sum(({ tookMs }) => tookMs) / 3_600_000).toFixed(0);
  console.log(
    `${mood}: ${plays.length} plays, ${sum(({ plan }) => plan.faults.length)} faults, ${hours} h; ` +
      `${plays.length - stopped} completed, ${stopped} stopped; rounds ${rounds('final')} final, ` +
      `${rounds('aborted')} aborted, ${rounds('rewound')} rewound; ${claims} claims ${stage.isUnsteady ? 'counted' : 'trained again'}; ` +
      `${lost} of ${sum(({ seats }) => seats.length)} seats lost stake; ` +
      `${sum(({ disputes }) => disputes)} disputes; ${sum(({ crashes }) => crashes.length)} crashes`,
  );
}

function tell(plan: Plan): void {
  for (const one of [...plan.faults].sort((a, b) => a.atMs - b.atMs)) {
    console.log(
      `  at ${(one.atMs / 1000).toFixed(0)} s for ${(one.forMs / 1000).toFixed(0)} s, machine ${one.machine}: ${one.kind} (${one.degree.toFixed(2)})`,
    );
  }
}

function describe(it: Played): string {
  const outcomes = it.records.map(({ outcome }) => outcome[0]).join('');
  const lost = it.seats.filter(({ slashedYocto }) => slashedYocto !== '0').length;
  const crashes = it.crashes.length > 0 ? `, crashes ${it.crashes.join(' ')}` : '';
  return `${it.status} after ${(it.tookMs / 60_000).toFixed(0)} min, rounds ${outcomes}, ${lost} lost stake, ${it.calls} calls${crashes}`;
}
