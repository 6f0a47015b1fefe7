import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliFolder, CliResult } from '../cli-folder.js';

/** `network up`, running in this process until it is told to stop. */
export class UpNetwork {
  private constructor(
    readonly data: string,
    readonly rpcUrl: string,
    private readonly abort: AbortController,
    private readonly ended: Promise<CliResult>,
  ) {}

  static async start(cli: CliFolder): Promise<UpNetwork> {
    const abort = new AbortController();
    const ended = cli.runWith(
      { signal: abort.signal },
      ...['network', 'up', '--data', 'net', '--port', '0'],
    );
    const data = join(cli.folder, 'net');
    for (;;) {
      const pointer = join(cli.folder, '.commonweights', 'current.json');
      const up = await readFile(pointer, 'utf8').catch(() => null);
      if (up) break;
      const failed = await Promise.race([ended, new Promise<null>((r) => setTimeout(r, 20, null))]);
      if (failed) throw new Error(failed.err);
    }
    const profile = await readFile(join(data, 'network.json'), 'utf8');
    const { rpcUrl } = JSON.parse(profile) as { rpcUrl: string };
    return new UpNetwork(data, rpcUrl, abort, ended);
  }

  async stop(): Promise<void> {
    this.abort.abort();
    const { code, err } = await this.ended;
    expect(code, err).to.equal(0);
  }
}
