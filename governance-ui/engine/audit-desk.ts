/** The page's side of the audit worker. */
import type { Address } from './address.js';
import type { AuditAnswer, AuditRequest } from './audit-session.js';

export class AuditDesk {
  readonly #worker: Worker;

  constructor(address: Address, hear: (answer: AuditAnswer) => void) {
    this.#worker = new Worker(new URL('./audit-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<AuditAnswer>) => hear(data));
    this.#worker.addEventListener('error', ({ message }) => {
      const why = `WORKER_FAILED: ${message || 'it could not be started'}; load the page again`;
      hear({ kind: 'failed', why });
    });
    this.#worker.postMessage(address);
  }

  ask(request: AuditRequest): void {
    this.#worker.postMessage(request);
  }

  close(): void {
    this.#worker.terminate();
  }
}
