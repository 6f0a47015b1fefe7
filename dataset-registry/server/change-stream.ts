/**
 * `GET /events`: tells pages that there is something new to read, so that they need not ask once a second.
 * Server-sent events, each a line of JSON with two numbers: the height at which the chain was seen changed
 * last, and how many blobs came in since the server started. What changed is not said: nobody has to trust
 * this server for more than a hint, and who gets none reads again after a while by itself.
 */
import type { Request, Response } from 'express';
import { changesGapMs, eventStreamsMax, eventStreamsPerAddressMax, heartbeatMs } from './limits.js';
import { Refusal } from './refusal.js';

/** Looks at a chain until the function that it returned is called. */
export type WatchChain = (tell: (height: number) => void) => () => void;

export interface Changes {
  /** Null: no chain is watched, or nothing was seen of it yet. */
  readonly height: number | null;
  readonly blobs: number;
}

export class ChangeStreams {
  #height: number | null = null;
  #blobs = 0;
  #stopWatching: (() => void) | null = null;
  #due: NodeJS.Timeout | null = null;
  readonly #open = new Map<Response, string>();

  constructor(private readonly watchChain: WatchChain | null) {}

  get count(): number {
    return this.#open.size;
  }

  blobStored(): void {
    this.#blobs++;
    this.#changed();
  }

  /** Answers with a stream that ends when its reader goes or the server stops. Error: `TOO_MANY_STREAMS`. */
  open(request: Request, response: Response, address: string): void {
    const own = [...this.#open.values()].filter((one) => one === address).length;
    if (this.#open.size >= eventStreamsMax || own >= eventStreamsPerAddressMax) {
      throw new Refusal(
        503,
        'TOO_MANY_STREAMS',
        'as many watch as this registry tells',
        'ask again for what you want to know, now and then',
        { retryAfterSeconds: 30 },
      );
    }
    response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    if (request.method === 'HEAD') return void response.end();
    this.#open.set(response, address);
    // A connection on which nothing moves is closed.
    const beat = setInterval(() => response.write(':\n\n'), heartbeatMs);
    response.once('close', () => {
      clearInterval(beat);
      this.#open.delete(response);
      if (this.#open.size > 0) return;
      this.#stopWatching?.();
      this.#stopWatching = null;
    });
    // Nobody is watched for nobody.
    this.#stopWatching ??=
      this.watchChain?.((height) => {
        this.#height = height;
        this.#changed();
      }) ?? null;
    response.write(this.#message());
  }

  close(): void {
    if (this.#due) clearTimeout(this.#due);
    for (const response of this.#open.keys()) response.end();
  }

  /** Many changes at once are one message. */
  #changed(): void {
    if (this.#open.size === 0) return;
    this.#due ??= setTimeout(() => {
      this.#due = null;
      for (const response of this.#open.keys()) {
        // Who does not read what is told is not told more of it.
        if (response.writableNeedDrain) response.destroy();
        else response.write(this.#message());
      }
    }, changesGapMs);
  }

  #message(): string {
    const changes: Changes = { height: this.#height, blobs: this.#blobs };
    return `data: ${JSON.stringify(changes)}\n\n`;
  }
}
