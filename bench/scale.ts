/**
 * What a worker does, pays and moves in a round, for 10 to 10,000 workers: a fleet through its real
 * rules, the flat design beside it. `npm run bench -- scale [--rounds R] [--workers N,N…]
 * [--parameters P] [--liars BPS] [--json FILE] [--svg FILE]`. Default: 1,000 final rounds of a
 * model of 150 million parameters; ten thousand workers take a few minutes.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  captureChance,
  smallestPanel,
} from '@commonweights/dao-contracts/rules/fleet/capture-odds.js';
import type { FleetEvent } from '@commonweights/dao-contracts/rules/fleet/events.js';
import { seatBytes } from '@commonweights/dao-contracts/rules/budget.js';
import { seatsMax, storageYoctoPerByte } from '@commonweights/dao-contracts/rules/limits.js';
import { simulateFleet } from '@commonweights/test/simulation/fleet/fleet-simulation.js';
import type { FleetReport } from '@commonweights/test/simulation/fleet/fleet-world.js';
import { standardFleetTerms } from '@commonweights/test/simulation/fleet/standard-fleet.js';
import { gradientLike, layoutOf } from '@commonweights/test/trainer/exchange/model-like.js';
import { compress } from '@commonweights/trainer/exchange/compress.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { drawCharts } from './scale-chart.js';
import { flatTgas, fleetTgas, nearPerTgas } from './scale-gas.js';

interface Row {
  workers: number;
  /** Null: a flat run, up to 64 workers. */
  fleet: FleetReport | null;
  calls: number;
  tgas: number;
  feeNear: number;
  storageNear: number;
  downMb: number;
  downMostMb: number;
  upMb: number;
  upMostMb: number;
  /** What a flat run of so many workers would need. */
  flat: { downMb: number; tgas: number; ticks: number };
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '10,64,100,1000,10000' },
    parameters: { type: 'string', default: '150000000' },
    liars: { type: 'string', default: '0' },
    json: { type: 'string' },
    svg: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const parameters = Number(options.parameters);
/** Share of claims that are audited: three calls each. */
const auditedShare = 0.1;
/** A 100 Mbit/s link. */
const downBytesPerMs = 12_500;
const trainMs = 600_000;

const bits = measureBits();
const updateBytes = Math.ceil((parameters * bits.update) / 8);
const aggregateBytes = Math.ceil((parameters * bits.aggregate) / 8);
const { committeeSeats, cohortSeats, jurySeats } = standardFleetTerms;

console.log(
  `${parameters.toLocaleString('en')} parameters; an update ${bits.update.toFixed(3)} bits a ` +
    `parameter (${mb(updateBytes)} MB), an aggregate ${bits.aggregate.toFixed(3)} ` +
    `(${mb(aggregateBytes)} MB); ${rounds} rounds; ${auditedShare * 100} % of claims audited\n`,
);
const started = process.hrtime.bigint();
const rows = options.workers.split(',').map((workers) => measure(Number(workers)));
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
const events = rows.reduce((sum, { fleet }) => sum + (fleet?.events ?? 0), 0);
printRows();
console.log(`\n${events.toLocaleString('en')} events in ${seconds.toFixed(0)} s, one process\n`);
printOdds();
if (options.json) {
  const facts = { date: new Date().toISOString().slice(0, 10), parameters, rounds, bits, seconds };
  writeFileSync(options.json, JSON.stringify({ ...facts, rows }, null, 2) + '\n');
}
if (options.svg) writeFileSync(options.svg, drawCharts([bytesChart(), gasChart()]));

function measure(workers: number): Row {
  const flat = flatCost(workers);
  if (workers <= seatsMax) {
    // One cohort: a run as it is today, and nothing of a fleet.
    const { calls, tgas, downMb } = flat;
    const storageNear = near(seatBytes + 1_400 + 8_000 / workers);
    const cost = { calls, tgas, feeNear: tgas * nearPerTgas, storageNear };
    const moved = { downMb, downMostMb: downMb, upMb: downMb, upMostMb: downMb };
    return { workers, fleet: null, ...cost, ...moved, flat };
  }
  const fleet = simulateFleet({
    seats: workers,
    rounds,
    terms: standardFleetTerms,
    updateBytes,
    aggregateBytes,
    trainMs,
    downBytesPerMs,
    awayBps: 10,
    liarsBps: Number(options.liars),
    seed: 1,
  });
  const worked = workers * (fleet.finalRounds + fleet.cancelledRounds);
  let calls = 3 * auditedShare;
  let tgas = auditedShare * auditTgas(cohortSeats);
  for (const [kind, count] of Object.entries(fleet.calls)) {
    // Enrolling and settling at the end are no part of a round.
    if (kind === 'enrol' || kind === 'settle' || kind === 'refund') continue;
    calls += count / worked;
    tgas += (count * fleetTgas(kind as FleetEvent['kind'], cohortSeats)) / worked;
  }
  return {
    workers,
    fleet,
    calls,
    tgas,
    feeNear: tgas * nearPerTgas,
    storageNear: near(fleetBytesPerWorker(fleet)),
    downMb: fleet.bytesDownMean / 1e6,
    downMostMb: fleet.bytesDownMost / 1e6,
    upMb: fleet.bytesUpMean / 1e6,
    upMostMb: fleet.bytesUpMost / 1e6,
    flat,
  };
}

/** Everybody downloads everybody, and every call reads a record that holds everybody. */
function flatCost(workers: number) {
  const each = (['commit', 'reveal', 'certify', 'submitRoot'] as const).map((call) =>
    flatTgas(call, workers),
  );
  const ticks = flatTgas('ticks', workers);
  const tgas =
    each.reduce((sum, one) => sum + one) +
    flatTgas('roundTicks', workers) / workers +
    auditedShare * auditTgas(workers);
  return {
    calls: 4 + ticks / workers + 3 * auditedShare,
    tgas,
    ticks,
    downMb: ((workers - 1) * updateBytes) / 1e6,
  };
}

function auditTgas(seats: number): number {
  return flatTgas('deliver', seats) + flatTgas('answer', seats) + flatTgas('open', seats);
}

/**
 * A seat as in a flat run; and its part of two records of its cohort (four bytes of member, eight
 * of slice, three of marks and votes a place), two of each segment (a seat and a seal a place), and
 * the fleet's own. Round records are folded and live in blobs.
 */
function fleetBytesPerWorker({ seats, cohorts, segments }: FleetReport): number {
  const cohort = 2 * (64 * (4 + 8 + 3) + 400);
  const segment = 2 * (committeeSeats * (4 + 32 + 2) + 400);
  return seatBytes + (cohorts * cohort + segments * segment + 4_000) / seats;
}

function measureBits(): { update: number; aggregate: number } {
  const layout = layoutOf([1_000_000]);
  const pseudoGradient = gradientLike(layout.length, 7);
  const bitsOf = (recipe: OuterRecipe) => {
    const { bytes } = compress({ pseudoGradient, errorFeedback: null, layout, recipe });
    return (8 * bytes.length) / layout.length;
  };
  const sparse = { kind: 'sparseloco', k: 64, chunk: 4096, feedbackDecay: 0.95 } as const;
  const dense = { kind: 'diloco', codec: 'int8', learningRate: 0.7, momentum: 0.9 } as const;
  return { update: bitsOf({ ...sparse, learningRate: 1 }), aggregate: bitsOf(dense) };
}

function printRows(): void {
  const head =
    'workers | C | G | calls | Tgas | fees, NEAR | storage, NEAR | down, MB (most) | ' +
    'up, MB (most) | round, min | flat: down, MB | flat: Tgas | flat: ticks a round';
  console.log(`| ${head} |\n|${' ---: |'.repeat(13)}`);
  for (const row of rows) {
    const { fleet, flat } = row;
    const cells = [
      row.workers.toLocaleString('en'),
      fleet?.cohorts ?? 1,
      fleet?.segments ?? '–',
      row.calls.toFixed(2),
      row.tgas.toFixed(0),
      row.feeNear.toFixed(4),
      row.storageNear.toFixed(3),
      `${row.downMb.toFixed(0)} (${row.downMostMb.toFixed(0)})`,
      `${row.upMb.toFixed(0)} (${row.upMostMb.toFixed(0)})`,
      fleet ? (fleet.roundMs / 60_000).toFixed(1) : '–',
      flat.downMb.toFixed(0),
      flat.tgas.toFixed(0),
      flat.ticks.toFixed(0),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  for (const { workers, fleet } of rows) {
    if (!fleet) continue;
    const { captured, corrected, expelled, cancelledRounds, panelsMost } = fleet;
    console.log(
      `${workers} workers: ${cancelledRounds} rounds cancelled, ${captured} committees captured, ` +
        `${corrected} corrected by a jury, ${expelled} expelled, at most ${panelsMost} panels a ` +
        'seat and round',
    );
  }
}

function printOdds(): void {
  const shares = [
    [1n, 10n],
    [1n, 5n],
    [1n, 4n],
    [1n, 3n],
  ] as const;
  const rare = [3, 6, 9];
  const heads = [
    ...rare.map((zeros) => `m for 10⁻${'⁰¹²³⁴⁵⁶⁷⁸⁹'[zeros]}`),
    ...[committeeSeats, 64, jurySeats].map((size) => `${size} of 10,000 seats`),
  ];
  console.log(`| liars | ${heads.join(' | ')} |\n| --- |${' ---: |'.repeat(heads.length)}`);
  for (const [liarsOf, liarsOutOf] of shares) {
    const sizes = rare.map((zeros) =>
      smallestPanel({ liarsOf, liarsOutOf, oneIn: 10n ** BigInt(zeros), most: 401 }),
    );
    const liars = Number((10_000n * liarsOf) / liarsOutOf);
    const chances = [committeeSeats, 64, jurySeats].map((size) => {
      const { of, outOf } = captureChance({ size, seats: 10_000, liars });
      return (Number((of * 10n ** 80n) / outOf) / 1e80).toExponential(1);
    });
    console.log(`| ${liarsOf}/${liarsOutOf} | ${[...sizes, ...chances].join(' | ')} |`);
  }
}

function bytesChart() {
  const points = (y: (row: Row) => number) => rows.map((row) => ({ x: row.workers, y: y(row) }));
  return {
    title: 'Downloaded by one worker in a round',
    unit: 'MB',
    lines: [
      { name: 'flat', colour: '#999', points: points(({ flat }) => flat.downMb) },
      { name: 'fleet', colour: '#06c', points: points(({ downMb }) => downMb) },
    ],
    limit: null,
  };
}

function gasChart() {
  const flatLine = rows.map(({ workers, flat }) => ({ x: workers, y: flat.tgas }));
  const fleetLine = rows.map(({ workers, tgas }) => ({ x: workers, y: tgas }));
  return {
    title: 'Calls of one worker in a round',
    unit: 'Tgas (estimate)',
    lines: [
      { name: 'flat', colour: '#999', points: flatLine },
      { name: 'fleet', colour: '#06c', points: fleetLine },
    ],
    limit: null,
  };
}

function near(bytes: number): number {
  return Number(storageYoctoPerByte) * 1e-24 * bytes;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
