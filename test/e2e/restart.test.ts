import { expect } from 'chai';
import { openRegistryStore } from '@commonweights/cli/registry-store.js';
import type { RoundRecord, RunView } from '@commonweights/dao-contracts/client/views.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { DaoByCommand, soon } from '../support/dao-by-command.js';
import { essaysJsonl, packingFlags, patientDraft } from '../support/tiny-draft.js';

const workers = ['ada.local', 'ben.local'];
const { rounds } = patientDraft;

describe('a run on a local network', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let dao: DaoByCommand;

  before(async () => {
    dao = await DaoByCommand.start(workers);
    await dao.file('essays.jsonl', essaysJsonl());
    const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
    await dao.good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about);
    await dao.good('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
    await dao.good(
      ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
      ...packingFlags,
    );
    await dao.file('draft.json', patientDraft);
  });
  after(() => dao.remove());

  const startWorker = (
    account: string,
    run: number,
    onEvent: (event: WorkEvent) => void,
    signal?: AbortSignal,
  ) => dao.work(account, { run, folder: `${account}-${run}`, onEvent, ...(signal && { signal }) });

  /** Every round counted, with the work of both in it; returns the final root. */
  async function expectUndisturbed(run: number): Promise<string> {
    const view: RunView = (await dao.client().getRun({ run }))!;
    expect(view.status).to.equal('completed');
    const records: RoundRecord[] = [];
    for (let round = 1; round < view.nextRound; round++) {
      records.push((await dao.client().getRoundRecord({ run, round }))!);
    }
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(Array(rounds).fill('final'));
    for (const { claims } of records) {
      expect(claims.map(({ account }) => account).sort()).to.deep.equal(workers);
      const bad = claims.filter(({ verdict, included }) => verdict !== 'passed' || !included);
      expect(bad).to.deep.equal([]);
    }
    const seats = await dao.client().getSeats({ run });
    for (const seat of seats) {
      expect(seat).to.include({ status: 'left', verifiedRounds: rounds, auditsWrong: 0 });
    }
    const registry = openRegistryStore({ url: dao.network.registryUrl });
    expect(await registry.has(view.finalRoot)).to.equal(true);
    return view.finalRoot;
  }

  const finalRoots: string[] = [];

  it('goes on where it was when chain and registry stop in the middle of a round', async () => {
    const run = await dao.fundRun('draft.json');
    let midRound!: () => void;
    const inTheMiddle = new Promise<void>((resolve) => (midRound = resolve));
    const hindered: string[] = [];
    const hear = (event: WorkEvent) => {
      if (event.kind === 'committed' && event.round === 2) midRound();
      if (event.kind === 'hindered') hindered.push(event.message);
    };
    const crew = Promise.all(workers.map((account) => startWorker(account, run, hear)));
    await Promise.race([dao.endEnrolment(run, workers.length), crew]);
    await Promise.race([inTheMiddle, crew]);
    const urls = [dao.network.network.rpcUrl, dao.network.registryUrl];
    await dao.network.stop();
    while (hindered.length === 0) await Promise.race([crew, soon()]);
    dao = await dao.again();
    expect([dao.network.network.rpcUrl, dao.network.registryUrl]).to.deep.equal(urls);
    for (const { because } of await crew) expect(because).to.equal('the run is completed');
    expect(hindered[0]).to.match(/^(CHAIN|STORE)_UNREACHABLE/);
    finalRoots.push(await expectUndisturbed(run));
  });

  it('loses nothing when a worker stops after it committed and starts again', async () => {
    const run = await dao.fundRun('draft.json');
    const stop = new AbortController();
    const told: WorkEvent['kind'][] = [];
    const first = startWorker(
      'ada.local',
      run,
      (event) => {
        if (event.kind === 'committed' && event.round === 2) stop.abort();
      },
      stop.signal,
    );
    const ben = startWorker('ben.local', run, () => {});
    await Promise.race([dao.endEnrolment(run, workers.length), first, ben]);
    expect((await first).because).to.equal('stopped on request');
    const again = startWorker('ada.local', run, ({ kind }) => void told.push(kind));
    for (const { because } of await Promise.all([again, ben])) {
      expect(because).to.equal('the run is completed');
    }
    // It computed the round again, and did not have to commit or enrol again.
    expect(told.filter((kind) => kind === 'committed')).to.have.length(rounds - 2);
    expect(told.filter((kind) => kind === 'revealed')).to.have.length(rounds - 1);
    expect(told).to.not.include('enrolled');
    finalRoots.push(await expectUndisturbed(run));
  });

  it('ends in the same weights, whatever happened on the way', () => {
    expect(finalRoots).to.have.length(2);
    expect(finalRoots[0]).to.equal(finalRoots[1]);
  });
});
