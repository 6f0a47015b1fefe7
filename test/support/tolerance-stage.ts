/** A run of the tolerance class over the rules in memory, and workers of the real software on it. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { createTfjsEngine } from '@commonweights/trainer/engines/tfjs.js';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { everybodyActed } from '@commonweights/trainer/worker/duty.js';
import type { Notebook } from '@commonweights/trainer/worker/kept-work.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';
import { work } from '@commonweights/trainer/worker/work.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { MemoryDao } from './memory-dao.js';
import { publishManifest } from './published-run.js';
import { tinyRun } from './tiny-run.js';

export const near = (whole: number) => `${whole}${'0'.repeat(24)}`;
export const engines = {
  native: createOrtNativeEngine(),
  wasm: createOrtWasmEngine(),
  tfjs: createTfjsEngine({ backend: 'wasm' }),
};

export interface Stage {
  dao: MemoryDao;
  start(account: string, it: Starting): Promise<{ because: string }>;
  events: { account: string; event: WorkEvent }[];
}

interface Starting {
  engine: Engine;
  role?: 'trainer' | 'auditor';
  computeRound?: ComputeRound;
  client?: (client: DaoClient) => DaoClient;
  near?: MemoryStore;
  notebook?: Notebook;
  signal?: AbortSignal;
  hear?: (event: WorkEvent) => void;
}

export async function setStage(changes: Partial<RunSpec> = {}): Promise<Stage> {
  const registry = new MemoryStore();
  const tiny = await tinyRun(engines.wasm);
  const files = { 'heldout.u16': tiny.trainBytes, 'train.u16': tiny.trainBytes };
  const manifest = await publishManifest(registry, files);
  const spec: RunSpec = {
    ...tiny.spec,
    data: { ...tiny.spec.data, manifest },
    taintedShareBpsMax: 5_000,
    decoyShareBps: 5_000,
    tolerance: {
      ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000 },
      ...{ window: 6, failuresMax: 2, failureYocto: near(2) },
    },
    ...changes,
  };
  const digest = await registry.put(canonicalBytes(spec));
  const initialRoot = initialRootOf(spec, tiny.program);
  const dao = new MemoryDao(termsOf({ spec, digest, initialRoot }));
  dao.manifest = manifest;
  const events: Stage['events'] = [];
  const start: Stage['start'] = (account, { client = (it) => it, ...options }) =>
    work({
      client: client(dao.client(account)),
      run: 1,
      role: options.role ?? 'trainer',
      blobs: new LayeredStore(options.near ?? new MemoryStore(), registry),
      engine: options.engine,
      saltSecret: `secret of ${account}`,
      pollMs: 5,
      onEvent: (event) => {
        events.push({ account, event });
        options.hear?.(event);
      },
      ...(options.notebook ? { notebook: options.notebook } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.computeRound ? { computeRound: options.computeRound } : {}),
    });
  return { dao, start, events };
}

/** Lets the enrolment deadline pass once all have applied, and then verdicts be final. */
export async function playOut(
  dao: MemoryDao,
  crew: readonly Promise<{ because: string }>[],
  /** Whether somebody owes what it will never do. */
  isStuck: () => boolean = () => false,
): Promise<string[]> {
  let over: string[] | null = null;
  let failed: unknown = null;
  void Promise.all(crew).then(
    (all) => (over = all.map(({ because }) => because)),
    (error: unknown) => (failed = error),
  );
  const look = () => new Promise((resolve) => setTimeout(resolve, 5));
  while (dao.seats().length < crew.length && !failed) await look();
  dao.nowMs = dao.run().enrolDeadlineMs;
  while (!over && !failed) {
    await look();
    const run = dao.run();
    // Nobody appeals, an expelled cheat delivers nothing, and nobody works while that is waited for.
    const idle = !run.open || (run.open.phase === 'aggregate' && allActed(dao));
    const gone = dao.seats().filter(({ status }) => status === 'expelled');
    const left = run.audits.some(
      ({ seat, state }) =>
        ['material', 'opening', 'uncover'].includes(state) && gone.some((one) => one.seat === seat),
    );
    const waits = left || isStuck() || run.disputes.some(({ stage }) => stage === 'window');
    if (idle && waits) dao.nowMs += 600_000;
  }
  if (failed) throw failed as Error;
  return over!;
}

function allActed(dao: MemoryDao): boolean {
  return everybodyActed(fromWire(dao.run()), fromWire(dao.seats()));
}
