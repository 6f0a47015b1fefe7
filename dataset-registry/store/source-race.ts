/**
 * Several sources of the same bytes, none of them trusted and none waited for. A piece is asked of the
 * source that should have it soonest; when it takes much longer than another source needs for as much,
 * that one is asked as well, and whoever is right first wins. A source that lies is dropped at once, one
 * that fails after some strikes, and one that is overtaken again and again is set aside: it is asked only
 * when no other is left. One race may serve many files, so that nothing is learned twice.
 */
import { digestOf, type Digest } from '../digest/digest.js';
import { BlobError, corrupt, unreachable } from './blob-errors.js';
import type { BlobStore } from './blob-store.js';
import {
  chunkBytesPerSecondMin,
  chunkGraceMs,
  hedgeFactor,
  hedgeMsMin,
  overtakenPointsMax,
  silentMsMin,
  silentPiecesMax,
  stallMs as stallMsDefault,
  strikesMax,
  tellingBytesMin,
  uselessFactor,
} from './limits.js';
import { within } from './patience.js';

/** Somewhere to read from, with the name under which it is reported. */
export interface ChunkSource {
  name: string;
  store: Pick<BlobStore, 'read'>;
}

export interface RaceOptions {
  /** In order of preference. */
  readonly sources: readonly ChunkSource[];
  readonly stallMs?: number;
  /** Once for each source that is dropped or set aside. */
  readonly onSourceDropped?: (dropped: { name: string; why: string }) => void;
}

/** Bytes `start` to `end` of a blob, and what they hash to. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly digest: Digest;
}

interface Entry {
  readonly source: ChunkSource;
  /** Blobs that it said it does not have. */
  readonly lacks: Set<Digest>;
  busy: number;
  strikes: number;
  /** How often another was quicker, less how often it was not. */
  overtaken: number;
  /** Bytes a millisecond on one connection; null: nothing came yet. */
  rate: number | null;
  why: string;
}

interface Attempt {
  readonly entry: Entry;
  readonly abort: AbortController;
  readonly done: Promise<Uint8Array>;
  readonly beganMs: number;
  /** Pieces that the race had by then. */
  readonly deliveredBefore: number;
  readonly wantedBytes: number;
  receivedBytes: number;
}

export class SourceRace {
  private readonly entries: Entry[];
  private readonly stallMs: number;
  private delivered = 0;

  constructor(private readonly options: RaceOptions) {
    this.entries = options.sources.map((source) => ({
      ...{ source, lacks: new Set<Digest>(), busy: 0, strikes: 0, overtaken: 0 },
      ...{ rate: null, why: '' },
    }));
    this.stallMs = options.stallMs ?? stallMsDefault;
  }

  /** Checked bytes from whoever delivers them first. Error: `NO_SOURCE_LEFT`. */
  async fetch(blob: Digest, piece: Piece): Promise<Uint8Array> {
    const running = new Map<Entry, Attempt>();
    try {
      for (;;) {
        if (running.size === 0) this.begin(running, this.pick(blob, running)!, { blob, piece });
        const won = await this.firstOf(running, blob, piece);
        if (!won) continue;
        const { entry, bytes } = won;
        entry.overtaken = Math.max(0, entry.overtaken - 1);
        this.delivered++;
        running.delete(entry);
        return bytes;
      }
    } finally {
      // Whoever is still at it was overtaken, by another or by the end of everything.
      for (const attempt of running.values()) {
        attempt.abort.abort();
        this.overtake(attempt);
      }
    }
  }

  private overtake(attempt: Attempt): void {
    const { entry, receivedBytes } = attempt;
    if (receivedBytes > 0) learn(attempt);
    // Somebody has to be left to be asked first.
    const others = this.entries.filter((one) => one !== entry && isLeft(one) && !isAside(one));
    if (isAside(entry) || others.length === 0) return;
    entry.overtaken += this.isUseless(attempt) ? overtakenPointsMax : 1;
    if (!isAside(entry)) return;
    entry.why ||= receivedBytes === 0 ? 'silent while others sent' : 'far slower than others';
    this.report(entry, entry.why);
  }

  /** Beside the others, and not because this machine itself had no time to read. */
  private isUseless({ entry, receivedBytes, beganMs, deliveredBefore }: Attempt): boolean {
    if (receivedBytes > 0) return (entry.rate ?? Infinity) * uselessFactor < this.bestRate();
    const missed = this.delivered - deliveredBefore;
    return missed >= silentPiecesMax && performance.now() - beganMs >= silentMsMin;
  }

  private bestRate(): number {
    return Math.max(0, ...this.entries.map(({ rate }) => rate ?? 0));
  }

  /** The bytes of an attempt that succeeded; null: one failed, or another was begun. */
  private async firstOf(
    running: Map<Entry, Attempt>,
    blob: Digest,
    piece: Piece,
  ): Promise<{ entry: Entry; bytes: Uint8Array } | null> {
    const ends = [...running.values()].map(({ entry, done }) =>
      done.then(
        (bytes) => ({ entry, bytes, error: null }),
        (error: unknown) => ({ entry, bytes: null, error }),
      ),
    );
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      const waitMs = this.patienceMs(running, piece);
      if (waitMs !== null) timer = setTimeout(() => resolve(null), waitMs);
    });
    const end = await Promise.race([...ends, late]);
    clearTimeout(timer);
    if (end === null) {
      const other = this.pick(blob, running, true);
      if (other) this.begin(running, other, { blob, piece });
      return null;
    }
    if (end.bytes) return { entry: end.entry, bytes: end.bytes };
    running.delete(end.entry);
    this.strike(end.entry, blob, end.error);
    return null;
  }

  /** Until another is asked as well; null: there are not two, or two are at it. */
  private patienceMs(running: ReadonlyMap<Entry, Attempt>, piece: Piece): number | null {
    if (running.size > 1 || this.entries.length < 2) return null;
    const usualMs = this.usualMs(running, piece);
    return Math.max(hedgeMsMin, hedgeFactor * (usualMs ?? 0));
  }

  /** What the quickest of the others needs for as much. */
  private usualMs(running: ReadonlyMap<Entry, Attempt>, { start, end }: Piece): number | null {
    const rates = this.entries
      .filter((entry) => !running.has(entry) && isLeft(entry) && entry.rate !== null)
      .map(({ rate }) => rate!);
    return rates.length === 0 ? null : (end - start) / Math.max(...rates);
  }

  /** Who should have it soonest, ties to the preferred one. `optional`: null where nobody is left. */
  private pick(blob: Digest, running: ReadonlyMap<Entry, Attempt>, optional = false): Entry | null {
    const able = this.entries.filter(
      (entry) => isLeft(entry) && !entry.lacks.has(blob) && !running.has(entry),
    );
    const quick = able.filter((entry) => !isAside(entry));
    // One that nothing is known of yet may be as quick as the quickest.
    const best = this.bestRate() || 1;
    const cost = ({ busy, rate }: Entry) => (busy + 1) / (rate ?? best);
    const among = quick.length > 0 ? quick : able;
    const found = [...among].sort((a, b) => cost(a) - cost(b))[0];
    if (found || optional) return found ?? null;
    const why = this.entries.map((entry) => `${entry.source.name}: ${entry.why}`).join('; ');
    throw new BlobError(
      'NO_SOURCE_LEFT',
      `${why || 'no source was named'}; what arrived is kept: try again or name another source`,
    );
  }

  private begin(
    running: Map<Entry, Attempt>,
    entry: Entry,
    it: { blob: Digest; piece: Piece },
  ): void {
    const abort = new AbortController();
    entry.busy++;
    const attempt = {
      ...{ entry, abort, beganMs: performance.now(), deliveredBefore: this.delivered },
      ...{ wantedBytes: it.piece.end - it.piece.start, receivedBytes: 0 },
    };
    const done = this.read(attempt, it).finally(() => entry.busy--);
    // One that fails after another has won is nobody's to catch.
    done.catch(() => {});
    running.set(entry, Object.assign(attempt, { done }));
  }

  private strike(entry: Entry, blob: Digest, error: unknown): void {
    const code = error instanceof BlobError ? error.code : '';
    entry.why = (error as Error).message;
    if (code === 'BLOB_MISSING') {
      if (entry.lacks.size === 0) this.report(entry, entry.why);
      entry.lacks.add(blob);
      return;
    }
    if (!isLeft(entry)) return;
    entry.strikes = code === 'BLOB_CORRUPT' ? strikesMax : entry.strikes + 1;
    if (!isLeft(entry)) this.report(entry, entry.why);
  }

  private report({ source }: Entry, why: string): void {
    this.options.onSourceDropped?.({ name: source.name, why });
  }

  /** Exactly the bytes of the piece: neither silence, nor dripping, nor a flood is waited for. */
  private async read(
    attempt: Omit<Attempt, 'done'>,
    { blob, piece }: { blob: Digest; piece: Piece },
  ): Promise<Uint8Array> {
    const { entry } = attempt;
    const { signal } = attempt.abort;
    const { name, store } = entry.source;
    const bytes = new Uint8Array(piece.end - piece.start);
    const deadline =
      attempt.beganMs + chunkGraceMs + (1_000 * bytes.length) / chunkBytesPerSecondMin;
    const late = (): Error => unreachable(name, 'stalled or dripped');
    const { start, end } = piece;
    const reading = store.read(blob, { start, end, signal })[Symbol.asyncIterator]();
    let at = 0;
    try {
      for (;;) {
        const patienceMs = Math.min(this.stallMs, deadline - performance.now());
        const { done, value } = await within(reading.next(), patienceMs, late);
        if (done || signal.aborted) break;
        if (at + value.length > bytes.length) {
          throw corrupt(blob, name, `more than the ${bytes.length} bytes asked for`);
        }
        bytes.set(value, at);
        at += value.length;
        attempt.receivedBytes = at;
      }
    } finally {
      // Not awaited: a stalled generator would never answer.
      void Promise.resolve(reading.return?.()).catch(() => {});
      // One that failed is tried again as if nothing were known of it, until it has its strikes.
      if (at === bytes.length) learn(attempt);
    }
    if (at !== bytes.length) throw unreachable(name, `sent ${at} of ${bytes.length} bytes`);
    const found = digestOf(bytes);
    if (found !== piece.digest) throw corrupt(piece.digest, name, found);
    return bytes;
  }
}

function isLeft({ strikes }: Entry): boolean {
  return strikes < strikesMax;
}

function isAside({ overtaken }: Entry): boolean {
  return overtaken >= overtakenPointsMax;
}

/** The last few pieces count most. Small ones tell how far away a source is, not what it can send. */
function learn({ entry, beganMs, receivedBytes, wantedBytes }: Omit<Attempt, 'done'>): void {
  if (wantedBytes < tellingBytesMin) return;
  const rate = receivedBytes / Math.max(performance.now() - beganMs, 0.01);
  entry.rate = entry.rate === null ? rate : 0.7 * entry.rate + 0.3 * rate;
}
