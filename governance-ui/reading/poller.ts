/**
 * Reads something again and again for as long as somebody looks at it: often while it changes, less
 * often when not, never while the page is hidden, and ever more slowly while nobody answers. Where the
 * registry tells of changes it reads after those, no more often than without, and else once in a while.
 * Time, visibility and changes come in, so that the rules are tested without waiting.
 */
import type { ChangeFeed } from './change-feed.js';

export interface Reading<T> {
  /** The last good one; null before the first. */
  readonly value: T | null;
  readonly readAtMs: number | null;
  /** Why the last attempt failed; null when it did not. */
  readonly error: Error | null;
  /** When the next attempt after a failure is due. */
  readonly retryAtMs: number | null;
}

export interface Surroundings {
  now(): number;
  after(ms: number, act: () => void): () => void;
  isHidden(): boolean;
  /** Calls back when the page is shown again; returns how to stop that. */
  onShown(act: () => void): () => void;
}

/** Where changes are told: for one that was not, and for clocks that run on. */
const toldEveryMs = 15_000;
const firstRetryMs = 1_000;
const lastRetryMs = 15_000;

/** Waits double from one second up to a quarter of a minute. */
export function retryDelayMs(failuresInARow: number): number {
  return Math.min(lastRetryMs, firstRetryMs * 2 ** Math.max(0, failuresInARow - 1));
}

export class Poller<T> {
  #reading: Reading<T> = { value: null, readAtMs: null, error: null, retryAtMs: null };
  #failures = 0;
  #busy = false;
  #stopped = false;
  /** Something changed since the last reading began. */
  #news = false;
  #endedMs = 0;
  #pauseMs: number | null = 0;
  #cancel: () => void = () => {};
  #unlisten: () => void = () => {};
  #forget: () => void = () => {};

  constructor(
    private readonly it: {
      read: () => Promise<T>;
      /** How long until the next reading; null: what was read never changes. */
      everyMs: (value: T) => number | null;
      tell: (reading: Reading<T>) => void;
      surroundings: Surroundings;
      changes?: Pick<ChangeFeed, 'isTold' | 'listen'> | null;
    },
  ) {}

  start(): void {
    this.#forget = this.it.surroundings.onShown(() => this.readNow());
    this.#unlisten = this.it.changes?.listen(() => this.#hear()) ?? (() => {});
    this.readNow();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#forget();
    this.#unlisten();
  }

  /** Now instead of later; one reading at a time. */
  readNow(): void {
    if (this.#busy || this.#stopped) return;
    this.#cancel();
    this.#busy = true;
    this.#news = false;
    void this.#read().finally(() => {
      this.#busy = false;
    });
  }

  #hear(): void {
    this.#news = true;
    if (!this.#busy && !this.#stopped) this.#schedule();
  }

  async #read(): Promise<void> {
    const { read, everyMs, surroundings } = this.it;
    try {
      const value = await read();
      this.#failures = 0;
      this.#pauseMs = everyMs(value);
      this.#tell({ value, readAtMs: surroundings.now(), error: null, retryAtMs: null });
    } catch (error) {
      this.#failures++;
      this.#pauseMs = retryDelayMs(this.#failures);
      const retryAtMs = surroundings.now() + this.#pauseMs;
      this.#tell({ ...this.#reading, error: error as Error, retryAtMs });
    }
    this.#endedMs = surroundings.now();
    this.#schedule();
  }

  #schedule(): void {
    const { surroundings, changes } = this.it;
    const pauseMs = this.#pauseMs;
    if (pauseMs === null || this.#stopped) return;
    const quiet = changes?.isTold === true && !this.#news && this.#failures === 0;
    const sinceMs = surroundings.now() - this.#endedMs;
    // News wait only until a reading without them would have been due.
    const waitMs = this.#news ? Math.max(0, pauseMs - sinceMs) : pauseMs;
    this.#cancel();
    this.#cancel = surroundings.after(quiet ? Math.max(pauseMs, toldEveryMs) : waitMs, () => {
      // Shown again, `onShown` reads at once.
      if (!surroundings.isHidden()) this.readNow();
    });
  }

  #tell(reading: Reading<T>): void {
    if (this.#stopped) return;
    this.#reading = reading;
    this.it.tell(reading);
  }
}
