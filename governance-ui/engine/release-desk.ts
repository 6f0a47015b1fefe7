/** The page's side of the release worker: one conversation at a time, answers as promises. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Explanation } from '@commonweights/trainer/release/explanation.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import type { TextSearch } from '../reading/find-text.js';
import type { VerifyProgress } from '../reading/verify-here.js';
import type { Address } from './address.js';
import type { FolderHandle } from './save-folder.js';
import type { ReleaseAnswer, ReleaseRequest, TalkSettings } from './release-session.js';

export type Said = Omit<Extract<ReleaseAnswer, { kind: 'said' }>, 'kind'>;

export class ReleaseDesk {
  readonly #worker: Worker;
  #hear: (answer: ReleaseAnswer) => void = () => {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(address: Address) {
    this.#worker = new Worker(new URL('./release-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<ReleaseAnswer>) =>
      this.#hear(data),
    );
    // Out of memory, or a file of the page that is gone: nobody would answer any more.
    this.#worker.addEventListener('error', ({ message }) => {
      const why = `WORKER_FAILED: ${message || 'it could not be started'}; load the page again`;
      this.#hear({ kind: 'failed', why });
    });
    this.#worker.postMessage(address);
  }

  verify(
    manifest: Digest,
    onProgress: (progress: VerifyProgress) => void,
  ): Promise<readonly Verdict[]> {
    return this.#ask({ kind: 'verify', manifest }, (answer) => {
      if (answer.kind === 'progress') onProgress(answer.progress);
      return answer.kind === 'verdicts' ? answer.verdicts : null;
    });
  }

  search(
    it: { run: number; text: string },
    onReading: (dataset: string) => void,
  ): Promise<TextSearch> {
    return this.#ask({ kind: 'search', ...it }, (answer) => {
      if (answer.kind === 'reading') onReading(answer.dataset);
      return answer.kind === 'found' ? answer.search : null;
    });
  }

  talk(settings: TalkSettings, onText: (text: string) => void): Promise<Said> {
    return this.#ask({ kind: 'talk', settings }, (answer) => {
      if (answer.kind === 'text') onText(answer.text);
      return answer.kind === 'said' ? answer : null;
    });
  }

  /** Where it comes from, and the same as a page of its own. Error: `NOT_VERIFIED`. */
  explain(): Promise<{ readonly explanation: Explanation; readonly page: Blob }> {
    return this.#ask({ kind: 'explain' }, (answer) =>
      answer.kind === 'explained' ? answer : null,
    );
  }

  /** All files as one zip, in a folder of that name. Error: `NOT_VERIFIED`. */
  zip(name: string): Promise<Blob> {
    return this.#ask({ kind: 'zip', name }, (answer) =>
      answer.kind === 'zipped' ? answer.file : null,
    );
  }

  /** All files into a new folder of that name. Errors: `NOT_VERIFIED`, those of `saveFolder`. */
  async save(folder: FolderHandle, name: string): Promise<void> {
    await this.#ask({ kind: 'save', folder, name }, (answer) => answer.kind === 'saved' || null);
  }

  /** Ends what is being said; its promise is kept with what was said until then. */
  stop(): void {
    this.#send({ kind: 'stop' });
  }

  close(): void {
    this.#worker.terminate();
  }

  /** Once what was asked before is answered: an answer does not say what it answers. */
  #ask<T>(request: ReleaseRequest, read: (answer: ReleaseAnswer) => T | null): Promise<T> {
    const mine = this.#last.then(
      () =>
        new Promise<T>((resolve, reject) => {
          this.#hear = (answer) => {
            if (answer.kind === 'failed') return reject(new Error(answer.why));
            const value = read(answer);
            if (value !== null) resolve(value);
          };
          this.#send(request);
        }),
    );
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #send(request: ReleaseRequest): void {
    this.#worker.postMessage(request);
  }
}
