import { expect } from 'chai';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import {
  encodeManifest,
  defaultChunkBytes,
} from '@commonweights/dataset-registry/digest/manifest.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { openSession } from '@commonweights/trainer/engines/program-session.js';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { trainRound } from '@commonweights/trainer/worker/round.js';
import { work } from '@commonweights/trainer/worker/work.js';
import { fabricateFrom } from '../../../cli/main-job/fabricate-round.js';
import { failingWhen } from '../../support/failing-runtime.js';
import { MemoryDao } from '../../support/memory-dao.js';
import { tinyRun, wrongDigest } from '../../support/tiny-run.js';

const engine = createOrtWasmEngine();

interface Stage {
  dao: MemoryDao;
  registry: MemoryStore;
  spec: RunSpec;
  start(account: string, options?: Starting): Promise<{ because: string }>;
  events: { account: string; event: WorkEvent }[];
}

interface Starting {
  role?: 'trainer' | 'auditor';
  worker?: string;
  fromRound?: number;
  computeRound?: ComputeRound;
  signal?: AbortSignal;
  retire?: AbortSignal;
  dryRun?: boolean;
  near?: MemoryStore;
  client?: DaoClient;
  engine?: Engine | readonly Engine[];
}

/** A funded run over a registry that holds its artefacts. */
async function setStage(changes: Partial<RunSpec> = {}): Promise<Stage> {
  const registry = new MemoryStore();
  const tiny = await tinyRun(engine);
  const file = async (path: string) => {
    const digest = await registry.put(tiny.trainBytes);
    return {
      path,
      size: tiny.trainBytes.length,
      digest,
      chunks: { root: digestOf(new Uint8Array(3)), list: digestOf(new Uint8Array(4)) },
    };
  };
  const manifest = await registry.put(
    encodeManifest({
      version: 1,
      chunkBytes: defaultChunkBytes,
      files: [await file('heldout.u16'), await file('train.u16')],
    }),
  );
  const spec = { ...tiny.spec, data: { ...tiny.spec.data, manifest }, ...changes };
  const digest = await registry.put(canonicalBytes(spec));
  const dao = new MemoryDao(
    termsOf({ spec, digest, initialRoot: initialRootOf(spec, tiny.program) }),
  );
  dao.manifest = manifest;
  const events: Stage['events'] = [];
  const start: Stage['start'] = (account, options = {}) =>
    work({
      client: options.client ?? dao.client(account),
      run: 1,
      role: options.role ?? 'trainer',
      blobs: new LayeredStore(options.near ?? new MemoryStore(), registry),
      engine: options.engine ?? engine,
      saltSecret: `secret of ${account}`,
      pollMs: 5,
      onEvent: (event) => events.push({ account, event }),
      ...(options.fromRound ? { fromRound: options.fromRound } : {}),
      ...(options.computeRound ? { computeRound: options.computeRound } : {}),
      ...(options.worker ? { worker: options.worker } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.retire ? { retire: options.retire } : {}),
      ...(options.dryRun ? { dryRun: true } : {}),
    });
  return { dao, registry, spec, start, events };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Lets the enrolment deadline pass once `count` have applied. */
async function closeEnrolment(dao: MemoryDao, count: number): Promise<void> {
  await until(() => dao.seats().length === count);
  dao.nowMs = dao.run().enrolDeadlineMs;
}

function finalRoots(dao: MemoryDao): (Digest | null)[] {
  return dao.records.filter((one) => one.outcome === 'final').map((one) => one.root);
}

describe('working on a run', () => {
  it('trains, audits and finishes with three trainers and an auditor', async () => {
    const { dao, start, registry } = await setStage();
    const crew = [start('ada'), start('ben'), start('dan'), start('gus', { role: 'auditor' })];
    await closeEnrolment(dao, 4);
    const left = await Promise.all(crew);
    expect(left.map((one) => one.because)).to.deep.equal(Array(4).fill('the run is completed'));
    expect(finalRoots(dao)).to.have.length(3);
    expect(
      dao.records.flatMap((one) => one.claims).every((one) => one.verdict === 'passed'),
    ).to.equal(true);
    expect(await registry.has(dao.run().finalRoot)).to.equal(true);
  });

  it('computes and audits a run on the exact engine that it names, whichever else is offered', async () => {
    const ours = createSimdWasmEngine();
    const named = { fingerprint: digestOfJson(await ours.fingerprint()) };
    const { dao, start: begin } = await setStage(named);
    // An engine of its own computes what the auditor's gives the same bits for.
    const offered = { engine: [engine, createSimdWasmEngine()] };
    const trainers = ['ada', 'ben', 'dan'].map((account) => begin(account, { engine: ours }));
    const auditor = begin('gus', { role: 'auditor', ...offered });
    await closeEnrolment(dao, 4);
    await Promise.all([...trainers, auditor]);
    const claims = dao.records.flatMap((one) => one.claims);
    expect(claims.every((one) => one.verdict === 'passed')).to.equal(true);
    expect(finalRoots(dao)).to.have.length(3);
    const { start } = await setStage(named);
    const message = await start('eve').catch((error: Error) => error.message);
    expect(message).to.match(/^ENGINE_MISMATCH: this machine's ort-wasm/);
  });

  it('gives the same roots in a second run of the same seed', async () => {
    const roots: (Digest | null)[][] = [];
    for (const order of [
      ['ada', 'ben', 'dan'],
      ['dan', 'ben', 'ada'],
    ]) {
      const { dao, start } = await setStage();
      const crew = order.map((account) => start(account));
      await closeEnrolment(dao, 3);
      await Promise.all(crew);
      roots.push(finalRoots(dao));
    }
    expect(roots[0]).to.deep.equal(roots[1]);
  });

  for (const [sentence, said] of [
    ['std::bad_alloc', /^OUT_OF_MEMORY: ort-wasm said "std::bad_alloc"/],
    ['The device was lost', /^DEVICE_LOST: /],
    ['NON_FINITE: loss NaN at inner step 3; use a smaller learning rate', /^NON_FINITE: loss NaN/],
  ] as const) {
    it(`ends with "${sentence.slice(0, 20)}", keeps its seat, and goes on where it was when started again`, async () => {
      const { dao, start, events } = await setStage();
      let runsLeft = Infinity;
      const runtime = failingWhen(await engine.runtime(), () => (runsLeft-- > 0 ? null : sentence));
      const sick: Engine = {
        ...engine,
        compile: async (program) => openSession({ name: engine.name, runtime }, program),
      };
      const near = new MemoryStore();
      const ben = start('ben', { engine: sick, near }).catch((error: Error) => error.message);
      const ada = start('ada');
      await until(() => events.filter(({ event }) => event.kind === 'enrolled').length === 2);
      // In the middle of its first round.
      runsLeft = 3;
      await closeEnrolment(dao, 2);
      expect(await ben).to.match(said);
      const seat = () => dao.seats().find(({ account }) => account === 'ben')!;
      expect(seat()).to.include({ status: 'active' });
      const again = start('ben', { near });
      expect((await again).because).to.equal('the run is completed');
      await ada;
      expect(finalRoots(dao)).to.have.length(3);
      expect(seat().verifiedRounds).to.equal(3);
    });
  }

  it('rewinds a fabricated round and expels who fabricated it', async () => {
    const { dao, start } = await setStage();
    const cheat = start('eve', { computeRound: fabricateFrom(2) });
    const crew = [start('ada'), start('ben'), start('gus', { role: 'auditor' })];
    await closeEnrolment(dao, 4);
    expect((await cheat).because).to.equal('this seat was expelled');
    const window = dao.run().disputes[0]!;
    expect(window).to.include({ stage: 'window', verdict: 'against' });
    await until(() => dao.records.length === 5);
    expect(dao.run().status).to.equal('running');
    dao.nowMs = window.deadlineMs;
    await Promise.all(crew);
    expect(dao.records.map((one) => one.outcome)).to.deep.equal([
      'final',
      'rewound',
      'aborted',
      'final',
      'final',
    ]);
    const eve = dao.seats().find((seat) => seat.account === 'eve')!;
    expect(eve).to.include({ status: 'expelled', stakeYocto: '0', heldBackYocto: '0' });
    expect(dao.credits.has('eve')).to.equal(false);
  });

  it('challenges a root that liars outvoted it with, and juries that recompute it agree', async () => {
    // Only audits come to their deadlines here, though the clock runs while others compute.
    const day = 24 * 3_600_000;
    const phases = { enrol: day, train: day, reveal: day, certify: day, aggregate: day };
    const deadlinesMs = { ...phases, audit: 600_000 };
    const terms = { challengeWindowMs: 60_000, rounds: 2, deadlinesMs };
    const { dao, start, events } = await setStage(terms);
    const lies = (account: string) => {
      const client = dao.client(account);
      const submitRoot: typeof client.submitRoot = (it) => {
        return client.submitRoot(it.round === 1 ? { ...it, root: wrongDigest() } : it);
      };
      // It has no bond to challenge what it knows to be wrong.
      const challengeRoot = async () => {
        throw new Error('INSUFFICIENT_BALANCE: this account has nothing left');
      };
      return start(account, { client: { ...client, submitRoot, challengeRoot } });
    };
    const liars = [lies('eve'), lies('eva')];
    const stop = new AbortController();
    const { signal } = stop;
    const crew = [start('ada', { signal }), start('gus', { role: 'auditor', signal })];
    await closeEnrolment(dao, 4);
    const judgements = () => events.filter((one) => one.event.kind === 'judged');
    await until(() => judgements().length >= 2);
    // The expelled owe audits that they will never answer.
    await until(() => {
      dao.nowMs += 1_000;
      return dao.records.length > 0;
    });
    expect(dao.records[0]).to.include({ outcome: 'rewound', root: wrongDigest() });
    const own = events.find((one) => one.event.kind === 'challenged')!;
    expect(own.account).to.equal('ada');
    const judged = judgements();
    for (const { event } of judged) {
      expect(event).to.deep.include({ answer: (own.event as { root: Digest }).root });
    }
    const lost = dao.seats().filter((seat) => seat.status === 'expelled');
    expect(lost.map(({ account }) => account).sort()).to.deep.equal(['eva', 'eve']);
    for (const liar of liars) expect((await liar).because).to.equal('this seat was expelled');
    stop.abort();
    await Promise.all(crew);
  });

  for (const worker of ['', 'gpu']) appealsAndReturns(worker);

  function appealsAndReturns(worker: string): void {
    it(`appeals when liars convicted it, and comes back once cleared, labelled "${worker}"`, async () => {
      const { dao, start, events } = await setStage({ rounds: 2 });
      const isAda = (seat: number) => dao.seats()[seat]!.account === 'ada';
      const lies = (account: string, role: 'trainer' | 'auditor' = 'trainer') => {
        const client = dao.client(account);
        const answer: typeof client.answer = (it) =>
          client.answer(it.round === 1 && isAda(it.seat) ? { ...it, leaf: wrongDigest() } : it);
        const judge: typeof client.judge = (it) => client.judge({ ...it, answer: wrongDigest() });
        return start(account, { role, worker, client: { ...client, answer, judge } });
      };
      const crew = [start('ada', { worker }), lies('ben'), lies('dan'), lies('gus', 'auditor')];
      await closeEnrolment(dao, 4);
      const seatOfAda = () => dao.seats().find(({ account }) => account === 'ada')!;
      await until(() => seatOfAda().status === 'expelled');
      await until(() => events.some(({ event }) => event.kind === 'appealed'));
      expect(events.find(({ event }) => event.kind === 'appealed')!.account).to.equal('ada');
      // The panel asked everybody there was: the members have the last word.
      const [dispute] = dao.run().disputes;
      expect(dispute).to.include({ stage: 'dao', verdict: 'against' });
      dao.apply({ kind: 'resolve', dispute: dispute!.id, verdict: 'for' });
      await Promise.all(crew);
      expect(dao.run().status).to.equal('completed');
      expect(seatOfAda()).to.include({ status: 'left', slashedYocto: '0' });
      expect(seatOfAda().verifiedRounds).to.be.above(0);
    });
  }

  it('plants decoys that its auditors are paid for', async () => {
    const { dao, start } = await setStage({ decoyShareBps: 10_000, auditsPerClaim: 2, rounds: 4 });
    const crew = [start('ada'), start('ben'), start('gus', { role: 'auditor' })];
    await closeEnrolment(dao, 3);
    await Promise.all(crew);
    expect(finalRoots(dao)).to.have.length(4);
    const claims = dao.records.flatMap((one) => one.claims);
    expect(claims.every(({ verdict }) => verdict === 'passed')).to.equal(true);
    expect(dao.decoysPaid).to.be.above(0);
  });

  it('certifies by a committee, and everybody names the root', async () => {
    const { dao, start } = await setStage({ witnesses: 1, rounds: 1 });
    const crew = [start('ada'), start('ben'), start('dan')];
    await closeEnrolment(dao, 3);
    await Promise.all(crew);
    expect(finalRoots(dao)).to.have.length(1);
    expect(dao.records[0]!.witnesses).to.have.length(1);
  });

  it('goes on without a trainer that stopped, and takes in one that comes late', async () => {
    const { dao, start } = await setStage();
    const stop = new AbortController();
    const hangs: ComputeRound = async (input, local, beforeStep) => {
      while (input.round === 2) await beforeStep?.(0, 6);
      return trainRound(input, local, beforeStep);
    };
    const stopped = start('dan', { signal: stop.signal, computeRound: hangs });
    const crew = [start('ada'), start('ben')];
    await closeEnrolment(dao, 3);
    await until(() => dao.run().open?.round === 2 && dao.run().provisional === null);
    stop.abort();
    expect((await stopped).because).to.equal('stopped on request');
    const late = start('fay', { fromRound: 3 });
    await until(() => dao.run().open?.round === 2 && dao.run().open!.committed.length === 2);
    dao.nowMs = dao.run().open!.deadlineMs;
    await Promise.all([...crew, late]);
    const last = dao.records.at(-1)!;
    expect(last.claims.map((one) => one.account).sort()).to.deep.equal(['ada', 'ben', 'fay']);
    expect(dao.seats().find((seat) => seat.account === 'dan')!.status).to.equal('left');
  });

  it('leaves on request only when its last round is final, and loses nothing by it', async () => {
    const { dao, start, events } = await setStage();
    const stop = new AbortController();
    const leaving = start('dan', { retire: stop.signal });
    const crew = [start('ada'), start('ben'), start('gus', { role: 'auditor' })];
    await closeEnrolment(dao, 4);
    await until(() =>
      events.some((one) => one.account === 'dan' && one.event.kind === 'committed'),
    );
    stop.abort();
    expect((await leaving).because).to.match(/nothing of this seat is open/);
    const first = dao.records[0]!;
    expect(first).to.include({ round: 1, outcome: 'final' });
    expect(first.claims.map(({ account }) => account)).to.include('dan');
    const own = events.filter(({ account }) => account === 'dan').map(({ event }) => event.kind);
    expect(own.filter((kind) => kind === 'committed')).to.have.length(1);
    expect(own).to.include('revealed');
    // The next round waits for who left as long as the terms say.
    await until(() => dao.run().open?.round === 2 && dao.run().open!.committed.length === 2);
    dao.nowMs = dao.run().open!.deadlineMs;
    await Promise.all(crew);
    const dan = dao.seats().find(({ account }) => account === 'dan')!;
    expect(dan).to.include({ slashedYocto: '0', verifiedRounds: 1 });
  });

  it('begins nothing when it is to leave before it has a seat', async () => {
    const { dao, start } = await setStage();
    const { because } = await start('ada', { retire: AbortSignal.abort() });
    expect(because).to.match(/nothing of this seat is open/);
    expect(dao.seats()).to.deep.equal([]);
  });

  it('says what work would bring, and in a dry run stakes nothing', async () => {
    const { dao, start, events, spec } = await setStage();
    await start('ada', { dryRun: true });
    expect(dao.seats()).to.deep.equal([]);
    const told = events.find(({ event }) => event.kind === 'prospects')!.event;
    const { prospects } = told as Extract<WorkEvent, { kind: 'prospects' }>;
    expect(prospects).to.include({ role: 'trainer', rounds: spec.rounds });
    expect(prospects.netYocto).to.equal(
      BigInt(spec.rounds) * (prospects.payYocto - prospects.feesYocto),
    );
    expect(prospects.payYocto >= BigInt(dao.run().terms.rewardYocto)).to.equal(true);
  });

  it('reveals after a kill what it had committed to before', async () => {
    const { dao, start, events } = await setStage();
    const stop = new AbortController();
    const near = new MemoryStore();
    const first = start('dan', { signal: stop.signal, near });
    const crew = [start('ada')];
    await closeEnrolment(dao, 2);
    await until(() =>
      events.some((one) => one.account === 'dan' && one.event.kind === 'committed'),
    );
    stop.abort();
    await first;
    const again = start('dan', { near });
    await Promise.all([...crew, again]);
    expect(finalRoots(dao)).to.have.length(3);
    expect(dao.records[0]!.claims).to.have.length(2);
  });

  it('waits with its seat until somebody sends it money for fees, and ends before it has one', async () => {
    const { dao, start, events } = await setStage();
    const client = dao.client('ada');
    let poor = 0;
    const commit: typeof client.commit = async (it) => {
      if (poor++ < 3) throw new Error('INSUFFICIENT_BALANCE: ada has 0 NEAR; send some more to it');
      return client.commit(it);
    };
    const crew = [start('ada', { client: { ...client, commit } }), start('ben')];
    await closeEnrolment(dao, 2);
    await Promise.all(crew);
    expect(dao.seats().map(({ verifiedRounds }) => verifiedRounds)).to.deep.equal([3, 3]);
    const said = events.filter(({ event }) => event.kind === 'hindered');
    expect(said).to.have.length.of.at.least(3);
    const other = await setStage();
    const enrol = () => Promise.reject(new Error('INSUFFICIENT_BALANCE: eve has 0 NEAR'));
    const failure = await other
      .start('eve', { client: { ...other.dao.client('eve'), enrol } as never })
      .catch((error: Error) => error.message);
    expect(failure).to.match(/^INSUFFICIENT_BALANCE/);
  });

  it('burns the gas of a call that does not fit three times, and no fourth time for nothing', async () => {
    const { dao, start } = await setStage();
    const tries = [0, 0, 0, 0];
    const client = dao.client('ada');
    const commit: typeof client.commit = async (it) => {
      if (it.round === 1 && tries[1] === 3) return client.commit(it);
      tries[it.round]!++;
      throw new Error('OUT_OF_GAS: commit used up the gas attached to it');
    };
    const stop = new AbortController();
    const ada = start('ada', { client: { ...client, commit } });
    const ben = start('ben', { signal: stop.signal });
    await closeEnrolment(dao, 2);
    const failure = await ada.catch((error: Error) => error.message);
    expect(failure).to.match(/^OUT_OF_GAS/);
    expect(dao.seats().find(({ account }) => account === 'ada')!.status).to.equal('active');
    // Audits in between went well.
    expect(tries[1]).to.equal(3);
    expect(tries[2]).to.be.within(4, 10);
    stop.abort();
    await ben;
  });

  it('goes on with what it owes where as many challenges as may be were heard', async () => {
    const day = 24 * 3_600_000;
    const { dao, start, events } = await setStage({ challengeWindowMs: day, rounds: 2 });
    const lies = (account: string) => {
      const client = dao.client(account);
      const submitRoot: typeof client.submitRoot = (it) =>
        client.submitRoot(it.round === 1 ? { ...it, root: wrongDigest() } : it);
      return start(account, { client: { ...client, submitRoot, challengeRoot: unheard }, signal });
    };
    const stop = new AbortController();
    const { signal } = stop;
    const client = dao.client('ada');
    let asked = 0;
    const unheard = async () => {
      throw new Error('TOO_MANY: round 1 was challenged 8 times; juries found it right');
    };
    const challengeRoot = () => {
      asked++;
      return unheard();
    };
    const liars = [lies('eve'), lies('eva')].map((one) => one.catch(() => null));
    const ada = start('ada', { client: { ...client, challengeRoot }, signal });
    await closeEnrolment(dao, 3);
    // It goes on to train on the root that it knows to be wrong; nobody has that state.
    const said = (what: RegExp) =>
      events.some(({ account, event }) => {
        return account === 'ada' && event.kind === 'hindered' && what.test(event.message);
      });
    await until(() => said(/TOO_MANY/) && said(/BLOB_MISSING/));
    stop.abort();
    await Promise.all([ada, ...liars]);
    expect(asked).to.equal(1);
  });

  it('refuses to work on data that is not on record', async () => {
    const { dao, start } = await setStage();
    dao.manifest = null;
    const failure = await start('ada').catch((error: Error) => error.message);
    expect(failure).to.match(/^DATASET_MISMATCH/);
  });

  it('refuses to work when the terms on chain are not those of the spec', async () => {
    const { dao, start } = await setStage();
    const honest = dao.run();
    dao.run = () => ({ ...honest, terms: { ...honest.terms, rounds: honest.terms.rounds + 1 } });
    const failure = await start('ada').catch((error: Error) => error.message);
    expect(failure).to.match(/^TERMS_MISMATCH/);
  });
});
