/** `commonweights work`: a machine's contribution to a run, until it ends or Ctrl-C. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import { chooseRun, isLive } from '@commonweights/trainer/worker/choose-run.js';
import { findSeat } from '@commonweights/trainer/worker/duty.js';
import type { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { notebookFile } from '@commonweights/trainer/worker/notebook-file.js';
import { workRunAfterRun } from '@commonweights/trainer/worker/run-after-run.js';
import { WorkStatus } from '@commonweights/trainer/worker/work-status.js';
import { decimal, parseId, wholeNumber, withExamples } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { plainText } from '../inert-text.js';
import { formatBytes } from '../output.js';
import { pause } from '../pause.js';
import { does, type Session } from '../session.js';
import { requireEarnable, requireStake } from '../stake-check.js';
import { startStatusServer } from '../status-server.js';
import type { Terminal } from '../terminal.js';
import { Teller } from '../work-teller.js';
import { withWorker, workerOf, type WorkerFlag } from '../worker-flag.js';
import { readRun } from './run-record.js';

/** A timer of Node ends after 2^31 milliseconds, 24 days: restart it once a month. */
const hoursMax = 596;

interface WorkFlags extends WorkerFlag {
  readonly auditor?: boolean;
  readonly fromRound?: number;
  readonly threads?: number;
  readonly engine?: string;
  readonly data?: string;
  readonly payout?: string;
  readonly for?: string;
  readonly earnStake?: boolean;
  readonly relay?: string;
  readonly status?: number;
  readonly maxHours?: number;
  readonly dryRun?: boolean;
}

export function addWorkCommand(program: Command, terminal: Terminal): void {
  does<WorkFlags>(
    withExamples(
      withWorker(program.command('work [run]'))
        .description(
          'train (or audit) in a run with this machine and earn, or where it pays most, one run after ' +
            'another; Ctrl-C finishes what is open and leaves',
        )
        .option('--auditor', 'only re-execute the work of others')
        .option('--from-round <n>', 'first round to take part in', wholeNumber(1, 1e9))
        .option('--payout <account>', 'who is paid (default: the account itself)')
        .option('--for <account>', 'whose seat to work for, which named this account its operator')
        .option('--earn-stake', 'stake nothing: pay becomes stake until it is whole')
        .option('--relay <url>', 'who pays the fees, so that the account needs no NEAR')
        .option(
          '--threads <n>',
          'threads of the engine: as many as the run was proposed with',
          wholeNumber(1, 64),
        )
        .option('--engine <name>', 'in a run of the tolerance class; "engine list" names them')
        .option('--data <dir>', 'where blobs are kept (default: .commonweights/work/<account>)')
        .option(
          '--status <port>',
          'show a page about this machine on this port, with /metrics for Prometheus',
          wholeNumber(0, 65_535),
        )
        .option('--max-hours <n>', 'leave by itself after so many hours', decimal(0.001, hoursMax))
        .option('--dry-run', 'test this machine, say what work would bring, and join nothing'),
      'commonweights work 1 --dry-run',
      'commonweights work --max-hours 8 --status 3050',
      'commonweights work 1 --account worker.founder.local',
      'commonweights work 1 --worker rack-2 --relay http://127.0.0.1:3040 --earn-stake',
      'commonweights work 1 --account me.testnet --network testnet --contract dao.testnet',
    ),
    terminal,
    (session, [id], flags) =>
      contribute(session, id === undefined ? null : parseId('run', id), flags),
  );
}

/** An exact run refuses every engine but the one that it names: unless told, all of them are offered. */
async function engineFor({ engine, threads = 1 }: WorkFlags): Promise<Engine | Engine[]> {
  if (engine === undefined || engine === 'ort-wasm') {
    const { exactEngines } = await import('@commonweights/trainer/engines/exact-engines.js');
    const engines = exactEngines({ threads });
    return engine === undefined ? engines : engines.filter(({ name }) => name === engine);
  }
  const { engineNamed } = await import('@commonweights/trainer/engines/list-engines.js');
  return engineNamed(engine, { threads });
}

async function contribute(session: Session, named: number | null, flags: WorkFlags): Promise<void> {
  const client = await session.signer({ relayUrl: flags.relay });
  if (named !== null) await readRun(client, named);
  const { secretKey, accountId } = await session.accountKey();
  const machine = flags.worker ? `${accountId}-${flags.worker}` : accountId;
  const dataDir = flags.data ?? join('.commonweights', 'work', machine);
  const blobs = await openBlobs(session, 'write', dataDir);
  const retire = retiring(session, flags.maxHours);
  const notesDir = join(resolve(session.terminal.cwd, dataDir), 'notes');
  const bench: Bench = { session, client, blobs, notesDir, secretKey, retire, flags, status: null };
  const server =
    flags.status === undefined ? null : await openStatusPage(session, bench, flags.status);
  try {
    if (named !== null) await workIn(bench, named);
    else await workWhereItPays(bench);
  } finally {
    await server?.stop();
  }
  if (flags.dryRun) return;
  const { uploadedBytes, downloadedBytes } = blobs.traffic;
  session.note(`Sent ${formatBytes(uploadedBytes)}, fetched ${formatBytes(downloadedBytes)}.`);
}

/** What stays the same from run to run, and the status of the one at work. */
interface Bench {
  readonly session: Session;
  readonly client: DaoClient;
  readonly blobs: LayeredStore;
  readonly notesDir: string;
  readonly secretKey: string;
  readonly retire: AbortSignal;
  readonly flags: WorkFlags;
  status: WorkStatus | null;
}

async function workIn(bench: Bench, run: number): Promise<void> {
  const { session, client, blobs, notesDir, secretKey, retire, flags } = bench;
  const { work } = await import('@commonweights/trainer/worker/work.js');
  const role = flags.auditor ? 'auditor' : 'trainer';
  const payout = flags.payout === undefined ? {} : { payout: parseAccountId(flags.payout) };
  const mine = { run, client, ...workerOf(flags), ...ownerOf(flags), ...payout };
  const status = new WorkStatus({ ...mine, traffic: () => blobs.traffic });
  bench.status = status;
  const teller = new Teller(session, run, flags.earnStake === true);
  const seated = await hasSeat(bench, run);
  const view = await readRun(client, run);
  if (flags.earnStake && !seated) requireEarnable(view, role);
  session.note(
    flags.dryRun
      ? `What working in run ${run} as ${role} would bring:`
      : `${client.accountId} works in run ${run} as ${role}`,
  );
  const { because, seat } = await work({
    ...{ ...mine, role, blobs, saltSecret: secretKey, retire },
    engine: await engineFor(flags),
    notebook: notebookFile(join(notesDir, `run-${run}.json`)),
    onEvent: (event) => {
      status.note(event);
      teller.tell(event);
    },
    onSeen: (seen) => status.see(seen),
    relayed: flags.relay !== undefined,
    dryRun: flags.dryRun === true,
    ...(flags.earnStake ? { earnStake: true } : {}),
    ...(flags.fromRound === undefined ? {} : { fromRound: flags.fromRound }),
  });
  teller.close();
  if (flags.dryRun) {
    if (!seated && !flags.earnStake) await requireStake(client, view);
    return;
  }
  session.note(`Left run ${run}: ${because}.`);
  if (!seat) return;
  session.note(
    `Seat ${seat.seat}: ${seat.verifiedRounds} rounds verified, ${formatNear(seat.earnedYocto)} ` +
      `earned, ${formatNear(seat.heldBackYocto)} of it held back; see "commonweights earnings"`,
  );
}

/** Between two looks when no run can be worked in. */
const lookEveryMs = 30_000;

async function workWhereItPays(bench: Bench): Promise<void> {
  const { session, flags, retire } = bench;
  if (flags.dryRun) {
    const run = await nextRun(bench, new Set());
    if (run !== null) return workIn(bench, run);
    return session.note('No run has a place for this machine now.');
  }
  let said = '';
  await workRunAfterRun({
    retire,
    next: (not) => nextRun(bench, not),
    workIn: (run) => {
      said = '';
      return workIn(bench, run);
    },
    hasSeat: (run) => hasSeat(bench, run),
    passOver: (run, error) => session.note(`Passes run ${run} over: ${plainText(error.message)}`),
    wait: async (why) => {
      if (why !== said) session.note(`Waits: ${plainText(why)}.`);
      said = why;
      await pause(lookEveryMs, retire);
    },
  });
}

async function hasSeat({ client, flags }: Bench, run: number): Promise<boolean> {
  const account = client.accountId!;
  const seat = findSeat(await client.getSeats({ run }), {
    ...{ account, ...workerOf(flags), ...ownerOf(flags) },
  });
  return seat?.status === 'active' || seat?.status === 'absent';
}

async function nextRun(bench: Bench, not: ReadonlySet<number>): Promise<number | null> {
  const { client, flags } = bench;
  const runs = (await readRuns(client)).filter((one) => !not.has(one.id) && isLive(one));
  const candidates = await Promise.all(
    runs.map(async (run) => ({ run, seats: await client.getSeats({ run: run.id }) })),
  );
  const role = flags.auditor ? 'auditor' : 'trainer';
  const acting = { account: client.accountId!, ...workerOf(flags), ...ownerOf(flags) };
  return chooseRun(candidates, { ...acting, role, not });
}

function ownerOf(flags: WorkFlags): { owner?: string } {
  return flags.for === undefined ? {} : { owner: parseAccountId(flags.for) };
}

/** Ctrl-C and the end of the time ask for the same; a second Ctrl-C ends the process. */
function retiring(session: Session, maxHours: number | undefined): AbortSignal {
  const signals = [session.terminal.signal];
  if (maxHours !== undefined) signals.push(AbortSignal.timeout(Math.round(maxHours * 3_600_000)));
  const retire = AbortSignal.any(signals);
  const told = () =>
    session.note(
      'Leaves once its last round is final, so that nothing is lost. Again Ctrl-C leaves now: what is ' +
        'committed and not revealed, or audited and not shown, then costs the stake.',
    );
  retire.addEventListener('abort', told, { once: true });
  return retire;
}

async function openStatusPage(session: Session, bench: Bench, port: number) {
  const server = await startStatusServer({ read: () => bench.status?.read() ?? null }, { port });
  session.note(`Status at ${server.url}, metrics at ${server.url}metrics`);
  return server;
}
