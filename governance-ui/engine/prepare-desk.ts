/** The page's side of the preparing worker: one run, one worker. */
import type { PrepareAnswer, PrepareRequest } from './prepare-worker.js';

export type Prepared = Extract<PrepareAnswer, { kind: 'prepared' }>;

/** Errors: those of `prepareRun`, and `WORKER_FAILED`. */
export async function prepareInWorker(request: PrepareRequest): Promise<Prepared> {
  const worker = new Worker(new URL('./prepare-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<Prepared>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<PrepareAnswer>) =>
        data.kind === 'prepared' ? resolve(data) : reject(new Error(data.why)),
      );
      // Out of memory, or a file of the page that is gone: nobody would answer any more.
      worker.addEventListener('error', ({ message }) =>
        reject(
          new Error(
            `WORKER_FAILED: ${message || 'it could not be started'}; choose a smaller model, or load ` +
              'the page again',
          ),
        ),
      );
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
