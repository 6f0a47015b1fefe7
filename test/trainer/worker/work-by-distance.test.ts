/**
 * Whole runs of the tolerance class by the software that contributors run: workers and auditors on
 * engines whose bits differ, decoys on half of the leaves, a cheat that takes half of the steps, an
 * auditor that calls everything right.
 */
import { expect } from 'chai';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { createTfjsEngine } from '@commonweights/trainer/engines/tfjs.js';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { everybodyActed } from '@commonweights/trainer/worker/duty.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { trainRound } from '@commonweights/trainer/worker/round.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-at-work.js';
import { work } from '@commonweights/trainer/worker/work.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { MemoryDao } from '../../support/memory-dao.js';
import { publishManifest } from '../../support/published-run.js';
import { tinyRun } from '../../support/tiny-run.js';

const near = (whole: number) => `${whole}${'0'.repeat(24)}`;
const engines = {
  native: createOrtNativeEngine(),
  wasm: createOrtWasmEngine(),
  tfjs: createTfjsEngine({ backend: 'wasm' }),
};

interface Stage {
  dao: MemoryDao;
  start(account: string, it: Starting): Promise<{ because: string }>;
  events: { account: string; event: WorkEvent }[];
}

interface Starting {
  engine: Engine;
  role?: 'trainer' | 'auditor';
  computeRound?: ComputeRound;
  client?: (client: DaoClient) => DaoClient;
}

async function setStage(changes: Partial<RunSpec> = {}): Promise<Stage> {
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
      blobs: new LayeredStore(new MemoryStore(), registry),
      engine: options.engine,
      saltSecret: `secret of ${account}`,
      pollMs: 5,
      onEvent: (event) => events.push({ account, event }),
      ...(options.computeRound ? { computeRound: options.computeRound } : {}),
    });
  return { dao, start, events };
}

/** Lets the enrolment deadline pass once all have applied, and then verdicts be final. */
async function playOut(
  dao: MemoryDao,
  crew: readonly Promise<{ because: string }>[],
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
    const waits = left || run.disputes.some(({ stage }) => stage === 'window');
    if (idle && waits) dao.nowMs += 600_000;
  }
  if (failed) throw failed as Error;
  return over!;
}

function allActed(dao: MemoryDao): boolean {
  return everybodyActed(fromWire(dao.run()), fromWire(dao.seats()));
}

/** Takes every second step only, and hands in what comes of it as if it had taken all. */
const halfOfTheSteps: ComputeRound = (input, local, beforeStep) => {
  let step = 0;
  const { session } = input;
  const idle = Object.assign(Object.create(session) as typeof session, {
    load: session.load.bind(session),
    export: async () => {
      const state = await session.export();
      return { ...state, steps: (local.steps + 2 * Math.round(step / 2)) as number };
    },
    step: async (batch: Parameters<typeof session.step>[0]) =>
      step++ % 2 === 0 ? session.step(batch) : { loss: 1 },
  });
  return trainRound({ ...input, session: idle }, local, beforeStep);
};

function distancesIn(events: Stage['events']): number[] {
  return events.flatMap(({ event }) =>
    event.kind === 'measured' && event.residualBillionths !== null
      ? [event.residualBillionths]
      : [],
  );
}

describe('working on a run of the tolerance class', function () {
  this.timeout(120_000);

  it('passes every claim between engines whose bits differ, and finds every decoy', async () => {
    const { dao, start, events } = await setStage();
    const crew = [
      start('ada', { engine: engines.native }),
      start('ben', { engine: engines.tfjs }),
      start('dan', { engine: engines.wasm }),
      start('gus', { engine: engines.wasm, role: 'auditor' }),
    ];
    const left = await playOut(dao, crew);
    expect(left).to.deep.equal(Array(4).fill('the run is completed'));
    const claims = dao.records.flatMap((one) => one.claims);
    expect(claims).to.have.length(9);
    expect(claims.every(({ verdict }) => verdict === 'passed')).to.equal(true);
    expect(dao.seats().every(({ slashedYocto }) => slashedYocto === '0')).to.equal(true);
    const found = distancesIn(events);
    // A decoy is measured twice: planted far off, and what it covers close.
    const far = found.filter((one) => one > 2_500_000);
    expect(found.length - far.length).to.equal(9);
    expect(far.length).to.be.above(0);
    for (const one of far) expect(one).to.be.within(5_000_000, 50_000_000);
    const close = found.filter((one) => one <= 2_500_000);
    expect(Math.max(...close), 'of honest ends').to.be.below(500_000);
    expect(close.filter((one) => one > 0)).to.not.deep.equal([]);
  });

  it('fails who takes half of the steps, prices it, and in the end takes the seat', async () => {
    const { dao, start, events } = await setStage({ decoyShareBps: 0, rounds: 4, minWorkers: 2 });
    const crew = [
      start('ada', { engine: engines.native }),
      start('ben', { engine: engines.native }),
      start('eve', { engine: engines.native, computeRound: halfOfTheSteps }),
      start('gus', { engine: engines.wasm, role: 'auditor' }),
    ];
    await playOut(dao, crew);
    const seats = dao.seats();
    const eve = seats.find(({ account }) => account === 'eve')!;
    expect(eve.verifiedRounds).to.equal(0);
    expect(BigInt(eve.slashedYocto) >= BigInt(near(2))).to.equal(true);
    for (const { account, slashedYocto } of seats) {
      if (account !== 'eve') expect(slashedYocto, account).to.equal('0');
    }
    const verdicts = dao.records.flatMap(({ claims }) => claims.filter((one) => one.included));
    const seatOf = (account: string) => seats.find((one) => one.account === account)!.seat;
    for (const { seat, verdict } of verdicts) {
      expect(verdict).to.equal(seat === seatOf('eve') ? 'failed' : 'passed');
    }
    const worst = distancesIn(events).filter((one) => one > 2_500_000);
    expect(Math.min(...worst), 'half of the steps').to.be.above(100_000_000);
  });

  it('overrules the auditor that calls planted errors right', async () => {
    const { dao, start } = await setStage({ decoyShareBps: 10_000 });
    /** Whatever it finds, it says that it was close. */
    const lazy = (client: DaoClient): DaoClient =>
      Object.assign(Object.create(client) as DaoClient, {
        measure: (it: Parameters<DaoClient['measure']>[0]) =>
          client.measure({
            ...it,
            ...{ residualBillionths: 4_000, alongBillionths: 0, sum: digestOf(new Uint8Array(8)) },
          }),
      });
    const crew = [
      start('ada', { engine: engines.native }),
      start('ben', { engine: engines.native }),
      start('dan', { engine: engines.wasm }),
      start('gus', { engine: engines.wasm, role: 'auditor', client: lazy }),
    ];
    await playOut(dao, crew);
    const seats = dao.seats();
    const gus = seats.find(({ account }) => account === 'gus')!;
    expect(gus.auditsWrong).to.be.above(0);
    for (const { account, slashedYocto } of seats) {
      if (account !== 'gus') expect(slashedYocto, account).to.equal('0');
    }
  });
});
