/**
 * Data that is not for everybody, the whole way by commands: import, record, derivations, a run whose workers may read
 * it, a release, a proof of one document; and what a stranger gets of it.
 */
import { expect } from 'chai';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readCredentials } from '@commonweights/cli/credentials.js';
import { startLocalNetwork, type LocalNetwork } from '@commonweights/cli/local-network.js';
import { openRegistryStore } from '@commonweights/cli/registry-store.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { work, type WorkOutcome } from '@commonweights/trainer/worker/work.js';
import { CliFolder, expectOneSentence } from '../cli/cli-folder.js';
import { essaysJsonl, packingFlags, tinyDraft } from '../support/tiny-draft.js';

const workers = ['ada.local', 'ben.local'];
const hourMs = 3_600_000;
const { inner } = tinyDraft;
/** One round that sees most of the data. */
const draft = {
  ...tinyDraft,
  inner: {
    ...{ ...inner, batchSize: 16, stepsPerRound: 24 },
    schedule: { ...inner.schedule, totalSteps: 48 },
  },
  ...{ rounds: 1, minWorkers: 2, maxWorkers: 2, maxAuditors: 0, auditedClaimsBps: 10_000 },
  evaluation: { sequences: 16 },
  challengeWindowMs: 0,
  deadlinesMs: {
    ...{ enrol: hourMs, train: hourMs, reveal: hourMs, certify: hourMs },
    ...{ aggregate: hourMs, audit: hourMs },
  },
};

describe('data that is not for everybody', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let cli: CliFolder;
  let network: LocalNetwork;

  const run = (...argv: string[]) => cli.runWith({ env: { NEAR_CREDENTIALS_DIR: '' } }, ...argv);
  const good = async (...argv: string[]) => {
    const result = await run(...argv);
    expect(result.code, result.err).to.equal(0);
    return result.out;
  };
  const json = async <T>(...argv: string[]) => JSON.parse(await good(...argv, '--json')) as T;
  /** As on a machine of their own. */
  const elsewhere = () =>
    rm(join(cli.folder, '.commonweights', 'blobs'), { recursive: true, force: true });
  const file = (name: string, value: unknown) =>
    writeFile(join(cli.folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  const [essay] = essaysJsonl()
    .split('\n')
    .map((line) => (line ? (JSON.parse(line) as { text: string }) : null));

  before(async () => {
    cli = await CliFolder.create();
    network = await startLocalNetwork({
      ...{ dataDir: 'net', cwd: cli.folder, port: await freePorts(), clock: 'logical' },
      ...{ members: ['mia.local'], others: [...workers, 'eve.local'] },
      policy: { votingPeriodMs: 60_000, timelockMs: 10_000 },
      startProgress: () => ({ update() {}, finish() {}, fail() {} }),
    });
    await file('essays.jsonl', essaysJsonl());
    await file('draft.json', draft);
    expect(await good('registry', 'readers', 'trainers', workers.join())).to.equal(
      'mia.local/trainers: ada.local, ben.local, and you\n',
    );
    const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
    await good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about, '--readers', 'trainers');
  });
  after(async () => {
    await network.stop();
    await cli.remove();
  });

  it('is fetched by its readers, and is missing for everybody else', async () => {
    await elsewhere();
    for (const account of workers) {
      expect(await good('dataset', 'verify', 'essays@1', '--account', account)).to.match(
        /is what it says/,
      );
      await elsewhere();
    }
    const stranger = await run('dataset', 'verify', 'essays@1', '--account', 'eve.local');
    expect(stranger.err).to.match(/BLOB_MISSING: sha256:/);
  });

  it('is proven item by item, with the salt of that item alone, and not guessed', async () => {
    await file('essay.json', essay);
    await good('dataset', 'prove', 'essays@1', 'essay.json', '--out', 'proof.json');
    await elsewhere();
    // Whoever checks it needs neither the data nor to be known.
    const check = ['dataset', 'check-proof', 'proof.json', '--account', 'eve.local'];
    expect(await good(...check, '--item', 'essay.json')).to.match(/is item 1 of 40 in essays@1/);
    await file('other.json', { text: `${essay!.text}!` });
    const other = await run(...check, '--item', 'other.json');
    expectOneSentence(other, /^PROOF_FAILED: it is of sha256:\w+, and other\.json is another item/);
    const proof = await readFile(join(cli.folder, 'proof.json'), 'utf8');
    const guesses = essaysJsonl()
      .split('\n')
      .flatMap((line) =>
        line ? [digestOf(encodeItem(JSON.parse(line) as { text: string }))] : [],
      );
    expect(guesses.filter((guess) => proof.includes(guess))).to.deep.equal([]);
    expect(proof.match(/"salt":"[0-9a-f]{32}"/g)).to.have.length(1);
  });

  it('is derived for its readers only', async () => {
    const derive = ['dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean'];
    const open = await run(...derive);
    expect(open.err).to.match(/NOT_FOR_EVERYBODY: items of essays@1 are salted/);
    await good(...derive, '--readers', 'trainers');
    await good(
      ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
      ...[...packingFlags, '--readers', 'trainers'],
    );
    await elsewhere();
    const reader = await good('dataset', 'reproduce', 'packed@1', '--account', 'ben.local');
    expect(reader).to.match(/packed@1 +reproduced/);
    await elsewhere();
    const stranger = await run('dataset', 'reproduce', 'packed@1', '--account', 'eve.local');
    expect(stranger.err).to.match(/BLOB_MISSING/);
  });

  it('trains a model with workers who may read it, and a document is proven to have gone into it', async () => {
    const { proposal } = await json<{ proposal: number }>('run', 'propose', 'draft.json');
    const number = await decide(proposal, /run (\d+)\n$/);
    const crew = Promise.all(workers.map((account) => startWorker(account, number)));
    await Promise.race([endEnrolment(number), crew]);
    for (const { because } of await crew) expect(because).to.equal('the run is completed');
    const named = ['--release', '1.0.0', '--licence', 'Apache-2.0'];
    const release = await json<{ proposal: number }>('release', 'propose', `${number}`, ...named);
    await decide(release.proposal, /release (\d+)/);
    const { item, salt } = JSON.parse(await readFile(join(cli.folder, 'proof.json'), 'utf8')) as {
      item: Digest;
      salt: string;
    };
    await file('salted.json', { ...essay, cwSalt: salt });
    await good('dataset', 'prove', 'salted.json', '1', '--out', 'release-proof.json');
    await elsewhere();
    const told = await good(
      'dataset',
      'check-proof',
      'release-proof.json',
      '--account',
      'eve.local',
    );
    expect(told).to.match(new RegExp(`^${item} (was trained on|is held out)`));
    // Neither the text nor its neighbours' tokens are in it.
    const { shown } = JSON.parse(
      await readFile(join(cli.folder, 'release-proof.json'), 'utf8'),
    ) as {
      shown: unknown;
    };
    expect(shown).to.equal(null);
    const verified = await run('pull', '1', '--to', 'model', '--account', 'eve.local');
    expect(verified.err + verified.out).to.not.match(/BLOB_MISSING/);
  });

  async function decide(proposal: number, done: RegExp): Promise<number> {
    await good('proposal', 'vote', `${proposal}`, 'yes');
    await good('network', 'forward', '2m');
    const executed = await good('proposal', 'execute', `${proposal}`);
    return Number(done.exec(executed)![1]);
  }

  async function startWorker(account: string, number: number): Promise<WorkOutcome> {
    const key = await readCredentials(network.keys, account);
    return work({
      client: connect({ network: network.network, contract: network.contract, account: key }),
      ...{ run: number, role: 'trainer', saltSecret: key.secretKey, pollMs: 50, onEvent: () => {} },
      blobs: new LayeredStore(
        new FolderStore(join(cli.folder, account)),
        openRegistryStore({ url: network.registryUrl, account: key }),
      ),
      engine: exactEngines(),
    });
  }

  async function endEnrolment(number: number): Promise<void> {
    const client = connect({ network: network.network, contract: network.contract });
    while ((await client.getSeats({ run: number })).length < workers.length) await soon();
    const { enrolDeadlineMs, nowMs } = (await client.getRun({ run: number }))!;
    await network.localnet.fastForward(enrolDeadlineMs - nowMs);
  }
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
