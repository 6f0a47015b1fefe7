/**
 * The training itself: one process per contributor, which talk to nobody but the chain and the
 * registry. This stage only starts them, does what happens to real machines (one is killed, one
 * comes late) at fixed points of the protocol, moves the local clock when everybody living waits
 * for a deadline, and watches.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import type { Traffic } from '@commonweights/trainer/worker/layered-store.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import type { Progress } from '../progress.js';
import type { ContributorMessage, ContributorTask } from './contributor-task.js';
import { forgetPeak, peakBytes } from './peak-memory.js';

/** What happens to whom; rounds are numbers on chain, cancelled ones included. */
export interface Incidents {
  /** Account that is killed, in the middle of training this round. */
  readonly killed: { readonly account: string; readonly round: number };
  /** Account whose process starts when `startsAt` opens and that takes part from `fromRound`. */
  readonly late: {
    readonly account: string;
    readonly startsAt: number;
    readonly fromRound: number;
  };
}

export interface TrainingOutcome {
  readonly run: RunView;
  readonly wallMs: number;
  /** Median time in which a trainer computed its round, while all of them shared the machine. */
  readonly roundMs: number;
  readonly traffic: Readonly<Record<string, Traffic>>;
  /** Resident at one time, at most: this process's peak before, or that of all added up since. */
  readonly peakBytes: number;
  readonly story: readonly string[];
}

type Task = Omit<ContributorTask, 'dataDir'>;

const lookEveryMs = 200;
/** No progress on chain for this long means that something is wrong that waiting will not mend. */
const stalledMs = 120_000;

export async function train(it: {
  client: DaoClient;
  run: number;
  tasks: readonly Task[];
  late: Task;
  incidents: Incidents;
  dataDir: string;
  fastForward(ms: number): Promise<void>;
  progress: Progress;
  tell(line: string): void;
  signal: AbortSignal;
}): Promise<TrainingOutcome> {
  const crew = new Crew(it);
  const before = peakBytes();
  await forgetPeak();
  try {
    for (const task of it.tasks) await crew.start(task);
    const outcome = await watch(it, crew);
    return { ...outcome, peakBytes: Math.max(before, crew.peakBytes + peakBytes()) };
  } finally {
    await crew.stop();
  }
}

async function watch(
  it: Parameters<typeof train>[0],
  crew: Crew,
): Promise<Omit<TrainingOutcome, 'peakBytes'>> {
  let startedAt = 0;
  let lateStarted = false;
  let last = { state: '', at: Date.now() };
  for (;;) {
    it.signal.throwIfAborted();
    const run = await readRun(it.client, it.run);
    crew.failOnLostContributor(it.incidents.killed.account);
    if (run.status === 'completed') {
      const wallMs = Date.now() - startedAt;
      await crew.finish();
      return {
        run,
        wallMs,
        roundMs: crew.medianRoundMs(),
        traffic: crew.traffic,
        story: crew.story,
      };
    }
    if (run.status === 'stopped' || run.status === 'paused') {
      throw new Error(`RUN_NOT_FINISHED: the run is ${run.status} (${run.pausedBecause ?? ''})`);
    }
    if (run.status === 'enrolling' && run.nowMs < run.enrolDeadlineMs && (await areAllIn(it))) {
      crew.tell(
        `everybody expected has applied: the local clock is moved ${hoursUntil(run)} on, to the ` +
          'end of enrolment, when seats are drawn by lot',
      );
      await passDeadline(it, run, run.enrolDeadlineMs);
    }
    if (run.open) {
      startedAt ||= Date.now();
      if (!lateStarted && run.open.round >= it.incidents.late.startsAt) {
        lateStarted = true;
        crew.tell(`${it.late.account.accountId} comes late and downloads the state`);
        await crew.start(it.late);
      }
      // Whoever dies owing an audit loses its stake; this one dies with its accounts in order.
      const { killed } = it.incidents;
      if (run.open.round === killed.round && !run.provisional) await crew.kill(killed.account);
      if (crew.killedIsDead && onlyKilledIsMissing(run, crew.killedSeat) && crew.lateIsSeated) {
        crew.tell('everybody living committed; the deadline passes and the run goes on without it');
        await passDeadline(it, run, run.open.deadlineMs);
      }
    }
    // Everything is computed; stakes stay until nobody can appeal any more.
    if (!run.open && !run.provisional && run.disputes.length > 0) {
      const deadlines = run.disputes.map((dispute) => dispute.deadlineMs);
      await passDeadline(it, run, Math.max(...deadlines));
    }
    const state = `${run.nextRound} ${run.open?.phase} ${crew.steps}`;
    if (state !== last.state) last = { state, at: Date.now() };
    if (Date.now() - last.at > stalledMs) {
      throw new Error(`RUN_STALLED: nothing moved for ${stalledMs / 1000} s in ${state}`);
    }
    it.progress.update(run.closedRounds, noteOn(run));
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

function noteOn(run: RunView): string {
  if (!run.open) return run.status === 'enrolling' ? 'enrolling' : 'last audits';
  return `round ${run.open.round}, ${run.open.phase}, ${run.open.slices.length} trainers`;
}

/** Seats are drawn when enrolment ends, however many have applied: others may still come. */
async function areAllIn(it: Parameters<typeof train>[0]): Promise<boolean> {
  const seats = await it.client.getSeats({ run: it.run });
  return it.tasks.every(({ account: { accountId } }) =>
    seats.some(({ account }) => account === accountId),
  );
}

function hoursUntil({ enrolDeadlineMs, nowMs }: RunView): string {
  return `${((enrolDeadlineMs - nowMs) / 3_600_000).toFixed(1)} h`;
}

function onlyKilledIsMissing(run: RunView, killedSeat: number | null): boolean {
  const open = run.open!;
  const missing = open.slices.filter(({ seat }) => !open.committed.includes(seat));
  return open.phase === 'train' && missing.length === 1 && missing[0]!.seat === killedSeat;
}

async function passDeadline(
  it: { fastForward(ms: number): Promise<void> },
  run: RunView,
  deadlineMs: number,
): Promise<void> {
  if (run.nowMs < deadlineMs) await it.fastForward(deadlineMs - run.nowMs);
}

async function readRun(client: DaoClient, id: number): Promise<RunView> {
  const run = await client.getRun({ run: id });
  if (!run) throw new Error(`RUN_NOT_FOUND: ${client.contract} has no run ${id}`);
  return run;
}

/** The contributors' processes, and what they reported. */
class Crew {
  readonly traffic: Record<string, Traffic> = {};
  readonly story: string[] = [];
  /** Each one's own peak, added up. */
  peakBytes = 0;
  /** The clock waits for this: in which round it starts must not depend on the machine. */
  lateIsSeated = false;
  killedIsDead = false;
  killedSeat: number | null = null;
  /** Inner steps seen in all: shows that something moves between two chain events. */
  steps = 0;
  readonly #children = new Map<string, ChildProcess>();
  readonly #roundTimesMs: number[] = [];
  readonly #failures = new Map<string, string>();
  readonly #left = new Set<string>();

  constructor(private readonly it: Parameters<typeof train>[0]) {}

  async start(task: Task): Promise<void> {
    const { accountId } = task.account;
    const dataDir = join(this.it.dataDir, 'contributors', accountId);
    await mkdir(dataDir, { recursive: true });
    const entry = fileURLToPath(new URL('./contributor.ts', import.meta.url));
    const whole: ContributorTask = { ...task, dataDir };
    const child = spawn(process.execPath, ['--import', 'tsx', entry], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    const log = createWriteStream(join(dataDir, 'contributor.log'), { flags: 'a' });
    child.send(whole);
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    this.#children.set(accountId, child);
    child.on('message', (message: ContributorMessage) => {
      log.write(`${new Date().toISOString()} ${JSON.stringify(message)}\n`);
      this.#hear(accountId, message);
    });
    child.on('exit', (code, signal) => {
      this.#children.delete(accountId);
      if (!this.#left.has(accountId) && !(accountId === this.#killed && this.killedIsDead)) {
        this.#failures.set(accountId, this.#failures.get(accountId) ?? `exit ${signal ?? code}`);
      }
    });
  }

  #hear(account: string, message: ContributorMessage): void {
    if (message.kind === 'failed') this.#failures.set(account, message.message);
    if (message.kind === 'done') {
      this.traffic[account] = message.traffic;
      this.peakBytes += message.peakBytes;
      this.#left.add(account);
      if (message.because.includes('expelled')) {
        this.tell(`${account} was expelled: its work did not follow from its inputs`);
      }
    }
    if (message.kind === 'event') this.#onEvent(account, message.event);
  }

  #onEvent(account: string, event: WorkEvent): void {
    if (event.kind === 'step') {
      this.steps++;
    }
    if (event.kind === 'trained' && event.loss > 0 /* not made up */) {
      this.#roundTimesMs.push(event.elapsedMs);
    }
    if (event.kind === 'enrolled' && account === this.it.late.account.accountId) {
      this.lateIsSeated = true;
    }
    if (event.kind === 'abandoned')
      this.tell(`${account} abandons round ${event.round}: ${event.why}`);
    if (event.kind === 'answered') {
      const found = event.leaf === null ? 'no usable material' : 'its own leaf';
      this.story.push(
        `${account} re-executed segment ${event.segment} of seat ${event.seat}: ${found}`,
      );
    }
  }

  get #killed(): string {
    return this.it.incidents.killed.account;
  }

  async kill(account: string): Promise<void> {
    if (this.killedIsDead) return;
    this.killedIsDead = true;
    this.#children.get(account)?.kill('SIGKILL');
    this.tell(
      `${account} is killed (SIGKILL) in the middle of round ${this.it.incidents.killed.round}`,
    );
    const seats = await this.it.client.getSeats({ run: this.it.run });
    this.killedSeat = seats.find((seat) => seat.account === account)?.seat ?? null;
  }

  failOnLostContributor(expected: string): void {
    for (const [account, why] of this.#failures) {
      if (account === expected && this.killedIsDead) continue;
      throw new Error(
        `CONTRIBUTOR_LOST: ${account}: ${why}; see contributors/${account}/contributor.log in the data folder`,
      );
    }
  }

  medianRoundMs(): number {
    const sorted = [...this.#roundTimesMs].sort((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1] ?? NaN;
  }

  tell(line: string): void {
    this.story.push(line);
    this.it.tell(line);
  }

  /** Lets the contributors notice the end by themselves. */
  async finish(): Promise<void> {
    const until = Date.now() + 10_000;
    while (this.#children.size > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#children.values()) child.kill('SIGKILL');
    await Promise.resolve();
  }
}
