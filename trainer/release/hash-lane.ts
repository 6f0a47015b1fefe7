/**
 * A second hash of bytes that the caller's thread hashes as well, on a thread beside it: chunks, or a state root that
 * covers two files. What lies in memory that both threads share is not copied; it has to stay as it is until the
 * lane is done with it.
 *
 * Law: a lane's digests are those of `digestOf`, in the order in which they were asked for.
 */
import { Worker } from 'node:worker_threads';
import type { DigestStream } from '@commonweights/dataset-registry/digest/digest-stream.js';
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';

interface Task {
  readonly kind: 'chunks' | 'stream' | 'end';
  readonly from?: number;
  readonly to?: number;
  readonly bytes?: Uint8Array;
  readonly chunkBytes?: number;
}

export class HashLane {
  private readonly thread: Worker;
  private readonly waiting: {
    resolve(answer: Uint8Array | null): void;
    reject(error: Error): void;
  }[] = [];
  private last: Promise<unknown> = Promise.resolve();
  private ended: Error | null = null;

  constructor(private readonly shared: SharedArrayBuffer) {
    const entry = new URL('./hash-thread.mjs', import.meta.url);
    // Without what this process was started with: it needs no loader.
    this.thread = new Worker(entry, { workerData: shared, execArgv: [] });
    this.thread.on('message', (answer: Uint8Array | null) => this.waiting.shift()?.resolve(answer));
    this.thread.on('error', (error: Error) => this.fail(error));
    this.thread.on('exit', () => this.fail(new Error('the thread that hashes has ended')));
  }

  async chunks(piece: Uint8Array, chunkBytes: number): Promise<Digest[]> {
    const raw = (await this.ask({ kind: 'chunks', ...this.place(piece), chunkBytes }))!;
    return Array.from({ length: raw.length / 32 }, (_, i) =>
      formatDigest(raw.subarray(32 * i, 32 * i + 32)),
    );
  }

  /** The lane's one stream; `finish` before its `end`. */
  startDigest(): DigestStream & { finish(): Promise<void> } {
    let digest: Digest | null = null;
    return {
      update: (bytes) => {
        // Its failure is told by `idle` and `finish`.
        this.ask({ kind: 'stream', ...this.place(bytes) }).catch(() => {});
      },
      finish: async () => {
        digest = formatDigest((await this.ask({ kind: 'end' }))!);
      },
      end: () => {
        if (digest === null)
          throw new Error('a lane’s digest was asked for before it was finished');
        return digest;
      },
    };
  }

  /** When all that was asked for is done. Error: that of the thread. */
  async idle(): Promise<void> {
    await this.last;
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }

  /** Where the piece lies for both; else a copy of it. */
  private place(piece: Uint8Array): Partial<Task> {
    const { buffer, byteOffset, length } = piece;
    if ((buffer as unknown) !== this.shared) return { bytes: piece.slice() };
    return { from: byteOffset, to: byteOffset + length };
  }

  private ask(task: Task): Promise<Uint8Array | null> {
    if (this.ended) return Promise.reject(this.ended);
    const answer = new Promise<Uint8Array | null>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
    this.thread.postMessage(task);
    this.last = answer;
    answer.catch(() => {}); // Whoever waits for it tells of it.
    return answer;
  }

  private fail(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
