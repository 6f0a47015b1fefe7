/** What the chapters share: one folder with a network in it, and what earlier ones left there. */
import { join } from 'node:path';
import { CliFolder, type CliResult } from '../cli-folder.js';
import { UpNetwork } from './up-network.js';

export class Story {
  cli!: CliFolder;
  network!: UpNetwork;
  /** Of release 1: its digest, a policy with the block before the decision, two transactions. */
  manifest = '';
  head = '';
  transaction = '';
  ballot = '';

  async begin(): Promise<void> {
    this.cli = await CliFolder.create();
    this.network = await UpNetwork.start(this.cli);
  }

  async end(): Promise<void> {
    await this.network.stop();
    await this.cli.remove();
  }

  get folder(): string {
    return this.cli.folder;
  }

  /** Where release 1 was pulled to. */
  get model(): string {
    return join(this.folder, 'model');
  }

  readonly run = (...argv: string[]): Promise<CliResult> => this.cli.local(...argv);

  readonly good = (...argv: string[]): Promise<string> => this.cli.good(...argv);

  readonly json = async <T>(...argv: string[]): Promise<T> =>
    JSON.parse(await this.good(...argv, '--json')) as T;

  /** Works in a run from enrolment to its end. */
  async workThrough(id: string): Promise<CliResult> {
    const worker = this.run('work', id, '--account', 'founder.local');
    const enrolled = async () =>
      (await this.json<{ seats: unknown[] }>('run', 'show', id)).seats.length > 0;
    while (!(await enrolled())) await Promise.race([worker, soon()]);
    await this.good('network', 'forward', '61s');
    return worker;
  }

  async carry(proposal: number): Promise<string> {
    await this.good('proposal', 'vote', `${proposal}`, 'yes');
    await this.good('network', 'forward', '2m');
    return this.good('proposal', 'execute', `${proposal}`);
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
