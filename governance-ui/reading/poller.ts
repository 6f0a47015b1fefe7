/**
 * Reads something again and again for as long as somebody looks at it: often while it changes, less
 * often when not, never while the page is hidden, and ever more slowly while nobody answers. Time
 * and visibility come in, so that the rules are tested without waiting.
 */
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
  #cancel: () => void = () => {};
  #forget: () => void = () => {};

  constructor(
    private readonly it: {
      read: () => Promise<T>;
      /** How long until the next reading; null: what was read never changes. */
      everyMs: (value: T) => number | null;
      tell: (reading: Reading<T>) => void;
      surroundings: Surroundings;
    },
  ) {}

  start(): void {
    this.#forget = this.it.surroundings.onShown(() => this.readNow());
    this.readNow();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#forget();
  }

  /** Now instead of later; one reading at a time. */
  readNow(): void {
    if (this.#busy || this.#stopped) return;
    this.#cancel();
    this.#busy = true;
    void this.#read().finally(() => {
      this.#busy = false;
    });
  }

  async #read(): Promise<void> {
    const { read, everyMs, surroundings } = this.it;
    let nextMs: number | null;
    try {
      const value = await read();
      this.#failures = 0;
      nextMs = everyMs(value);
      this.#tell({ value, readAtMs: surroundings.now(), error: null, retryAtMs: null });
    } catch (error) {
      this.#failures++;
      nextMs = retryDelayMs(this.#failures);
      const retryAtMs = surroundings.now() + nextMs;
      this.#tell({ ...this.#reading, error: error as Error, retryAtMs });
    }
    if (nextMs === null || this.#stopped) return;
    this.#cancel = surroundings.after(nextMs, () => {
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
