/**
 * Chaos with processes of their own (docs/chaos.md): `commonweights work` against `network up` and
 * `registry serve`, killed, stopped, cut off, with wrong clocks and full disks, the registry and the
 * chain killed and started again. Seeded schedules; real time, so two machines will not play the same.
 * Ends with exit code 1 where a law is broken.
 *
 * `--namespaces`: each machine in a network namespace of its own, on a line that delays, loses and can be
 * cut; needs root and `ip` (Debian's iproute2).
 *
 *   npm run bench -- chaos --processes [--schedules 5] [--seed 1] [--only INDEX] [--namespaces]
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { whyNoNamespaces } from '@commonweights/test/chaos/processes/namespaces.js';
import {
  NetworkOfProcesses,
  processMachines,
} from '@commonweights/test/chaos/processes/network-of-processes.js';
import {
  playProcesses,
  type ProcessPlay,
} from '@commonweights/test/chaos/processes/play-processes.js';
import {
  planProcessFaults,
  processFaults,
} from '@commonweights/test/chaos/processes/process-plan.js';

const { values } = parseArgs({
  options: {
    processes: { type: 'boolean' },
    schedules: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    namespaces: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const indices =
  values.only === undefined
    ? Array.from({ length: Number(values.schedules) }, (_, i) => i)
    : [Number(values.only)];

const why = values.namespaces ? await whyNoNamespaces() : null;
if (why) console.log(`SKIPPED: ${why}; played without`);
const lines = values.namespaces && !why ? { delayMs: 40, lossPercent: 2 } : null;
const kinds = processFaults.filter((kind) => kind !== 'cut off' || lines);
const engines = exactEngines();

const network = await NetworkOfProcesses.start();
const plays: ProcessPlay[] = [];
try {
  for (const index of indices) {
    const plan = planProcessFaults(seed, index, { machines: processMachines.length, kinds });
    console.log(`${index}: ${plan.faults.length} faults`);
    const tell = (line: string) => console.log(`  ${line}`);
    const play = await playProcesses(network, plan, { engines, lines, tell });
    plays.push(play);
    const outcomes = play.rounds.map((outcome) => outcome[0]).join('');
    console.log(
      `  ${play.status} after ${play.seconds.toFixed(0)} s, rounds ${outcomes}, ` +
        `${play.starts} starts of workers, ${play.crashes.length} that ended with an error`,
    );
    for (const crash of play.crashes) console.log(`  ENDED ${crash}`);
    for (const sentence of play.skipped) console.log(`  SKIPPED: ${sentence}`);
    for (const sentence of play.broken) console.log(`  BROKEN: ${sentence}`);
    if (play.broken.length > 0) await showLogs(play.run);
  }
} finally {
  await network.stop();
}
const broken = plays.filter((play) => play.broken.length > 0);
console.log(`${broken.length} of ${plays.length} plays broke a law`);
process.exitCode = broken.length > 0 || plays.length === 0 ? 1 : 0;

/** The ends of what the workers of that run said. */
async function showLogs(run: number): Promise<void> {
  const names = await readdir(network.cli.folder);
  for (const name of names.filter((one) => one.endsWith(`-${run}.log`))) {
    const text = await readFile(join(network.cli.folder, name), 'utf8');
    console.log(`--- ${name}\n${text.split('\n').slice(-25).join('\n')}`);
  }
}
