/**
 * A network namespace for each machine, joined to this one by a line of its own that can be cut, and
 * where the kernel has netem also delays and loses. What a machine asks for at its end of the line is
 * passed on to the chain and the registry, which listen on this machine alone. Needs root and `ip`.
 */
import { execFile } from 'node:child_process';
import { createServer, connect, type Server } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface LineQuality {
  readonly delayMs: number;
  readonly lossPercent: number;
}

/** Why there are none; null: there are. */
export async function whyNoNamespaces(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `cw-try-${process.pid}`;
  try {
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['netns', 'del', name]);
    return null;
  } catch (error) {
    return `no network namespaces here: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
}

export class MachineNamespace {
  readonly name: string;
  readonly #device: string;
  readonly #servers: Server[] = [];
  /** Why the line is a perfect one, if it is. */
  unshaped: string | null = null;

  private constructor(private readonly index: number) {
    this.name = `cw${process.pid}-${index}`;
    this.#device = `cwl${process.pid % 10_000}-${index}`;
  }

  static async open(
    index: number,
    it: { quality: LineQuality; ports: readonly number[] },
  ): Promise<MachineNamespace> {
    const space = new MachineNamespace(index);
    const { name } = space;
    const device = space.#device;
    const inside = (...args: string[]) => run('ip', ['-n', name, ...args]);
    try {
      await run('ip', ['netns', 'add', name]);
      const peer = ['peer', 'name', 'eth0', 'netns', name];
      await run('ip', ['link', 'add', device, 'type', 'veth', ...peer]);
      await run('ip', ['addr', 'add', `${space.address}/30`, 'dev', device]);
      await run('ip', ['link', 'set', device, 'up']);
      await inside('addr', 'add', `${space.#subnet}.2/30`, 'dev', 'eth0');
      await inside('link', 'set', 'lo', 'up');
      await inside('link', 'set', 'eth0', 'up');
      await space.#shape(it.quality);
      for (const port of it.ports) await space.#passOn(port);
      return space;
    } catch (error) {
      await space.close();
      throw error;
    }
  }

  /** Of this machine, as the other end sees it. */
  get address(): string {
    return `${this.#subnet}.1`;
  }

  get #subnet(): string {
    return `10.${200 + (process.pid % 50)}.${this.index}`;
  }

  async cut(isCut: boolean): Promise<void> {
    await run('ip', ['link', 'set', this.#device, isCut ? 'down' : 'up']);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    await run('ip', ['netns', 'del', this.name]).catch(() => {});
    // The line goes with it, but not at once.
    await run('ip', ['link', 'del', this.#device]).catch(() => {});
  }

  async #shape({ delayMs, lossPercent }: LineQuality): Promise<void> {
    const quality = ['netem', 'delay', `${delayMs}ms`, 'loss', `${lossPercent}%`];
    try {
      await run('tc', ['qdisc', 'add', 'dev', this.#device, 'root', ...quality]);
      await run('tc', ['-n', this.name, 'qdisc', 'add', 'dev', 'eth0', 'root', ...quality]);
    } catch (error) {
      this.unshaped = (error as Error).message.trim().split('\n').at(-1)!;
    }
  }

  /** As a router would: bytes to and fro, and an end where the other side ends. */
  async #passOn(port: number): Promise<void> {
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.address, resolve);
    });
  }
}
