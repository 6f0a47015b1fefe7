import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readCredentials } from '@commonweights/cli/credentials.js';
import { startLocalNetwork, type LocalNetwork } from '@commonweights/cli/local-network.js';
import { openRegistryStore } from '@commonweights/cli/registry-store.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import type { RoundRecord, RunView } from '@commonweights/dao-contracts/client/views.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { work, type WorkOutcome } from '@commonweights/trainer/worker/work.js';
import { CliFolder } from '../cli/cli-folder.js';
import { essaysJsonl, packingFlags, tinyDraft } from '../support/tiny-draft.js';

const members = ['mia.local'];
const workers = ['ada.local', 'ben.local'];
const rounds = 2;

/** Two trainers who audit each other; nothing here is decided by a deadline. */
const hourMs = 3_600_000;
const draft = {
  ...tinyDraft,
  ...{ rounds, minWorkers: 2, maxWorkers: 2, maxAuditors: 0, auditedClaimsBps: 10_000 },
  challengeWindowMs: 0,
  deadlinesMs: {
    ...{ enrol: hourMs, train: hourMs, reveal: hourMs, certify: hourMs },
    ...{ aggregate: hourMs, audit: hourMs },
  },
};

describe('a run on a local network', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let cli: CliFolder;
  let port: number;
  let network: LocalNetwork;
  const engine = exactEngines();

  const startNetwork = () =>
    startLocalNetwork({
      ...{ dataDir: 'net', cwd: cli.folder, port, clock: 'logical', members, others: workers },
      policy: { votingPeriodMs: 60_000, timelockMs: 10_000 },
      startProgress: () => ({ update() {}, finish() {}, fail() {} }),
    });
  const good = async (...argv: string[]) => {
    const result = await cli.runWith({ env: { NEAR_CREDENTIALS_DIR: '' } }, ...argv);
    expect(result.code, result.err).to.equal(0);
    return result.out;
  };
  const client = () => connect({ network: network.network, contract: network.contract });

  before(async () => {
    cli = await CliFolder.create();
    port = await freePorts();
    network = await startNetwork();
    await writeFile(join(cli.folder, 'essays.jsonl'), essaysJsonl());
    const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
    await good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about);
    await good('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
    await good(
      ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
      ...packingFlags,
    );
    await writeFile(join(cli.folder, 'draft.json'), JSON.stringify(draft));
  });
  after(async () => {
    await network.stop();
    await cli.remove();
  });

  /** Proposed, voted and funded; the run's number. */
  async function fundRun(): Promise<number> {
    const shown = await good('run', 'propose', 'draft.json', '--json');
    const { proposal } = JSON.parse(shown) as { proposal: number };
    await good('proposal', 'vote', `${proposal}`, 'yes');
    await good('network', 'forward', '2m');
    const executed = await good('proposal', 'execute', `${proposal}`);
    return Number(/run (\d+)\n$/.exec(executed)![1]);
  }

  /** A contributor as after a reboot: its key and its folder are all that it has. */
  async function startWorker(
    account: string,
    run: number,
    onEvent: (event: WorkEvent) => void,
    signal?: AbortSignal,
  ): Promise<WorkOutcome> {
    const key = await readCredentials(network.keys, account);
    return work({
      client: connect({ network: network.network, contract: network.contract, account: key }),
      run,
      role: 'trainer',
      blobs: new LayeredStore(
        new FolderStore(join(cli.folder, `${account}-${run}`)),
        openRegistryStore({ url: network.registryUrl, account: key }),
      ),
      engine,
      saltSecret: key.secretKey,
      pollMs: 50,
      onEvent,
      ...(signal ? { signal } : {}),
    });
  }

  /** Seats are drawn when enrolment ends: once both have applied, the local clock is moved there. */
  async function endEnrolment(run: number): Promise<void> {
    while ((await client().getSeats({ run })).length < workers.length) await soon();
    const { enrolDeadlineMs, nowMs } = (await client().getRun({ run }))!;
    await network.localnet.fastForward(enrolDeadlineMs - nowMs);
  }

  /** Every round counted, with the work of both in it; returns the final root. */
  async function expectUndisturbed(run: number): Promise<string> {
    const view: RunView = (await client().getRun({ run }))!;
    expect(view.status).to.equal('completed');
    const records: RoundRecord[] = [];
    for (let round = 1; round < view.nextRound; round++) {
      records.push((await client().getRoundRecord({ run, round }))!);
    }
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(Array(rounds).fill('final'));
    for (const { claims } of records) {
      expect(claims.map(({ account }) => account).sort()).to.deep.equal(workers);
      const bad = claims.filter(({ verdict, included }) => verdict !== 'passed' || !included);
      expect(bad).to.deep.equal([]);
    }
    const seats = await client().getSeats({ run });
    for (const seat of seats) {
      expect(seat).to.include({ status: 'left', verifiedRounds: rounds, auditsWrong: 0 });
    }
    const registry = openRegistryStore({ url: network.registryUrl });
    expect(await registry.has(view.finalRoot)).to.equal(true);
    return view.finalRoot;
  }

  const finalRoots: string[] = [];

  it('goes on where it was when chain and registry stop in the middle of a round', async () => {
    const run = await fundRun();
    let midRound!: () => void;
    const inTheMiddle = new Promise<void>((resolve) => (midRound = resolve));
    const hindered: string[] = [];
    const hear = (event: WorkEvent) => {
      if (event.kind === 'committed' && event.round === 2) midRound();
      if (event.kind === 'hindered') hindered.push(event.message);
    };
    const crew = Promise.all(workers.map((account) => startWorker(account, run, hear)));
    await Promise.race([endEnrolment(run), crew]);
    await Promise.race([inTheMiddle, crew]);
    const urls = [network.network.rpcUrl, network.registryUrl];
    await network.stop();
    while (hindered.length === 0) await Promise.race([crew, soon()]);
    network = await startNetwork();
    expect([network.network.rpcUrl, network.registryUrl]).to.deep.equal(urls);
    for (const { because } of await crew) expect(because).to.equal('the run is completed');
    expect(hindered[0]).to.match(/^(CHAIN|STORE)_UNREACHABLE/);
    finalRoots.push(await expectUndisturbed(run));
  });

  it('loses nothing when a worker stops after it committed and starts again', async () => {
    const run = await fundRun();
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
    await Promise.race([endEnrolment(run), first, ben]);
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

/** A port that is free and whose successor is too: the chain's and the registry's. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await listenOnce(0);
    if (port !== null && port < 65_535 && (await listenOnce(port + 1)) !== null) return port;
  }
  throw new Error('no two free ports in a row');
}

function listenOnce(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as { port: number };
      server.close(() => resolve(address.port));
    });
  });
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
