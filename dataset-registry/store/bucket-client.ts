/**
 * The few calls of S3 that a store of blobs needs, signed (AWS Signature Version 4). What is sent is signed
 * with its own SHA-256, which is the name of a blob: a server that checks signatures takes no other bytes
 * under it. Each request is tried a few times, and given up when nothing moves.
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { AwsV4Signer } from 'aws4fetch';
import { unreachable } from './blob-errors.js';
import type { BucketOptions } from './bucket-address.js';
import { checkRange } from './http-answer.js';
import {
  bucketAnswerBytesMax,
  bucketListPagesMax,
  bucketRetryMs,
  bucketStallMs,
  chunkGraceMs,
  stallMs,
  strikesMax,
} from './limits.js';
import { Patience, within } from './patience.js';

/** SHA-256 of no bytes: what a request without a body is signed with. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export interface BucketTimes {
  /** Milliseconds without a byte after which a request has failed. */
  readonly stallMs?: number;
  /** Before a request is tried again; doubled each time. */
  readonly retryMs?: number;
}

/** What an object is made of: bytes at hand, or a file. `sha256`: of all of it, in hex. */
export type ObjectSource = { readonly sha256: string; readonly size: number } & (
  { readonly bytes: Uint8Array } | { readonly path: string }
);

interface Ask {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: ObjectSource;
  signal?: AbortSignal | undefined;
}

export class BucketClient {
  /** For people: never with keys in it. */
  readonly name: string;
  private readonly stallMs: number;
  private readonly uploadStallMs: number;
  private readonly retryMs: number;

  constructor(
    private readonly options: BucketOptions,
    times: BucketTimes = {},
  ) {
    this.name = `s3://${options.bucket}/${options.prefix} at ${options.endpoint}`;
    this.stallMs = times.stallMs ?? stallMs;
    this.uploadStallMs = times.stallMs ?? bucketStallMs;
    this.retryMs = times.retryMs ?? bucketRetryMs;
  }

  /** Bytes of an object, or null where there is none. */
  async size(key: string): Promise<number | null> {
    const response = await this.ask({ method: 'HEAD', key });
    if (response.status === 404) return null;
    const length = response.headers.get('content-length');
    if (length === null || !/^\d{1,15}$/.test(length)) {
      throw unreachable(this.name, 'named no content-length');
    }
    return Number(length);
  }

  /** Writes an object, which is there as a whole or not at all. */
  async put(key: string, body: ObjectSource): Promise<void> {
    const headers = {
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
    };
    const response = await this.ask({ method: 'PUT', key, headers, body });
    if (response.status === 404) throw unreachable(this.name, 'has no such bucket');
    await response.body?.cancel();
  }

  /** There or not: afterwards it is not. */
  async remove(key: string): Promise<void> {
    const response = await this.ask({ method: 'DELETE', key });
    await response.body?.cancel();
  }

  /** Bytes `start` up to `end`, or null where there is no such object. An object may end before. */
  async read(
    key: string,
    range: { start: number; end: number; signal?: AbortSignal | undefined },
  ): Promise<AsyncGenerator<Uint8Array, void> | null> {
    const headers = { range: `bytes=${range.start}-${range.end - 1}` };
    const { signal } = range;
    const response = await this.ask({ method: 'GET', key, headers, signal });
    if (response.status === 404) return (await response.body?.cancel(), null);
    // It ends before the range begins.
    if (response.status === 416) return (await response.body?.cancel(), nothing());
    checkRange(this.name, response, range.start);
    return this.pieces(response, range.end - range.start);
  }

  /** Keys that begin so, with their sizes, page by page. */
  async *list(keyPrefix: string): AsyncGenerator<{ key: string; size: number }, void> {
    let token: string | null = null;
    for (let page = 0; page < bucketListPagesMax; page++) {
      const query: Record<string, string> = { 'list-type': '2', prefix: keyPrefix };
      if (token !== null) query['continuation-token'] = token;
      const response = await this.ask({ method: 'GET', key: '', query });
      if (response.status === 404) throw unreachable(this.name, 'has no such bucket');
      const text = await this.readText(response);
      for (const [, entry] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const size = Number(elementOf(entry!, 'Size') ?? NaN);
        yield { key: elementOf(entry!, 'Key') ?? '', size };
      }
      token = elementOf(text, 'NextContinuationToken');
      if (elementOf(text, 'IsTruncated') !== 'true' || token === null) return;
    }
    throw unreachable(this.name, `lists more than ${bucketListPagesMax} pages`);
  }

  /** An answer that means something: found, not found, or out of range; tried a few times. */
  private async ask(it: Ask): Promise<Response> {
    for (let strike = 1; ; strike++) {
      try {
        const response = await this.send(it);
        if (response.ok || response.status === 404 || response.status === 416) return response;
        const told = await this.readText(response).catch(() => '');
        const code = elementOf(told, 'Code') ?? '';
        const why = unreachable(this.name, `answered ${response.status} ${code.slice(0, 80)}`);
        // A refusal stays one; a busy or failing server is asked again.
        if (response.status < 500 && response.status !== 429)
          throw Object.assign(why, { final: true });
        throw why;
      } catch (error) {
        if (it.signal?.aborted || strike >= strikesMax || isFinal(error)) throw this.wrapped(error);
        await new Promise((resolve) => setTimeout(resolve, this.retryMs * 2 ** (strike - 1)));
      }
    }
  }

  private async send({ method, key, query = {}, headers, body, signal }: Ask): Promise<Response> {
    const { endpoint, bucket, region, keys } = this.options;
    const path = key === '' ? '' : `/${key.split('/').map(encodeURIComponent).join('/')}`;
    const url = new URL(`${endpoint}/${bucket}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signed = await new AwsV4Signer({
      ...{ method, url: url.href, service: 's3', region, ...keys },
      headers: {
        ...headers,
        'x-amz-content-sha256': body?.sha256 ?? emptyHash,
        // Of a stream nobody else knows it, and S3 takes no body of unknown length.
        ...(body ? { 'content-length': String(body.size) } : {}),
      },
    }).sign();
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    signal?.addEventListener('abort', stop);
    try {
      const watch = new Stopwatch();
      const init: RequestInit = { method, headers: signed.headers, redirect: 'error' };
      if (body) Object.assign(init, this.bodyOf(body, watch));
      const answer = fetch(signed.url, { ...init, signal: abort.signal });
      return await this.unlessStill(answer, watch, body ? this.uploadStallMs : this.stallMs);
    } catch (error) {
      abort.abort();
      throw error;
    }
  }

  private bodyOf(body: ObjectSource, watch: Stopwatch): RequestInit & { duplex?: 'half' } {
    if ('bytes' in body) return { body: new Uint8Array(body.bytes) };
    if (body.size === 0) return { body: new Uint8Array(0) };
    const file = createReadStream(body.path, { highWaterMark: 2 ** 18, end: body.size - 1 });
    file.on('data', () => watch.moved());
    return { body: Readable.toWeb(file) as ReadableStream<Uint8Array>, duplex: 'half' };
  }

  /** The answer, as long as something moves. */
  private async unlessStill(
    answer: Promise<Response>,
    watch: Stopwatch,
    patienceMs: number,
  ): Promise<Response> {
    answer.catch(() => {}); // It may fail after we gave up on it.
    for (;;) {
      const waitMs = patienceMs - watch.stillMs();
      const found = await Promise.race([answer, pause(Math.max(0, waitMs))]);
      if (found) return found;
      if (watch.stillMs() >= patienceMs) {
        throw unreachable(this.name, `nothing moved for ${patienceMs} ms`);
      }
    }
  }

  private async *pieces(response: Response, wanted: number): AsyncGenerator<Uint8Array, void> {
    const reader = response.body!.getReader();
    const patience = new Patience(this.name, { stallMs: this.stallMs, graceMs: chunkGraceMs });
    try {
      for (let received = 0; received < wanted;) {
        const { done, value } = await patience.wait(reader.read());
        if (done) return;
        const piece = value.subarray(0, wanted - received);
        received += piece.length;
        patience.sawBytes(piece.length);
        yield piece;
      }
    } catch (error) {
      throw this.wrapped(error);
    } finally {
      void reader.cancel().catch(() => {});
    }
  }

  /** Of an answer in XML, which is bounded: the server may be hostile. */
  private async readText(response: Response): Promise<string> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const reader = response.body?.getReader();
    if (!reader) return '';
    const late = () => unreachable(this.name, 'stalled');
    for (;;) {
      const { done, value } = await within(reader.read(), this.stallMs, late);
      if (done) return Buffer.concat(pieces).toString('utf8');
      bytes += value.length;
      if (bytes > bucketAnswerBytesMax) {
        void reader.cancel().catch(() => {});
        throw unreachable(this.name, `answered with more than ${bucketAnswerBytesMax} bytes`);
      }
      pieces.push(value);
    }
  }

  private wrapped(error: unknown): Error {
    const { code } = error as { code?: unknown };
    if (code === 'STORE_UNREACHABLE') return error as Error;
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return unreachable(this.name, cause?.code ?? message, error);
  }
}

/** When something moved last. */
class Stopwatch {
  private lastMs = performance.now();

  moved(): void {
    this.lastMs = performance.now();
  }

  stillMs(): number {
    return performance.now() - this.lastMs;
  }
}

function isFinal(error: unknown): boolean {
  return (error as { final?: boolean }).final === true;
}

async function pause(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref());
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}

/** The text of the first such element, entities undone: of XML that has neither attributes nor CDATA. */
function elementOf(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (text === undefined) return null;
  const entities: Record<string, string> = {
    ...{ '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' },
  };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => entities[entity]!);
}
