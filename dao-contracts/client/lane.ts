/** Work that may come faster than it is done: so much of it at a time, so much waiting, no more. */
export class Lane {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly it: { runningMax: number; waitingMax: number }) {}

  /** Then `run` may not be called. */
  get isFull(): boolean {
    return this.#running >= this.it.runningMax && this.#waiting.length >= this.it.waitingMax;
  }

  /** In the order of the calls. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isFull) throw new Error('BUG: the lane is full');
    if (this.#running < this.it.runningMax) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever waits longest takes over the place.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** How many of each name are under way, of which `max` may be. */
export class Tally {
  readonly #counts = new Map<string, number>();

  constructor(private readonly max: number) {}

  isFull(name: string): boolean {
    return (this.#counts.get(name) ?? 0) >= this.max;
  }

  async count<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#counts.get(name)! - 1;
      if (left > 0) this.#counts.set(name, left);
      else this.#counts.delete(name);
    }
  }
}
