/** A process that a service starts again whenever it ends before its time, as a unit file says it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';

const restartMs = 500;

export interface ProcessOrder {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** All that it says, of every start. */
  readonly log: string;
  /** Whether what it said last means that it is done, and is not to be started again. */
  isDone(said: string): boolean;
}

export class Supervised {
  /** Ends that nobody asked for. */
  readonly crashes: string[] = [];
  starts = 0;
  readonly done: Promise<void>;
  #finish!: () => void;
  #child: ChildProcess | null = null;
  #said = '';
  #isDown = false;
  #isOver = false;
  #asked = false;
  readonly #log: WriteStream;

  constructor(private readonly order: ProcessOrder) {
    this.#log = createWriteStream(order.log, { flags: 'a' });
    this.done = new Promise((resolve) => (this.#finish = resolve));
    this.#start();
  }

  /** What it said since it was started last. */
  get said(): string {
    return this.#said;
  }

  /** To the process as it is now; false: there is none. */
  signal(name: NodeJS.Signals): boolean {
    return this.#child?.kill(name) ?? false;
  }

  /** Ended by `name`, and not started again before `raise`. */
  fell(name: NodeJS.Signals): void {
    this.#isDown = true;
    this.#asked = true;
    this.signal('SIGCONT');
    this.signal(name);
  }

  raise(): void {
    this.#isDown = false;
    if (!this.#child) this.#start();
  }

  /** For good; resolves when it is gone. */
  async end(): Promise<void> {
    this.#isOver = true;
    const child = this.#child;
    if (child) {
      this.signal('SIGCONT');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    this.#log.end();
    this.#finish();
  }

  #start(): void {
    if (this.#isOver) return;
    const { command, args, cwd, env } = this.order;
    this.#said = '';
    this.#asked = false;
    this.starts++;
    const child = spawn(command, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        this.#said = (this.#said + bytes.toString()).slice(-20_000);
        if (!this.#isOver) this.#log.write(bytes);
      });
    }
    child.once('error', (error) => this.#ended(String(error)));
    child.once('close', (code, signal) => {
      // Who leaves on request ends well, and is started again.
      this.#asked ||= code === 0;
      this.#ended(`${signal ?? code}`);
    });
  }

  #ended(how: string): void {
    if (!this.#child) return;
    this.#child = null;
    if (this.#isOver) return;
    if (this.order.isDone(this.#said)) {
      this.#isOver = true;
      this.#log.end();
      return this.#finish();
    }
    if (!this.#asked) this.crashes.push(`${how}: ${this.#said.trimEnd().split('\n').at(-1) ?? ''}`);
    if (!this.#isDown) setTimeout(() => !this.#isDown && !this.#child && this.#start(), restartMs);
  }
}
