/** One play: `commonweights work` in processes of its own, a plan of faults, and what came of it. */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { RoundRecord, SeatView } from '@commonweights/dao-contracts/rules/run.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { openRun } from '@commonweights/trainer/run/open-run.js';
import { checkLaws, type Judged } from '../laws.js';
import { MachineNamespace, type LineQuality } from './namespaces.js';
import {
  commandLine,
  processAuditor,
  processMachines,
  type NetworkOfProcesses,
} from './network-of-processes.js';
import type { ProcessFault, ProcessPlan } from './process-plan.js';
import { Supervised } from './supervised.js';

const run = promisify(execFile);
const skewedClock = new URL('./skewed-clock.mjs', import.meta.url).href;

/** A run that has not ended after so long never will. */
const limitMs = 15 * 60_000;
const diskBytes = 24 * 2 ** 20;

interface ProcessMachine {
  readonly account: string;
  readonly process: Supervised;
  readonly folder: string;
  readonly clockFile: string;
  readonly hasDisk: boolean;
  readonly space: MachineNamespace | null;
}

export interface ProcessPlay {
  readonly run: number;
  readonly status: string;
  readonly seconds: number;
  /** Sentences; none: the laws hold. */
  readonly broken: readonly string[];
  readonly rounds: readonly RoundRecord['outcome'][];
  readonly starts: number;
  readonly crashes: readonly string[];
  /** Faults that could not be made here, and why. */
  readonly skipped: readonly string[];
}

export async function playProcesses(
  network: NetworkOfProcesses,
  plan: ProcessPlan,
  it: { engines: readonly Engine[]; lines: LineQuality | null; tell: (line: string) => void },
): Promise<ProcessPlay> {
  const began = Date.now();
  const before = await ledgersOf(network);
  const number = await network.fundRun();
  const skipped = new Set<string>();
  const machines: ProcessMachine[] = [];
  try {
    for (const [index, account] of processMachines.entries()) {
      machines.push(await startMachine(network, { index, account, run: number, lines: it.lines }));
    }
    for (const { space } of machines) {
      if (space?.unshaped) skipped.add(`the lines neither delay nor lose: ${space.unshaped}`);
    }
    await endEnrolment(network, number);
    const isOver = { yes: false };
    const striking = strikeAll(network, plan, { machines, skipped, isOver, tell: it.tell });
    const all = Promise.all(machines.map(({ process }) => process.done));
    await Promise.race([all, pause(limitMs)]);
    isOver.yes = true;
    await striking;
    const view = await patiently(() => network.reader().getRun({ run: number }));
    const records = await recordsOf(network, view!);
    return {
      ...{ run: number, status: view!.status, seconds: (Date.now() - began) / 1_000 },
      broken: await lawsOf(network, { ...it, run: view!, records, before, machines }),
      rounds: records.map(({ outcome }) => outcome),
      starts: machines.reduce((sum, one) => sum + one.process.starts, 0),
      crashes: machines.flatMap(({ process }) => process.crashes),
      skipped: [...skipped],
    };
  } finally {
    for (const machine of machines) await stopMachine(machine);
  }
}

async function startMachine(
  network: NetworkOfProcesses,
  it: { index: number; account: string; run: number; lines: LineQuality | null },
): Promise<ProcessMachine> {
  const { account, index, lines } = it;
  const folder = join(network.cli.folder, `${account}-${it.run}`);
  const clockFile = `${folder}.clock`;
  await mkdir(folder, { recursive: true });
  await writeFile(clockFile, '0');
  const hasDisk = await mountDisk(folder);
  const ports = [network.ports.chain, network.ports.registry];
  const space = lines ? await MachineNamespace.open(index, { quality: lines, ports }) : null;
  const host = space?.address ?? '127.0.0.1';
  const { chain, registry } = network.ports;
  const work = [
    ...[commandLine, 'work', `${it.run}`, '--account', account, '--data', folder],
    ...['--rpc', `http://${host}:${chain}`, '--registry', `http://${host}:${registry}`],
    ...(account === processAuditor ? ['--auditor'] : []),
  ];
  const inside = space ? ['netns', 'exec', space.name, process.execPath] : [];
  const process_ = new Supervised({
    command: space ? 'ip' : process.execPath,
    args: [...inside, ...work],
    cwd: network.cli.folder,
    env: {
      ...process.env,
      NEAR_CREDENTIALS_DIR: '',
      NODE_OPTIONS: `--import=${skewedClock}`,
      SKEWED_CLOCK: clockFile,
    },
    log: `${folder}.log`,
    isDone: (said) => /Left run \d+: the run is (completed|stopped)/.test(said),
  });
  return { account, process: process_, folder, clockFile, hasDisk, space };
}

async function stopMachine({ process, folder, hasDisk, space }: ProcessMachine): Promise<void> {
  await process.end();
  await space?.close();
  if (hasDisk) await run('umount', ['-l', folder]).catch(() => {});
}

/** A disk of its own, small enough to be filled. */
async function mountDisk(folder: string): Promise<boolean> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder]);
    return true;
  } catch {
    return false;
  }
}

/** Seats are drawn when enrolment ends: once all have applied, the clock is moved there. */
async function endEnrolment(network: NetworkOfProcesses, number: number): Promise<void> {
  const client = network.reader();
  const began = Date.now();
  while ((await client.getSeats({ run: number })).length < processMachines.length) {
    if (Date.now() - began > limitMs) throw new Error('STUCK: not everybody enrolled');
    await pause(200);
  }
  const { enrolDeadlineMs, nowMs } = (await client.getRun({ run: number }))!;
  await network.good('network', 'forward', `${Math.ceil((enrolDeadlineMs - nowMs) / 1_000) + 1}s`);
}

interface Strike {
  readonly machines: readonly ProcessMachine[];
  readonly skipped: Set<string>;
  readonly isOver: { yes: boolean };
  readonly tell: (line: string) => void;
}

async function strikeAll(network: NetworkOfProcesses, plan: ProcessPlan, it: Strike) {
  for (const fault of plan.faults) {
    await pause(fault.afterMs);
    if (it.isOver.yes)
      return it.skipped.add('the run was over before all of the plan had happened');
    const machine = it.machines[fault.machine]!;
    const heal = await begin(network, fault, machine);
    if (typeof heal === 'string') {
      it.skipped.add(heal);
      continue;
    }
    const whom = /^(registry|chain) /.test(fault.kind) ? '' : ` of ${machine.account}`;
    it.tell(`${fault.kind}${whom} for ${(fault.forMs / 1_000).toFixed(1)} s`);
    await pause(fault.forMs);
    await heal();
  }
}

/** Heals it; or why it cannot be made here. */
async function begin(
  network: NetworkOfProcesses,
  { kind, degree }: ProcessFault,
  { process, folder, clockFile, hasDisk, space }: ProcessMachine,
): Promise<(() => void | Promise<void>) | string> {
  switch (kind) {
    case 'kill':
      process.fell('SIGKILL');
      return () => process.raise();
    case 'leave':
      // The first Ctrl-C: what is open is finished first; then the service starts it again.
      process.signal('SIGTERM');
      return () => {};
    case 'freeze':
      process.signal('SIGSTOP');
      return () => void process.signal('SIGCONT');
    case 'full disk': {
      if (!hasDisk) return 'no disk of its own can be mounted here: none was full';
      const ballast = join(folder, 'ballast');
      await run('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']).catch(() => {});
      return () => rm(ballast, { force: true });
    }
    case 'clock skew':
      await writeFile(clockFile, `${Math.round((degree - 0.5) * 7_200_000)}`);
      return () => writeFile(clockFile, '0');
    case 'cut off':
      if (!space) return 'without network namespaces nobody can be cut off';
      await space.cut(true);
      return () => space.cut(false);
    case 'registry killed':
      network.registry.fell('SIGKILL');
      return () => network.registry.raise();
    case 'chain killed':
      network.chain.fell('SIGKILL');
      return () => network.chain.raise();
  }
}

async function recordsOf(network: NetworkOfProcesses, view: RunView): Promise<RoundRecord[]> {
  const records: RoundRecord[] = [];
  for (let round = 1; round < view.nextRound; round++) {
    const record = await network.reader().getRoundRecord({ run: view.id, round });
    if (record) records.push(record);
  }
  return records;
}

async function lawsOf(
  network: NetworkOfProcesses,
  it: {
    engines: readonly Engine[];
    run: RunView;
    records: readonly RoundRecord[];
    before: ReadonlyMap<string, bigint>;
    machines: readonly ProcessMachine[];
  },
): Promise<string[]> {
  const { terms, status, disputes } = it.run;
  const blobs = network.blobs();
  const { engines, records } = it;
  const opened = await openRun({ spec: terms.spec, blobs, engine: engines });
  const after = await ledgersOf(network);
  const gained = [...after].map(([who, yocto]) => [who, yocto - it.before.get(who)!] as const);
  const session = await opened.engine.compile(opened.program);
  const stuck = it.machines.filter(({ process }) => !/Left run/.test(process.said));
  const played: Judged = {
    ...{ status, records, blobs, disputes: disputes.length, juryYocto: 0n },
    ...{ plan: { harsh: false, mildMs: Infinity, faults: [] }, machines: processMachines },
    stuck: stuck.map(({ account }) => account),
    seats: toWire(await network.reader().getSeats({ run: it.run.id })) as unknown as SeatView[],
    credits: new Map(gained),
    deposits: new Map(processMachines.map((who) => [who, BigInt(terms.stakeYocto)])),
  };
  try {
    return await checkLaws(
      { terms: toWire(terms) as unknown as RunTerms, opened, session, isUnsteady: false },
      played,
    );
  } finally {
    await session.dispose();
  }
}

/** What each can claim: the chain may have been started again a moment ago. */
async function ledgersOf(network: NetworkOfProcesses): Promise<Map<string, bigint>> {
  const ledgers = new Map<string, bigint>();
  for (const account of processMachines) {
    const { ledgerYocto } = await patiently(() => network.reader().getEarnings({ account }));
    ledgers.set(account, BigInt(ledgerYocto));
  }
  return ledgers;
}

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 120) throw error;
      await pause(500);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
