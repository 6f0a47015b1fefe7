/**
 * A local network as a newcomer starts it, each part a process of its own: `network up` for the chain,
 * `registry serve` for the blobs, so that one can be gone without the other. And what is needed once
 * before a run can be proposed: data, accounts, money.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCredentials } from '@commonweights/cli/credentials.js';
import { findProfile } from '@commonweights/cli/profile.js';
import { openRegistryStore } from '@commonweights/cli/registry-store.js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { CliFolder } from '../../cli/cli-folder.js';
import { freePorts } from '../../support/free-ports.js';
import { essaysJsonl, packingFlags, tinyDraft } from '../../support/tiny-draft.js';
import { Supervised } from './supervised.js';

export const commandLine = fileURLToPath(
  new URL('../../../cli/bin/commonweights.mjs', import.meta.url),
);

export const processTrainers = ['ada.founder.local', 'ben.founder.local', 'dan.founder.local'];
export const processAuditor = 'gus.founder.local';
export const processMachines = [...processTrainers, processAuditor];

/** An eighth of it is the shortest wait that takes a stake: no fault of a play is near that. */
const deadlineMs = 3_600_000;
export const draftOfProcesses = {
  ...tinyDraft,
  inner: {
    ...tinyDraft.inner,
    ...{ stepsPerRound: 16, segments: 4 },
    schedule: { ...tinyDraft.inner.schedule, totalSteps: 96 },
  },
  ...{ rounds: 6, minWorkers: 2, maxWorkers: 3, maxAuditors: 1, auditedClaimsBps: 10_000 },
  challengeWindowMs: 0,
  economics: { ...tinyDraft.economics, stakeYocto: `20${'0'.repeat(24)}` },
  deadlinesMs: {
    ...{ enrol: deadlineMs, train: deadlineMs, reveal: deadlineMs, certify: deadlineMs },
    ...{ aggregate: deadlineMs, audit: deadlineMs },
  },
};

export class NetworkOfProcesses {
  private constructor(
    readonly cli: CliFolder,
    readonly chain: Supervised,
    readonly registry: Supervised,
    readonly ports: { readonly chain: number; readonly registry: number },
  ) {}

  static async start(): Promise<NetworkOfProcesses> {
    const cli = await CliFolder.create();
    const ports = await portsOfBoth();
    const order = { command: process.execPath, cwd: cli.folder, env: process.env };
    const log = (name: string) => join(cli.folder, `${name}.log`);
    const chain = new Supervised({
      ...{ ...order, log: log('chain'), isDone: () => false },
      args: [
        ...[commandLine, 'network', 'up', '--data', 'net', '--port', `${ports.chain}`],
        ...['--voting', '60s', '--timelock', '10s'],
      ],
    });
    const registry = new Supervised({
      ...{ ...order, log: log('registry'), isDone: () => false },
      args: [
        ...[commandLine, 'registry', 'serve', '--data', 'blobs', '--port', `${ports.registry}`],
        ...['--rpc', `http://127.0.0.1:${ports.chain}`, '--network', 'localnet'],
        ...['--keep-free', '1MB', '--requests', '10000'],
      ],
    });
    const network = new NetworkOfProcesses(cli, chain, registry, ports);
    try {
      await network.#prepare();
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    }
  }

  get registryUrl(): string {
    return `http://127.0.0.1:${this.ports.registry}`;
  }

  get rpcUrl(): string {
    return `http://127.0.0.1:${this.ports.chain}`;
  }

  reader(): DaoClient {
    const network = { name: 'localnet' as const, rpcUrl: this.rpcUrl };
    return connect({ network, contract: 'dao.local' });
  }

  blobs(): BlobStore {
    return openRegistryStore({ url: this.registryUrl });
  }

  /** A command that has to succeed; what it prints. */
  async good(...argv: string[]): Promise<string> {
    const env = { NEAR_CREDENTIALS_DIR: '' };
    const result = await this.cli.runWith({ env }, ...argv, '--registry', this.registryUrl);
    if (result.code === 0) return result.out;
    throw new Error(`${argv.join(' ')} ended with ${result.code}: ${result.err}`);
  }

  /** Proposed, voted and funded; the run's number. */
  async fundRun(): Promise<number> {
    const shown = await this.good('run', 'propose', 'draft.json', '--json');
    const { proposal } = JSON.parse(shown) as { proposal: number };
    await this.good('proposal', 'vote', `${proposal}`, 'yes');
    await this.good('network', 'forward', '2m');
    const executed = await this.good('proposal', 'execute', `${proposal}`);
    return Number(/run (\d+)\n$/.exec(executed)![1]);
  }

  async stop(): Promise<void> {
    await this.registry.end();
    await this.chain.end();
    await this.cli.remove();
  }

  async #prepare(): Promise<void> {
    await until('the chain', this.chain, () => /Ctrl-C stops it/.test(this.chain.said));
    await until('the registry', this.registry, async () => {
      const answer = await fetch(`${this.registryUrl}/health`).catch(() => null);
      return answer?.ok === true;
    });
    for (const account of processMachines) {
      await this.good('account', 'create', account, '--fund', '1000');
    }
    await writeFile(join(this.cli.folder, 'essays.jsonl'), essaysJsonl());
    await writeFile(join(this.cli.folder, 'draft.json'), JSON.stringify(draftOfProcesses));
    const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org/essays'];
    await this.good('dataset', 'add', 'essays@1', 'essays.jsonl', ...about);
    await this.good('dataset', 'derive', 'clean@1', 'essays@1', '--transform', 'clean');
    await this.good(
      ...['dataset', 'derive', 'packed@1', 'clean@1', '--transform', 'tokenise-and-pack'],
      ...packingFlags,
    );
    const profile = await findProfile(this.cli.folder);
    for (const account of processMachines) {
      await readCredentials({ folder: profile!.credentials, network: 'localnet' }, account);
    }
  }
}

/** The first start of all builds a contract and pages. */
const patienceMs = 15 * 60_000;

async function until(
  what: string,
  process: Supervised,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const began = Date.now();
  while (!(await isSo())) {
    if (Date.now() - began > patienceMs || process.crashes.length > 3) {
      throw new Error(`${what} did not start: ${process.crashes.at(-1) ?? process.said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Of the chain, whose registry takes the next one, and of the registry beside it. */
async function portsOfBoth(): Promise<{ chain: number; registry: number }> {
  const chain = await freePorts();
  for (;;) {
    const registry = await freePorts();
    if (Math.abs(registry - chain) > 1) return { chain, registry };
  }
}
