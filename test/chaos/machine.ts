/**
 * One contributor's machine: a disk that outlives its process, links to the chain and to the registry,
 * and a service that starts the worker again. A killed process never hears from the world again: each
 * of its calls, those under way too, is answered by nothing, though what it sent may have arrived.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { corrupt, unreachable } from '@commonweights/dataset-registry/store/blob-errors.js';
import type { BlobStore, ErasableStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { memoryNotebook, type Notebook } from '@commonweights/trainer/worker/kept-work.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { codeOf } from '@commonweights/trainer/worker/passing.js';
import { trainRound } from '@commonweights/trainer/worker/round.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';
import { work } from '@commonweights/trainer/worker/work.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import type { RandomStream } from '../simulation/random-stream.js';
import type { VirtualTime } from './virtual-time.js';

/** How somebody is not honest: what it computes, and what it says. */
export interface Conduct {
  readonly computeRound?: ComputeRound;
  /** Between its worker and its link to the chain. */
  bend?(client: DaoClient): DaoClient;
}

/** What everybody has in common. */
export interface Surroundings {
  readonly time: VirtualTime;
  engineOf(account: string): Engine;
  readonly registry: MemoryStore;
  clientOf(account: string): DaoClient;
  chainIsUp: boolean;
  registryIsUp: boolean;
  registryLies: boolean;
  readonly stepMs: number;
  hear(machine: Machine, event: WorkEvent): void;
  /** Whether there is still something to work for. */
  isOver(): boolean;
}

/** How long nobody answers before a caller gives up. */
const timeoutMs = 10_000;
/** As the unit file of docs/operate.md says it. */
const restartMs = 10_000;
export const pollMs = 1_000;

type Call = (...args: unknown[]) => Promise<unknown>;

interface Process {
  killed: boolean;
  readonly quit: AbortController;
  readonly retire: AbortController;
}

export class Machine {
  readonly clock = { skewMs: 0 };
  readonly near = new MemoryStore();
  readonly notebook: Notebook = memoryNotebook();
  readonly crashes: string[] = [];
  readonly hindrances = new Map<string, number>();
  chainIsCut = false;
  registryIsCut = false;
  diskIsFull = false;
  frozen = false;
  lossShare = 0;
  latencyMs = 30;
  bytesPerSecond = 12_500_000;
  /** From a call's arrival to the block that executed it. */
  blockMs = 0;
  /** The node that it asks is so far behind at most. */
  lagMs = 0;
  /** Not before then is it started again. */
  downUntilMs = 0;
  hasLeft = false;
  #process: Process | null = null;
  /** Until when bytes that were sent before are on the line, each way. */
  #busyMs = { up: 0, down: 0 };

  constructor(
    readonly account: string,
    private readonly it: {
      readonly role: 'trainer' | 'auditor';
      readonly world: Surroundings;
      readonly random: RandomStream;
      readonly conduct?: Conduct | undefined;
    },
  ) {}

  /** As by SIGKILL, or a power cut. */
  kill(): void {
    if (this.#process) this.#process.killed = true;
    this.#busyMs = { up: 0, down: 0 };
    this.#process?.quit.abort();
  }

  /** The first Ctrl-C, and the second. */
  leave(now = false): void {
    this.#process?.retire.abort();
    if (now) this.#process?.quit.abort();
  }

  /** Starts the worker, again and again, until there is nothing more to do. */
  async live(): Promise<void> {
    const { world } = this.it;
    while (!world.isOver() && !this.hasLeft) {
      while (world.time.nowMs < this.downUntilMs)
        await world.time.sleep(this.downUntilMs - world.time.nowMs);
      const process: Process = {
        ...{ killed: false, quit: new AbortController(), retire: new AbortController() },
      };
      this.#process = process;
      const ended = await Promise.race([this.#work(process), this.#died(process)]);
      this.#process = null;
      if (ended === 'ended') return;
      // Killed, stopped or crashed: the service starts it again.
      await world.time.sleep(restartMs);
    }
  }

  async #died(process: Process): Promise<'died'> {
    await new Promise<void>((resolve) => {
      process.quit.signal.addEventListener('abort', () => process.killed && resolve());
    });
    return 'died';
  }

  async #work(process: Process): Promise<'ended' | 'stopped'> {
    const { world, role, conduct } = this.it;
    const compute = conduct?.computeRound ?? trainRound;
    try {
      const { because } = await world.time.within(this.clock, () =>
        work({
          ...{ client: this.#client(process), run: 1, role, pollMs },
          ...{ signal: process.quit.signal, retire: process.retire.signal },
          engine: world.engineOf(this.account),
          ...{ notebook: this.#notebook(process), saltSecret: `secret of ${this.account}` },
          blobs: new LayeredStore(this.#disk(process), this.#registry(process)),
          computeRound: (input, local, beforeStep) =>
            compute(input, local, async (step, steps) => {
              await world.time.sleep(world.stepMs);
              await this.#breath(process);
              await beforeStep?.(step, steps);
            }),
          onEvent: (event) => this.#hear(event),
        }),
      );
      return /stopped on request/.test(because) ? 'stopped' : 'ended';
    } catch (error) {
      this.crashes.push(codeOf(error) ?? String(error));
      return 'stopped';
    }
  }

  #hear(event: WorkEvent): void {
    this.it.world.hear(this, event);
    if (event.kind !== 'hindered') return;
    const code = /[A-Z]{3,}[A-Z_]*/.exec(event.message)?.[0] ?? 'other';
    this.hindrances.set(code, (this.hindrances.get(code) ?? 0) + 1);
  }

  /** The dead stay where they are; the frozen go on later. */
  async #breath(process: Process): Promise<void> {
    const { time } = this.it.world;
    while (this.frozen && !process.killed) await time.sleep(500);
    if (process.killed) await new Promise(() => {});
  }

  /** A request and its answer. `far`: who has to be there; what was done may never be heard of. */
  async #across<T>(
    process: Process,
    far: { isUp: () => boolean; lost: (why: string) => Error; bytes?: number },
    ask: () => Promise<T>,
  ): Promise<T> {
    const { world, random } = this.it;
    const { time } = world;
    await this.#breath(process);
    const gone = async (why: string) => {
      await time.sleep(timeoutMs);
      await this.#breath(process);
      return far.lost(why);
    };
    await this.#send('up', far.bytes ?? 0);
    if (!far.isUp() || random.uniform() < this.lossShare) throw await gone('no answer');
    const answer = await ask().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const size = 'value' in answer && answer.value instanceof Uint8Array ? answer.value.length : 0;
    await this.#send('down', size);
    if (!far.isUp() || random.uniform() < this.lossShare) throw await gone('the answer was lost');
    await this.#breath(process);
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  /** What is large waits for what is on the line before it; a call slips in between. */
  async #send(way: 'up' | 'down', bytes: number): Promise<void> {
    const { time } = this.it.world;
    const takesMs = (1_000 * bytes) / this.bytesPerSecond;
    const beginsMs = bytes > 0 ? Math.max(time.nowMs, this.#busyMs[way]) : time.nowMs;
    if (bytes > 0) this.#busyMs[way] = beginsMs + takesMs;
    await time.sleep(this.latencyMs + beginsMs + takesMs - time.nowMs);
  }

  #client(process: Process): DaoClient {
    const { world, conduct } = this.it;
    const straight = world.clientOf(this.account);
    const client = conduct?.bend?.(straight) ?? straight;
    const far = {
      isUp: () => world.chainIsUp && !this.chainIsCut,
      lost: (why: string) =>
        new Error(`CHAIN_UNREACHABLE: ${why}; it may have happened all the same`),
    };
    const calls = Object.entries(client).map(([name, it]: [string, unknown]) => {
      if (typeof it !== 'function') return [name, it] as const;
      const ask = (...args: unknown[]) => Promise.resolve((it as Call)(...args));
      const isView = name.startsWith('get');
      const view = name === 'getRun' || name === 'getSeats' ? this.#lagging(ask) : ask;
      const executed = async (...args: unknown[]) => {
        if (!isView && this.blockMs > 0) await world.time.sleep(this.blockMs);
        return view(...args);
      };
      const call = (...args: unknown[]) => this.#across(process, far, () => executed(...args));
      return [name, call] as const;
    });
    return Object.fromEntries(calls) as unknown as DaoClient;
  }

  /** Answers with what it last read, as long as that is not too old. */
  #lagging(ask: Call): Call {
    let last: { atMs: number; value: unknown } | null = null;
    return async (...args) => {
      const { nowMs } = this.it.world.time;
      if (!last || nowMs - last.atMs >= this.lagMs)
        last = { atMs: nowMs, value: await ask(...args) };
      return last.value;
    };
  }

  #registry(process: Process): BlobStore {
    const { world } = this.it;
    const { registry } = world;
    const far = (bytes = 0) => ({
      isUp: () => world.registryIsUp && !this.registryIsCut,
      lost: (why: string) => unreachable('the registry', why),
      bytes,
    });
    return {
      has: (digest) => this.#across(process, far(), () => registry.has(digest)),
      size: (digest) => this.#across(process, far(), () => registry.size(digest)),
      get: (digest, options) =>
        this.#across(process, far(), async () => {
          if (world.registryLies) throw corrupt(digest, 'the registry', 'something else');
          return registry.get(digest, options);
        }),
      put: (bytes) => this.#across(process, far(bytes.length), () => registry.put(bytes)),
      read: (digest, range) =>
        later(() =>
          this.#across(process, far(), async () => {
            const bytes = await registry.get(digest);
            return world.registryLies ? new Uint8Array(8) : bytes.slice(range.start, range.end);
          }),
        ),
    };
  }

  #disk(process: Process): ErasableStore {
    const { near } = this;
    const alive = async <T>(act: () => Promise<T>): Promise<T> => {
      await this.#breath(process);
      return act();
    };
    return {
      has: (digest) => alive(() => near.has(digest)),
      size: (digest) => alive(() => near.size(digest)),
      get: (digest, options) => alive(() => near.get(digest, options)),
      put: (bytes) => alive(() => this.#write(() => near.put(bytes))),
      remove: (digest: Digest) => alive(() => near.remove(digest)),
      read: (digest, range) =>
        later(() => alive(async () => (await near.get(digest)).slice(range.start, range.end))),
    };
  }

  #notebook(process: Process): Notebook {
    return {
      read: () => this.notebook.read(),
      write: async (text) => {
        await this.#breath(process);
        await this.#write(() => this.notebook.write(text));
      },
    };
  }

  async #write<T>(act: () => Promise<T>): Promise<T> {
    if (!this.diskIsFull) return act();
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }
}

/** As a stream of one piece. */
async function* later(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield await read();
}
