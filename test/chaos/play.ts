/** One play: a run, its machines, a plan of faults, and what came of it. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type {
  RunCommand,
  RunEffects,
  RunState,
} from '@commonweights/dao-contracts/rules/run-events.js';
import type { RoundRecord, SeatView } from '@commonweights/dao-contracts/rules/run.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { noMoney, type Totals } from '@commonweights/dao-contracts/rules/totals.js';
import type { Engine, Fingerprint, Session } from '@commonweights/trainer/engines/engine.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { openRun, type OpenRun } from '@commonweights/trainer/run/open-run.js';
import { termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { addTotals } from '../dao-contracts/rules/add-totals.js';
import { checkConservation } from '../simulation/conservation.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { RandomStream } from '../simulation/random-stream.js';
import { MemoryDao } from '../support/memory-dao.js';
import { publishRun } from '../support/published-run.js';
import { tinyRun } from '../support/tiny-run.js';
import type { Fault, Plan } from './fault-plan.js';
import { Machine, pollMs, type Conduct, type Surroundings } from './machine.js';
import { VirtualTime } from './virtual-time.js';

export const deadlineMs = 600_000;
export const trainers = ['ada', 'ben', 'dan'];
export const machinesCount = trainers.length + 1;

/** What every play of a run starts from: made once. */
export interface Stage {
  readonly engine: Engine;
  readonly fingerprint: Fingerprint;
  /** Compiled once; every process works on a fork of it. */
  readonly session: Session;
  readonly terms: RunTerms;
  readonly spec: RunSpec;
  readonly opened: OpenRun;
  readonly artefacts: MemoryStore;
  /** No machine ends the same steps in the same bits twice. */
  readonly isUnsteady: boolean;
}

const small = (spec: RunSpec): RunSpec => ({
  ...spec,
  ...{ rounds: 4, minWorkers: 2, maxWorkers: 3, maxAuditors: 1, decoyShareBps: 3_000 },
});

/** The same by distance, with decoys on half of the leaves. */
export function smallByDistance(spec: RunSpec): RunSpec {
  return {
    ...small(spec),
    ...{ taintedShareBpsMax: 5_000, decoyShareBps: 5_000 },
    tolerance: {
      ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000 },
      ...{ window: 6, failuresMax: 2, failureYocto: `2${'0'.repeat(24)}` },
    },
  };
}

/** `change` makes the spec that is published out of the tiny run's; `files`: its dataset's. */
export async function setStage(
  engine: Engine,
  change: (spec: RunSpec) => RunSpec = small,
  files?: Readonly<Record<string, Uint8Array>>,
): Promise<Stage> {
  const { blobs, spec: published, digest } = await publishRun(engine, change, files);
  const spec = change(published);
  const { program } = await tinyRun(engine);
  const terms = termsOf({ spec, digest, initialRoot: initialRootOf(spec, program) });
  const opened = await openRun({ spec: digest, blobs, engine });
  const session = await engine.compile(opened.program);
  const fingerprint = await engine.fingerprint();
  const isUnsteady = spec.tolerance !== undefined;
  return { engine, fingerprint, session, terms, spec, opened, artefacts: blobs, isUnsteady };
}

export interface Played {
  readonly plan: Plan;
  readonly status: string;
  /** Accounts of the machines, in the order of a plan. */
  readonly machines: readonly string[];
  /** Machines that still ran when it was given up; none in a play that ended. */
  readonly stuck: readonly string[];
  readonly tookMs: number;
  readonly records: readonly RoundRecord[];
  readonly seats: readonly SeatView[];
  readonly credits: ReadonlyMap<string, bigint>;
  readonly deposits: ReadonlyMap<string, bigint>;
  readonly blobs: MemoryStore;
  readonly crashes: readonly string[];
  readonly hindrances: ReadonlyMap<string, number>;
  readonly calls: number;
  /** Paid to jurors out of what auditors did not get. */
  readonly juryYocto: bigint;
  readonly disputes: number;
}

const startMs = 1_700_000_000_000;
/** A run of four rounds of minutes that has not ended after so long never will. */
const limitMs = 60 * 24 * 3_600_000;
/** Nothing happened for so long: nobody but a deadline can move it. */
const idleMs = 90_000;
const skipMaxMs = 3_600_000;

/** Who takes part: accounts, and how those among them act that are not honest. */
export interface Cast {
  readonly trainers: readonly string[];
  readonly auditors: readonly string[];
  conductOf(account: string, registry: MemoryStore): Conduct | undefined;
}

const honestCast: Cast = { trainers, auditors: ['gus'], conductOf: () => undefined };

export async function playOne(
  stage: Stage,
  plan: Plan,
  {
    seed,
    trace,
    hear,
    watch,
    link = {},
    skips = true,
    cast = honestCast,
  }: {
    seed: number;
    /** All that is said and done, line by line. */
    trace?: ((line: string) => void) | undefined;
    hear?: (machine: Machine, event: WorkEvent) => void;
    /** Each command that the rules took, and what they made of it. */
    watch?: (state: RunState, effects: RunEffects, command: RunCommand) => void;
    /** Of every machine; default: that of a machine. */
    link?: Partial<Pick<Machine, 'latencyMs' | 'bytesPerSecond' | 'blockMs'>>;
    /** Hours in which nothing happens on chain pass at once, for who computes too. */
    skips?: boolean;
    cast?: Cast;
  },
): Promise<Played> {
  const time = new VirtualTime(startMs);
  const dao = new Ledger(stage.terms, `chaos ${seed} ${plan.index}`, startMs);
  dao.tell = (what) => trace?.(`${((time.nowMs - startMs) / 1_000).toFixed(1)} s chain: ${what}`);
  if (watch) dao.watch = watch;
  dao.manifest = stage.spec.data.manifest;
  const registry = new MemoryStore();
  for (const bytes of stage.artefacts.blobs.values()) await registry.put(bytes);
  const engine = leased(stage, time);
  const world: Surroundings = {
    ...{ time, registry, engineOf: (account) => engine.of(account) },
    ...{ chainIsUp: true, registryIsUp: true, registryLies: false, stepMs: plan.stepMs },
    clientOf: (account) =>
      onTime(dao.client(account), () => (dao.nowMs = Math.max(dao.nowMs, time.nowMs))),
    isOver: () => dao.hasEnded,
    hear: (machine, event) => {
      const at = ((time.nowMs - startMs) / 1_000).toFixed(1);
      trace?.(`${at} s ${machine.account} ${JSON.stringify(event, bigintAsText)}`);
      hear?.(machine, event);
    },
  };
  const machines = [...cast.trainers, ...cast.auditors].map((account) => {
    const role = cast.auditors.includes(account) ? 'auditor' : 'trainer';
    const random = new RandomStream('link', seed, plan.index, account);
    const conduct = cast.conductOf(account, registry);
    return Object.assign(new Machine(account, { role, world, random, conduct }), link);
  });
  const living = new Set(machines);
  for (const machine of machines) {
    void machine.live().finally(() => living.delete(machine));
  }
  const pending = new Set<number>();
  for (const fault of plan.faults) {
    void strike(fault, { world, machines, pending });
  }
  let skippedMs = startMs;
  const isOver = () => {
    if (living.size === 0 || time.nowMs - startMs > limitMs) return true;
    const idle = time.nowMs - dao.movedMs;
    // In between everybody looks around.
    if (skips && idle > idleMs && time.nowMs - skippedMs > 5 * pollMs) {
      const next = Math.min(...[...pending].filter((at) => at > time.nowMs), Infinity);
      time.skip(Math.max(0, Math.min(idle / 4, skipMaxMs, next - time.nowMs)));
      skippedMs = time.nowMs;
    }
    return false;
  };
  try {
    await time.play(isOver);
  } finally {
    await engine.end();
  }
  const hindrances = new Map<string, number>();
  for (const machine of machines) {
    for (const [code, count] of machine.hindrances) {
      hindrances.set(code, (hindrances.get(code) ?? 0) + count);
    }
  }
  return {
    ...{ plan, machines: machines.map(({ account }) => account), status: dao.run().status },
    ...{ stuck: [...living].map(({ account }) => account) },
    ...{ tookMs: time.nowMs - startMs, records: dao.records, seats: dao.seats() },
    ...{ credits: dao.credits, deposits: dao.deposits, blobs: registry, hindrances },
    ...{ crashes: machines.flatMap((one) => one.crashes), calls: dao.calls },
    ...{ juryYocto: dao.juryYocto, disputes: dao.disputes },
  };
}

/** Begins, and ends by itself. */
async function strike(
  fault: Fault,
  it: { world: Surroundings; machines: readonly Machine[]; pending: Set<number> },
): Promise<void> {
  const { world } = it;
  const machine = it.machines[fault.machine]!;
  const { time } = world;
  const sleepUntil = async (atMs: number) => {
    it.pending.add(atMs);
    await time.sleep(atMs - time.nowMs);
    it.pending.delete(atMs);
  };
  const fromMs = startMs + fault.atMs;
  await sleepUntil(fromMs);
  const heal = begin(fault, machine, world);
  await sleepUntil(fromMs + fault.forMs);
  heal();
}

function begin(fault: Fault, machine: Machine, world: Surroundings): () => void {
  const { kind, degree, forMs } = fault;
  const downUntilMs = world.time.nowMs + forMs;
  switch (kind) {
    case 'kill':
      machine.downUntilMs = downUntilMs;
      machine.kill();
      return () => {};
    case 'leave':
    case 'quit':
      machine.downUntilMs = downUntilMs;
      machine.leave(kind === 'quit');
      return () => {};
    case 'freeze':
      machine.frozen = true;
      return () => (machine.frozen = false);
    case 'cut off from the chain':
      machine.chainIsCut = true;
      return () => (machine.chainIsCut = false);
    case 'cut off from the registry':
      machine.registryIsCut = true;
      return () => (machine.registryIsCut = false);
    case 'cut off from both':
      machine.chainIsCut = machine.registryIsCut = true;
      return () => (machine.chainIsCut = machine.registryIsCut = false);
    case 'lossy link':
      machine.lossShare = 0.05 + 0.45 * degree;
      return () => (machine.lossShare = 0);
    case 'slow link': {
      const { latencyMs, bytesPerSecond } = machine;
      machine.latencyMs = 200 + 2_800 * degree;
      machine.bytesPerSecond = 20_000;
      return () => Object.assign(machine, { latencyMs, bytesPerSecond });
    }
    case 'lagging node':
      machine.lagMs = 1_000 + 9_000 * degree;
      return () => (machine.lagMs = 0);
    case 'clock skew':
      machine.clock.skewMs = (degree - 0.5) * 7_200_000;
      return () => (machine.clock.skewMs = 0);
    case 'full disk':
      machine.diskIsFull = true;
      return () => (machine.diskIsFull = false);
    case 'registry gone':
      world.registryIsUp = false;
      return () => (world.registryIsUp = true);
    case 'registry lies':
      world.registryLies = true;
      return () => (world.registryLies = false);
    case 'chain restarted':
      world.chainIsUp = false;
      return () => (world.chainIsUp = true);
  }
}

/** The contract in memory, its money counted after every call. */
class Ledger extends MemoryDao {
  readonly deposits = new Map<string, bigint>();
  calls = 0;
  disputes = 0;
  juryYocto = 0n;
  tell?: (what: string) => void;
  watch?: (state: RunState, effects: RunEffects, command: RunCommand) => void;
  movedMs: number;
  hasEnded = false;
  #totals: Totals = noMoney();
  #receivedYocto: bigint;

  constructor(terms: RunTerms, seed: string, nowMs: number) {
    super(terms, seed, nowMs);
    this.movedMs = nowMs;
    const { budgetYocto, escrowYocto } = this.state.run;
    this.#totals.escrows = escrowYocto;
    this.#totals.storage = budgetYocto - escrowYocto;
    this.#receivedYocto = budgetYocto;
  }

  protected override applied(state: RunState, effects: RunEffects, command: RunCommand): void {
    this.calls++;
    this.watch?.(state, effects, command);
    for (const { event, data } of effects.events) {
      if (event === 'dispute_opened') this.disputes++;
      if (event === 'denial_judged') this.juryYocto += BigInt(String(data.yocto));
      this.tell?.(`${command.kind}: ${event} ${JSON.stringify(data, bigintAsText)}`);
    }
    this.movedMs = this.nowMs;
    this.hasEnded = state.run.status === 'completed' || state.run.status === 'stopped';
    this.#totals = addTotals(this.#totals, effects.moves);
    if ('depositYocto' in command) {
      const { account, depositYocto } = command;
      this.#receivedYocto += depositYocto;
      this.deposits.set(account, (this.deposits.get(account) ?? 0n) + depositYocto);
    }
    checkConservation({
      ...{ state, totals: this.#totals, receivedYocto: this.#receivedYocto },
      ledgersYocto: [...this.credits.values()].reduce((all, one) => all + one, 0n),
    });
  }
}

/** Before each call the chain's clock is set. */
function onTime(client: DaoClient, set: () => void): DaoClient {
  const calls = Object.entries(client).map(([name, it]: [string, unknown]) => {
    if (typeof it !== 'function') return [name, it] as const;
    const call = (...args: unknown[]): unknown => {
      set();
      return (it as (...all: unknown[]) => unknown)(...args);
    };
    return [name, call] as const;
  });
  return Object.fromEntries(calls) as unknown as DaoClient;
}

/** What killed processes leave open is closed when the play is over. */
function leased(
  { engine, fingerprint, session: compiled, isUnsteady }: Stage,
  time: VirtualTime,
): {
  of(account: string): Engine;
  end(): Promise<void>;
} {
  const open = new Set<Session>();
  const track = (session: Session): Session => {
    open.add(session);
    return {
      load: (state) => time.atOnce(() => session.load(state)),
      step: (batch) => time.atOnce(() => session.step(batch)),
      evaluate: (tokens) => time.atOnce(() => session.evaluate(tokens)),
      export: () => time.atOnce(() => session.export()),
      fork: () => track(session.fork()),
      dispose: async () => {
        if (open.delete(session)) await time.atOnce(() => session.dispose());
      },
    };
  };
  return {
    of: (account) => ({
      ...engine,
      class: isUnsteady ? 'tolerance' : engine.class,
      // Read from the disk once: here nothing else takes real time.
      fingerprint: async () => fingerprint,
      compile: async () => {
        const session = track(compiled.fork());
        return isUnsteady ? unsteady(session, account) : session;
      },
    }),
    end: async () => {
      for (const session of open) await session.dispose();
    },
  };
}

/** As graphics cards are: a last bit here and there, another one each time and on each machine. */
function unsteady(session: Session, account: string): Session {
  const random = new RandomStream('unsteady', account);
  const wrap = (inner: Session): Session => ({
    load: (state) => inner.load(state),
    step: (batch) => inner.step(batch),
    evaluate: (tokens) => inner.evaluate(tokens),
    fork: () => wrap(inner.fork()),
    dispose: () => inner.dispose(),
    export: async () => {
      const state = await inner.export();
      const at = random.below(state.params.length);
      state.params[at] = Math.fround(state.params[at]! * (1 + 4e-7));
      return state;
    },
  });
  return wrap(session);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
