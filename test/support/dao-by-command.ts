/**
 * A DAO on a local network whose clock moves when it is told to, the commands of who uses it, and
 * workers in this process. Its one member, `mia.local`, is whom commands without `--account` are by.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCredentials } from '@commonweights/cli/credentials.js';
import { startLocalNetwork, type LocalNetwork } from '@commonweights/cli/local-network.js';
import { openRegistryStore } from '@commonweights/cli/registry-store.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { work, type WorkOutcome } from '@commonweights/trainer/worker/work.js';
import { CliFolder, type CliResult } from '../cli/cli-folder.js';
import { freePorts } from './free-ports.js';

interface Work {
  readonly run: number;
  /** Its folder; after its account if none is named. */
  readonly folder?: string;
  readonly onEvent?: (event: WorkEvent) => void;
  readonly signal?: AbortSignal;
}

export class DaoByCommand {
  private constructor(
    readonly cli: CliFolder,
    readonly network: LocalNetwork,
    private readonly order: Parameters<typeof startLocalNetwork>[0],
  ) {}

  static async start(others: readonly string[] = []): Promise<DaoByCommand> {
    const cli = await CliFolder.create();
    const order = {
      ...{ dataDir: 'net', cwd: cli.folder, port: await freePorts(), clock: 'logical' as const },
      ...{ members: ['mia.local'], others: [...others] },
      policy: { votingPeriodMs: 60_000, timelockMs: 10_000 },
      startProgress: () => ({ update() {}, finish() {}, fail() {} }),
    };
    return new DaoByCommand(cli, await startLocalNetwork(order), order);
  }

  /** The same one, when it was stopped: its chain and registry at their old addresses. */
  async again(): Promise<DaoByCommand> {
    return new DaoByCommand(this.cli, await startLocalNetwork(this.order), this.order);
  }

  async remove(): Promise<void> {
    await this.network.stop();
    await this.cli.remove();
  }

  readonly run = (...argv: string[]): Promise<CliResult> => this.cli.local(...argv);

  readonly good = (...argv: string[]): Promise<string> => this.cli.good(...argv);

  readonly json = async <T>(...argv: string[]): Promise<T> =>
    JSON.parse(await this.good(...argv, '--json')) as T;

  /** A file in the folder of the commands: text, bytes, or a value as JSON. */
  readonly file = (name: string, value: unknown): Promise<void> =>
    writeFile(
      join(this.cli.folder, name),
      typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value),
    );

  /** From now on commands are run as on another machine. */
  readonly elsewhere = (): Promise<void> =>
    rm(join(this.cli.folder, '.commonweights', 'blobs'), { recursive: true, force: true });

  /** Votes for a proposal and carries it out; what was said of it. */
  readonly decide = async (proposal: number): Promise<string> => {
    await this.good('proposal', 'vote', `${proposal}`, 'yes');
    await this.good('network', 'forward', '2m');
    return this.good('proposal', 'execute', `${proposal}`);
  };

  /** Proposes the run of a draft and funds it; its number. */
  async fundRun(draft: string): Promise<number> {
    const { proposal } = await this.json<{ proposal: number }>('run', 'propose', draft);
    return Number(/run (\d+)\n$/.exec(await this.decide(proposal))![1]);
  }

  /** A trainer as after a reboot: its key and its folder are all that it has. */
  async work(account: string, it: Work): Promise<WorkOutcome> {
    const { network, contract, registryUrl, keys } = this.network;
    const key = await readCredentials(keys, account);
    return work({
      client: connect({ network, contract, account: key }),
      ...{ run: it.run, role: 'trainer', saltSecret: key.secretKey, pollMs: 50 },
      onEvent: it.onEvent ?? (() => {}),
      blobs: new LayeredStore(
        new FolderStore(join(this.cli.folder, it.folder ?? account)),
        openRegistryStore({ url: registryUrl, account: key }),
      ),
      engine: exactEngines(),
      ...(it.signal ? { signal: it.signal } : {}),
    });
  }

  /** Seats are drawn when enrolment ends: once all have applied, the local clock is moved there. */
  async endEnrolment(run: number, applicants: number): Promise<void> {
    const client = this.client();
    while ((await client.getSeats({ run })).length < applicants) await soon();
    const { enrolDeadlineMs, nowMs } = (await client.getRun({ run }))!;
    await this.network.localnet.fastForward(enrolDeadlineMs - nowMs);
  }

  client() {
    return connect({ network: this.network.network, contract: this.network.contract });
  }
}

export function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
