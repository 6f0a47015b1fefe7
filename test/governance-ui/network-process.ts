/**
 * A local network in a process of its own, as people have one: `commonweights network up`, which tests
 * kill and start again over the same folder and ports while a page is open.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../cli/bin/commonweights.mjs', import.meta.url));

export class NetworkProcess {
  #child: ChildProcess | null = null;
  /** Of the last start, by the names under which the command prints them. */
  #said = new Map<string, string>();

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly members: readonly string[],
  ) {}

  /** In `folder`, where commands then find it by themselves. */
  static async start(folder: string, members: readonly string[]): Promise<NetworkProcess> {
    const network = new NetworkProcess(folder, await freePair(), members);
    await network.start();
    return network;
  }

  get url(): string {
    return this.#said.get('web page')!;
  }

  get walletUrl(): string {
    return this.#said.get('wallet')!;
  }

  async start(): Promise<void> {
    const flags = [
      ...['--data', join(this.folder, 'net'), '--port', `${this.port}`],
      // By the clock of this machine, which waits for nobody.
      ...['--members', this.members.join(','), '--voting', '6h'],
    ];
    const child = spawn(process.execPath, [program, 'network', 'up', ...flags], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#child = child;
    let out = '';
    child.stderr.on('data', (piece: Buffer) => (out += piece.toString()));
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`network up ended with ${code}: ${out}`);
    });
    const up = new Promise<void>((resolve) => {
      child.stdout.on('data', (piece: Buffer) => {
        out += piece.toString();
        if (/^keys\s/m.test(out)) resolve();
      });
    });
    await Promise.race([up, ended]);
    ended.catch(() => {});
    for (const line of out.split('\n')) {
      const [, name, value] = /^(\w[\w ]*?) {2,}(\S+)$/.exec(line) ?? [];
      if (name && value) this.#said.set(name, value);
    }
  }

  /** Without a word to anybody, as when the power goes. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

/** The registry takes the port after the chain's. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = await listenOn(0);
    if (port < 65_535 && (await listenOn(port + 1).catch(() => 0)) !== 0) return port;
  }
}

async function listenOn(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return taken;
}
