/**
 * A whole DAO for the pages to be tested with, nothing of it pretended: the embedded chain with the
 * contract, the registry that serves the built pages, a dataset, and runs that real trainers work in.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCredentials } from '@commonweights/cli/credentials.js';
import { startLocalNetwork, type LocalNetwork } from '@commonweights/cli/local-network.js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { buildPages } from '@commonweights/governance-ui/build.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';
import { work, type WorkOutcome } from '@commonweights/trainer/worker/work.js';
import { CliFolder } from '../cli/cli-folder.js';
import { essaysJsonl, packingFlags, tinyDraft } from '../support/tiny-draft.js';

export const trainers = ['ada.local', 'ben.local'];
/** Whoever tries to be paid for nothing. */
export const cheats = ['eve.local', 'fay.local'];
/** Has an account and no seat: for the tab. */
export const visitor = 'vera.local';

const hourMs = 3_600_000;
/** Nothing is decided by a deadline, and every claim is audited. */
const draft = {
  ...tinyDraft,
  ...{ minWorkers: 2, maxWorkers: 2, maxAuditors: 1, auditedClaimsBps: 10_000 },
  challengeWindowMs: 0,
  deadlinesMs: {
    ...{ enrol: hourMs, train: hourMs, reveal: hourMs, certify: hourMs },
    ...{ aggregate: hourMs, audit: hourMs },
  },
};

export class RealDao {
  /** Beyond a vote and its timelock. */
  forward = '2m';
  readonly #engine = createSimdWasmEngine();

  private constructor(
    readonly cli: CliFolder,
    readonly network: LocalNetwork,
  ) {}

  static async start(policy: object = {}): Promise<RealDao> {
    await buildPages();
    const cli = await CliFolder.create();
    const network = await startLocalNetwork({
      ...{ dataDir: 'net', cwd: cli.folder, port: 0, clock: 'logical' },
      ...{ members: ['mia.local'], others: [...trainers, ...cheats, visitor] },
      policy: { votingPeriodMs: 60_000, timelockMs: 10_000, ...policy },
      startProgress: () => ({ update() {}, finish() {}, fail() {} }),
    });
    const dao = new RealDao(cli, network);
    await writeFile(join(cli.folder, 'essays.jsonl'), essaysJsonl());
    const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
    await dao.good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about);
    await dao.good('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
    await dao.good(
      ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
      ...packingFlags,
    );
    return dao;
  }

  get url(): string {
    return this.network.webUrl!;
  }

  /** What a command prints, when it succeeds. */
  good(...argv: string[]): Promise<string> {
    return this.cli.good(...argv);
  }

  client(): DaoClient {
    const { network, contract } = this.network;
    return connect({ network, contract });
  }

  /** Proposed, voted and executed; the number of what it made. */
  async decide(...propose: string[]): Promise<number> {
    const shown = JSON.parse(await this.good(...propose, '--json')) as { proposal: number };
    await this.good('proposal', 'vote', `${shown.proposal}`, 'yes');
    await this.good('network', 'forward', this.forward);
    const executed = await this.good('proposal', 'execute', `${shown.proposal}`);
    return Number(/(\d+)\n$/.exec(executed)![1]);
  }

  async fundRun(change: object = {}): Promise<number> {
    await writeFile(join(this.cli.folder, 'draft.json'), JSON.stringify({ ...draft, ...change }));
    return this.decide('run', 'propose', 'draft.json');
  }

  publishRelease(run: number): Promise<number> {
    const flags = ['--release', '1.0.0', '--licence', 'Apache-2.0'];
    return this.decide('release', 'propose', `${run}`, ...flags);
  }

  async train(
    account: string,
    run: number,
    options: { computeRound?: ComputeRound; signal?: AbortSignal } = {},
  ): Promise<WorkOutcome> {
    const key = await readCredentials(this.network.keys, account);
    const { network, contract, registryUrl } = this.network;
    return work({
      ...{ run, engine: this.#engine, role: 'trainer', saltSecret: key.secretKey, pollMs: 50 },
      client: connect({ network, contract, account: key }),
      blobs: new LayeredStore(
        new MemoryStore(),
        // Trainers, registry and browser share two cores here: one that is slow is not gone.
        new HttpStore(registryUrl, {
          ...{ authorise: uploadAuthoriser(key), signsReads: true, stallMs: 60_000 },
        }),
      ),
      ...options,
    });
  }

  /** Seats are drawn when enrolment ends: once so many have applied, the local clock is moved there. */
  async endEnrolment(run: number, applicants: number): Promise<void> {
    const client = this.client();
    while ((await client.getSeats({ run })).length < applicants) await soon();
    const { enrolDeadlineMs, nowMs } = (await client.getRun({ run }))!;
    await this.network.localnet.fastForward(enrolDeadlineMs - nowMs);
  }

  async stop(): Promise<void> {
    await this.network.stop();
    await this.cli.remove();
  }
}

export function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
