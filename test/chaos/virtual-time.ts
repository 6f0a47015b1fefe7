/**
 * Time that passes only when nothing else is left to do. While it is installed, timers and clocks are
 * of one queue, so that hours of waiting cost nothing and a seed plays the same hours again. What
 * a process does between two awaits takes no time; what takes some says so by `sleep`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventQueue } from '../simulation/event-queue.js';

interface Timer {
  readonly fire: () => void;
  cancelled: boolean;
}

/** A process whose clock is off by so much. */
export interface Clock {
  skewMs: number;
}

const real = { setTimeout, clearTimeout, now: Date.now, monotonic: performance.now };

export class VirtualTime {
  #nowMs: number;
  readonly #queue = new EventQueue<Timer>();
  #working = 0;
  readonly #clocks = new AsyncLocalStorage<Clock>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** By the chain's clock. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** In the world, whatever clock the caller goes by. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#push(ms, resolve));
  }

  /** `work` and all that it starts see `clock`. */
  within<T>(clock: Clock, work: () => T): T {
    return this.#clocks.run(clock, work);
  }

  /** Computing: nothing else happens before it is done, and it takes no time. */
  async atOnce<T>(work: () => Promise<T>): Promise<T> {
    this.#working++;
    try {
      return await work();
    } finally {
      this.#working--;
    }
  }

  /** Everybody sleeps for so long: what is due meanwhile happens afterwards, in its order. */
  skip(ms: number): void {
    this.#nowMs += ms;
  }

  /** Plays until `isOver`, which is asked whenever nothing else can happen at a moment. */
  async play(isOver: () => boolean): Promise<void> {
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, ms = 0) => this.#push(ms, callback),
      clearTimeout: (timer?: Timer) => void (timer && (timer.cancelled = true)),
    });
    Date.now = () => this.#nowMs + (this.#clocks.getStore()?.skewMs ?? 0);
    performance.now = () => this.#nowMs;
    try {
      for (;;) {
        do await settled();
        while (this.#working > 0);
        if (isOver()) return;
        const next = this.#queue.pop();
        if (!next) throw new Error('BUG: nothing is left that could happen');
        if (next.event.cancelled) continue;
        this.#nowMs = Math.max(this.#nowMs, next.atMs);
        next.event.fire();
      }
    } finally {
      Object.assign(globalThis, {
        setTimeout: real.setTimeout,
        clearTimeout: real.clearTimeout,
      });
      Date.now = real.now;
      performance.now = real.monotonic;
    }
  }

  #push(ms: number, callback: () => void): Timer {
    const fire = AsyncLocalStorage.bind(callback);
    const timer: Timer = { fire, cancelled: false };
    this.#queue.push(this.#nowMs + Math.max(0, ms), timer);
    return timer;
  }
}

/** All that follows from the last event without waiting has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
