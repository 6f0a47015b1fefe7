/**
 * A registry that fills itself: a blob that is asked for and is not here is fetched from the peers, checked
 * while it is written, and visible only when its digest is the one in its name. No peer is trusted: one that
 * sends other bytes is not asked for a while. Who asks waits a moment; a large blob comes later, and they
 * are told to go elsewhere meanwhile, since nothing that is unchecked is handed on.
 */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { Digest } from '../digest/digest.js';
import { BlobError } from '../store/blob-errors.js';
import type { ReceivingStore } from '../store/blob-store.js';
import { HttpStore } from '../store/http-store.js';
import { strikesMax } from '../store/limits.js';
import type { DiskRoom } from './disk-room.js';
import {
  absentDigestsMax,
  absentMs,
  fetchesAtOnceMax,
  lyingPeerMs,
  silentPeerMs,
} from './limits.js';
import type { Outcome } from './metrics.js';
import { Refusal } from './refusal.js';

/** Says that a mirror asks: it is answered with what is there, or two mirrors would ask for ever. */
export const mirrorHeader = 'commonweights-mirror';

export interface MirrorOptions {
  /** Base URLs, the preferred one first. */
  peers: readonly string[];
  store: ReceivingStore;
  room: DiskRoom;
  blobBytesMax: number;
  /** How long who asks waits for it to come. */
  patienceMs: number;
  now: () => number;
  onAnswer: (answer: { peer: string; digest: Digest; outcome: Outcome; bytes: number }) => void;
}

interface Peer {
  name: string;
  store: HttpStore;
  asleepUntilMs: number;
}

export class Mirror {
  private readonly peers: Peer[];
  private readonly coming = new Map<Digest, Promise<boolean>>();
  /** Until when nobody is asked for it again. */
  private readonly absent = new Map<Digest, number>();

  constructor(private readonly options: MirrorOptions) {
    this.peers = options.peers.map((name) => ({
      name,
      store: new HttpStore(name, { fetch: asMirror }),
      asleepUntilMs: 0,
    }));
  }

  /**
   * Whether the blob is here now. Throws the refusals `BLOB_COMING`, when that takes longer, or so many
   * others are coming that it was not begun, and `REGISTRY_FULL`.
   */
  async bring(digest: Digest): Promise<boolean> {
    const { store, now, patienceMs } = this.options;
    if (await store.has(digest)) return true;
    const running = this.coming.get(digest);
    if (!running) {
      const until = this.absent.get(digest);
      if (until !== undefined && now() < until) return false;
      if (this.coming.size >= fetchesAtOnceMax) throw coming('many others are on their way here');
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), patienceMs);
    });
    try {
      const outcome = await Promise.race([running ?? this.begin(digest), late]);
      if (outcome === 'late') throw coming('it is on its way here');
      return outcome;
    } finally {
      clearTimeout(timer);
    }
  }

  /** However long it takes: for who fetches ahead. Errors: `REGISTRY_FULL`, those of the disk. */
  async fetch(digest: Digest): Promise<boolean> {
    if (await this.options.store.has(digest)) return true;
    return this.coming.get(digest) ?? this.begin(digest);
  }

  private begin(digest: Digest): Promise<boolean> {
    const fetching = this.fetchFromAny(digest).finally(() => this.coming.delete(digest));
    // Nobody may be waiting for it any more when it fails.
    fetching.catch(() => {});
    this.coming.set(digest, fetching);
    return fetching;
  }

  private async fetchFromAny(digest: Digest): Promise<boolean> {
    const { now } = this.options;
    const awake = this.peers.filter(({ asleepUntilMs }) => asleepUntilMs <= now());
    let full: unknown = null;
    for (const peer of awake) {
      try {
        if (await this.fetchFrom(peer, digest)) return true;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        full = error;
      }
    }
    if (full) throw full;
    this.absent.delete(digest);
    this.absent.set(digest, now() + absentMs);
    if (this.absent.size > absentDigestsMax) this.absent.delete(this.absent.keys().next().value!);
    return false;
  }

  /** Whether this peer gave it. Throws what the own disk refuses. */
  private async fetchFrom(peer: Peer, digest: Digest): Promise<boolean> {
    const { store, room, blobBytesMax, onAnswer } = this.options;
    const tell = (outcome: Outcome, bytes = 0) =>
      onAnswer({ peer: peer.name, digest, outcome, bytes });
    const size = await this.sizeAt(peer, digest);
    if (size === null) return (tell('absent'), false);
    if (size === 'silent') return (tell('unreachable'), false);
    if (size > blobBytesMax) return (tell('too-large'), false);
    const place = await room.reserve(size).catch((error: unknown) => {
      tell('no-room');
      throw error;
    });
    const path = await store.temporaryPath();
    try {
      const received = await this.receive(peer, { digest, size, path });
      if (received !== 'whole') return (tell(received, size), false);
      await store.adopt(path, digest);
      place.use();
      tell('fetched', size);
      return true;
    } finally {
      place.release();
      await rm(path, { force: true });
    }
  }

  private async sizeAt(peer: Peer, digest: Digest): Promise<number | null | 'silent'> {
    try {
      return await peer.store.size(digest);
    } catch (error) {
      if (!(error instanceof BlobError)) throw error;
      this.sendToSleep(peer, silentPeerMs);
      return 'silent';
    }
  }

  /** Into the file at `path`; a line that breaks is taken up again. Throws what the own disk throws. */
  private async receive(
    peer: Peer,
    it: { digest: Digest; size: number; path: string },
  ): Promise<'whole' | 'corrupt' | 'unreachable'> {
    const hash = createHash('sha256');
    const file = await open(it.path, 'wx');
    let received = 0;
    // Whose failure it is.
    let atDisk = false;
    try {
      for (let strikes = 0; received < it.size;) {
        const before = received;
        try {
          for await (const piece of peer.store.read(it.digest, { start: received, end: it.size })) {
            hash.update(piece);
            atDisk = true;
            await file.writeFile(piece);
            atDisk = false;
            received += piece.length;
          }
        } catch (error) {
          if (atDisk) throw error;
          if (received > before && ++strikes < strikesMax) continue;
          this.sendToSleep(peer, silentPeerMs);
          return 'unreachable';
        }
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (`sha256:${hash.digest('hex')}` === it.digest) return 'whole';
    this.sendToSleep(peer, lyingPeerMs);
    return 'corrupt';
  }

  private sendToSleep(peer: Peer, ms: number): void {
    peer.asleepUntilMs = Math.max(peer.asleepUntilMs, this.options.now() + ms);
  }
}

/** A redirection is not followed: the operator named who is asked. */
const asMirror: typeof fetch = (url, init) =>
  globalThis.fetch(url, {
    ...init,
    redirect: 'error',
    headers: { ...(init?.headers as Record<string, string> | undefined), [mirrorHeader]: '1' },
  });

function coming(why: string): Refusal {
  const remedy = 'ask again in a moment, or ask another registry meanwhile';
  return new Refusal(503, 'BLOB_COMING', why, remedy, { retryAfterSeconds: 2 });
}
