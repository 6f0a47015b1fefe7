/** The page's side of the loss worker: one state at a time. */
import type { Address } from './address.js';
import type { LossAnswer, LossRequest } from './loss-session.js';

export class LossDesk {
  readonly #worker: Worker;
  #hear: ((answer: LossAnswer) => void) | null = null;
  #root: LossRequest['root'] | null = null;

  constructor(address: Address) {
    this.#worker = new Worker(new URL('./loss-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<LossAnswer>) =>
      this.#hear?.(data),
    );
    this.#worker.addEventListener('error', ({ message }) => {
      const why = `WORKER_FAILED: ${message || 'it could not be started'}; load the page again`;
      if (this.#root) this.#hear?.({ kind: 'failed', root: this.#root, why });
    });
    this.#worker.postMessage(address);
  }

  measure(request: LossRequest): Promise<LossAnswer> {
    this.#root = request.root;
    return new Promise((resolve) => {
      this.#hear = resolve;
      this.#worker.postMessage(request);
    });
  }

  close(): void {
    this.#worker.terminate();
  }
}
