/**
 * A node computes where it listens, so a view that burns all it may holds up everybody for its time.
 * Several requests of one client never take more than one turn of the event loop each, and
 * those of pages that do not come from this machine share the turns of a single queue: between any
 * two of them blocks are made and programs answered.
 */

/** As many as four full batches; more of them are refused until some are answered. */
const waitingMax = 200;

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class StrangersTurns {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Whether there is room for so many more, each of which then takes its turn. */
  admit(count: number): boolean {
    if (this.#waiting + count > waitingMax) return false;
    this.#waiting += count;
    return true;
  }

  /** Resolves in a turn that no other stranger has. */
  async take(): Promise<void> {
    this.#last = this.#last.then(nextTurn);
    await this.#last;
    this.#waiting--;
  }
}
