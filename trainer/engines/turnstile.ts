/**
 * Lets one piece of work through at a time, in the order in which they came. ONNX Runtime's WebAssembly
 * build keeps what a call needs on one stack and waits in the middle of it: two calls that overlap,
 * of whatever sessions, take each other's memory away. A worker overlaps them as soon as it replays
 * somebody's segment beside its own training.
 */
export class Turnstile {
  private last: Promise<unknown> = Promise.resolve();

  pass<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work);
    this.last = mine.catch(() => {});
    return mine;
  }
}
