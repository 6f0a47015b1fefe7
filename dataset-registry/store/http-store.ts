/**
 * Blobs over HTTP from one or several base URLs, none of them trusted. Works in a browser and in
 * Node. A read goes to the first base that answers well and moves on to the next when one is down,
 * stalls, lies or lacks the blob; a broken download goes on from the byte where it broke.
 */
import { digestOf, parseDigest, type Digest } from '../digest/digest.js';
import { BlobError, corrupt, missing, tooLarge, unreachable } from './blob-errors.js';
import type { BlobStore } from './blob-store.js';
import { HashedSink } from './hashed-sink.js';
import { announcedBytes, checkRange, notTaken, readOffset } from './http-answer.js';
import {
  baseUrlsMax,
  blobBytesMax,
  chunkGraceMs,
  stallMs,
  strikesMax,
  uploadPieceBytes,
} from './limits.js';
import { Patience, within } from './patience.js';

/** An upload is answered only after all of it was read: it may take this many stall times. */
const uploadPatience = 24;

/** What is signed for. A list of readers is `<its owner>/<name>`, who are then all that may read it. */
export type BlobAct =
  | { readonly method: 'PUT'; readonly digest: Digest; readonly readers?: string }
  /** `host`: of the registry, with its port where its address has one. */
  | { readonly method: 'GET'; readonly digest: Digest; readonly host: string };

export interface HttpStoreOptions {
  /** The `authorization` header of an act; without it, `put` is refused. */
  authorise?: (act: BlobAct) => Promise<string>;
  /** What is put is for them only. */
  readers?: string;
  /** Asks again by name, where a blob is not there for everybody. */
  signsReads?: boolean;
  /** Milliseconds without a byte after which a source has failed. */
  stallMs?: number;
  /** A source may take this and its bytes at a minimum rate. */
  graceMs?: number;
  /** A larger blob is uploaded in pieces of this many bytes. */
  pieceBytes?: number;
  fetch?: typeof fetch;
}

export class HttpStore implements BlobStore {
  readonly baseUrls: readonly string[];
  private readonly stallMs: number;
  private readonly graceMs: number;
  private readonly pieceBytes: number;
  private readonly fetch: typeof fetch;
  private readonly authorise: HttpStoreOptions['authorise'];
  private readonly readers: string | undefined;
  private readonly tickets: ReadTickets | null;

  constructor(baseUrls: string | readonly string[], options: HttpStoreOptions = {}) {
    const urls = typeof baseUrls === 'string' ? [baseUrls] : baseUrls;
    this.baseUrls = urls.map(parseBaseUrl);
    if (urls.length === 0 || urls.length > baseUrlsMax) {
      throw new Error(`BAD_STORE_URL: ${urls.length} addresses; name 1 to ${baseUrlsMax}`);
    }
    this.stallMs = options.stallMs ?? stallMs;
    this.graceMs = options.graceMs ?? chunkGraceMs;
    this.pieceBytes = options.pieceBytes ?? uploadPieceBytes;
    this.fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
    this.authorise = options.authorise;
    this.readers = options.readers;
    const { authorise } = options;
    this.tickets = authorise && options.signsReads ? new ReadTickets(authorise) : null;
  }

  /** For everybody: nobody is asked by name whether something need not be sent. */
  async has(digest: Digest): Promise<boolean> {
    return (await this.sizeBy(digest, (base, init) => this.request(base, digest, init))) !== null;
  }

  async size(digest: Digest): Promise<number | null> {
    return this.sizeBy(digest, (base, init) => this.askFor(base, digest, init));
  }

  private async sizeBy(
    digest: Digest,
    ask: (base: string, init: RequestInit) => Promise<Response>,
  ): Promise<number | null> {
    return this.firstOf(digest, async (base) => {
      const response = await ask(base, { method: 'HEAD' });
      if (response.status === 404) throw missing(digest, base);
      if (!response.ok) throw unreachable(base, `answered ${response.status}`);
      const length = Number(response.headers.get('content-length') ?? NaN);
      if (!Number.isSafeInteger(length)) throw unreachable(base, 'named no content-length');
      return length;
    }).catch((error: unknown) => {
      if (error instanceof BlobError && error.code === 'BLOB_MISSING') return null;
      throw error;
    });
  }

  async get(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
    const maxBytes = options.maxBytes ?? blobBytesMax;
    return this.firstOf(digest, async (base) => {
      const { bytes, digest: found } = await this.download(base, digest, maxBytes);
      if (found !== digest) throw corrupt(digest, base, found);
      return bytes;
    });
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    const authorise = this.authorise;
    if (!authorise) {
      throw new BlobError(
        'UPLOAD_REFUSED',
        'this store has no key to sign uploads; name an account',
      );
    }
    return this.firstOf(digest, async (base) => {
      const readers = this.readers === undefined ? {} : { readers: this.readers };
      const authorization = await authorise({ method: 'PUT', digest, ...readers });
      await this.upload(base, digest, bytes, authorization);
      return digest;
    });
  }

  /** In one request, or a large blob in pieces, going on after a break from what arrived. */
  private async upload(
    base: string,
    digest: Digest,
    bytes: Uint8Array,
    authorization: string,
  ): Promise<void> {
    let at = 0;
    for (let strikes = 0; strikes < strikesMax;) {
      const end = Math.min(at + this.pieceBytes, bytes.length);
      const headers: Record<string, string> = {
        authorization,
        'content-type': 'application/octet-stream',
        ...(this.readers === undefined ? {} : { [readersHeader]: this.readers }),
      };
      if (bytes.length > this.pieceBytes) {
        headers['content-range'] = `bytes ${at}-${end - 1}/${bytes.length}`;
      }
      const body = bytes.subarray(at, end) as Uint8Array<ArrayBuffer>;
      const response = await this.request(base, digest, { method: 'PUT', headers, body });
      const text = await this.readShortly(base, response);
      if (response.status === 200 || response.status === 201) return;
      const offset = readOffset(text);
      if (offset === null || offset >= bytes.length || ![202, 408, 409].includes(response.status)) {
        throw notTaken(base, response, text);
      }
      // Progress costs nothing; an offset that does not advance is a strike.
      if (offset <= at) strikes++;
      at = offset;
    }
    throw unreachable(base, `took no piece after byte ${at}`);
  }

  async *read(
    digest: Digest,
    range: { start: number; end: number; signal?: AbortSignal },
  ): AsyncGenerator<Uint8Array, void> {
    if (range.end <= range.start) return;
    let at = range.start;
    let last: unknown;
    for (const base of this.baseUrls) {
      try {
        for await (const piece of this.stream(base, digest, { ...range, start: at })) {
          at += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  /** Bytes `start` up to `end` (or the end of the blob) of one base, its pace checked. */
  private async *stream(
    base: string,
    digest: Digest,
    range: { start: number; end?: number; signal?: AbortSignal },
    {
      patience = this.patienceWith(base),
      expect,
    }: { patience?: Patience; expect?: (bytes: number) => void } = {},
  ): AsyncGenerator<Uint8Array, void> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    range.signal?.addEventListener('abort', stop);
    const wanted = (range.end ?? Infinity) - range.start;
    const header = `bytes=${range.start}-${range.end === undefined ? '' : range.end - 1}`;
    const whole = range.start === 0 && range.end === undefined;
    const response = await this.askFor(base, digest, {
      ...(whole ? {} : { headers: { range: header } }),
      signal: abort.signal,
    });
    try {
      if (response.status === 404) throw missing(digest, base);
      if (!response.ok) throw unreachable(base, `answered ${response.status}`);
      if (!whole) checkRange(base, response, range.start);
      else expect?.(announcedBytes(response));
      const reader = response.body!.getReader();
      let received = 0;
      while (received < wanted) {
        const { done, value } = await patience.wait(reader.read());
        if (done) break;
        const piece =
          received + value.length > wanted ? value.subarray(0, wanted - received) : value;
        received += piece.length;
        patience.sawBytes(piece.length);
        yield piece;
      }
      if (range.end !== undefined && received < wanted) {
        throw unreachable(base, `ended after ${received} of ${wanted} bytes`);
      }
    } finally {
      range.signal?.removeEventListener('abort', stop);
      abort.abort();
    }
  }

  private patienceWith(base: string): Patience {
    return new Patience(base, { stallMs: this.stallMs, graceMs: this.graceMs });
  }

  /** The whole blob from one base; a broken stream is taken up again where it broke. */
  private async download(
    base: string,
    digest: Digest,
    maxBytes: number,
  ): Promise<{ bytes: Uint8Array; digest: Digest }> {
    const sink = new HashedSink();
    const patience = this.patienceWith(base);
    for (let strike = 1; ; strike++) {
      try {
        const range = { start: sink.size };
        const expect = (bytes: number) => sink.expect(Math.min(bytes, maxBytes));
        for await (const piece of this.stream(base, digest, range, { patience, expect })) {
          sink.add(piece);
          if (sink.size > maxBytes) throw tooLarge(digest, sink.size, maxBytes);
        }
        return sink.end();
      } catch (error) {
        const broken = !(error instanceof BlobError) || error.code === 'STORE_UNREACHABLE';
        const hopeless = sink.size === 0 || strike === strikesMax || patience.isSpent();
        if (!broken || hopeless) throw wrapped(base, error);
      }
    }
  }

  /** Anybody's question, and where the answer is no, that of the account, if there is one. */
  private async askFor(base: string, digest: Digest, init: RequestInit): Promise<Response> {
    const known = this.tickets?.known(base, digest);
    const signed = (authorization: string): RequestInit => ({
      ...init,
      headers: { ...(init.headers as Record<string, string> | undefined), authorization },
    });
    const response = await this.request(base, digest, known ? signed(known) : init);
    if (response.status !== 404 || !this.tickets || known) return response;
    const ticket = await this.tickets.sign(base, digest);
    if (ticket === null) return response;
    await response.body?.cancel();
    const again = await this.request(base, digest, signed(ticket));
    if (again.ok) return again;
    this.tickets.forget(base, digest);
    // Who is not known there is told no more than anybody.
    if ([401, 403].includes(again.status)) throw missing(digest, base);
    return again;
  }

  private async request(base: string, digest: Digest, init: RequestInit): Promise<Response> {
    const url = `${base}/blobs/${parseDigest(digest)}`;
    const abort = new AbortController();
    init.signal?.addEventListener('abort', () => abort.abort());
    try {
      const answer = this.fetch(url, { ...init, signal: abort.signal });
      return await this.unlessStalled(base, answer, init.body ? uploadPatience : 1);
    } catch (error) {
      abort.abort();
      throw wrapped(base, error);
    }
  }

  /** The beginning of an answer, bounded: the server may be hostile. */
  private async readShortly(base: string, response: Response): Promise<string> {
    const reader = response.body?.getReader();
    const first = await (reader && this.unlessStalled(base, reader.read()));
    await reader?.cancel();
    return new TextDecoder().decode(first?.value?.subarray(0, 500));
  }

  /** Waits `patience` stall times. */
  private async unlessStalled<T>(base: string, work: Promise<T>, patience = 1): Promise<T> {
    const waitMs = this.stallMs * patience;
    return within(work, waitMs, () => unreachable(base, `sent nothing for ${waitMs} ms`));
  }

  /**
   * The first base that succeeds; else the most telling failure. First of all that one was not heard:
   * it may have what others lack, or spoil; then a lie before an absence.
   */
  private async firstOf<T>(digest: Digest, ask: (base: string) => Promise<T>): Promise<T> {
    const failures: BlobError[] = [];
    for (const base of this.baseUrls) {
      try {
        return await ask(base);
      } catch (error) {
        if (!(error instanceof BlobError)) throw error;
        failures.push(error);
      }
    }
    const order = ['STORE_UNREACHABLE', 'BLOB_TOO_LARGE', 'UPLOAD_REFUSED', 'BLOB_CORRUPT'];
    for (const code of order) {
      const found = failures.find((failure) => failure.code === code);
      if (found) throw found;
    }
    throw missing(digest, this.baseUrls.join(', '));
  }
}

/** Names the list of readers that an upload is for. */
export const readersHeader = 'commonweights-readers';

/** What was signed to read one blob at one registry, for as long as it is good there. */
class ReadTickets {
  private readonly signed = new Map<string, { header: string; untilMs: number }>();

  constructor(private readonly authorise: NonNullable<HttpStoreOptions['authorise']>) {}

  known(base: string, digest: Digest): string | undefined {
    const found = this.signed.get(`${base} ${digest}`);
    return found && Date.now() < found.untilMs ? found.header : undefined;
  }

  /** Null: there is no key to sign with. */
  async sign(base: string, digest: Digest): Promise<string | null> {
    const { host } = new URL(base);
    const header = await this.authorise({ method: 'GET', digest, host }).catch(() => null);
    if (header === null) return null;
    this.signed.set(`${base} ${digest}`, { header, untilMs: Date.now() + ticketKeptMs });
    if (this.signed.size > ticketsMax) this.signed.delete(this.signed.keys().next().value!);
    return header;
  }

  forget(base: string, digest: Digest): void {
    this.signed.delete(`${base} ${digest}`);
  }
}

/** Below what is signed for, so that it does not run out on the way. */
const ticketKeptMs = 120_000;
const ticketsMax = 1_024;

function parseBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new Error(`BAD_STORE_URL: ${JSON.stringify(text)}; write http(s)://host[:port][/path]`);
  }
  return url.href.replace(/\/+$/, '');
}

function wrapped(base: string, error: unknown): BlobError {
  if (error instanceof BlobError) return error;
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  return unreachable(base, cause ?? String((error as Error).message), error);
}
