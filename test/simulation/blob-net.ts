/**
 * Who can fetch which bytes. A blob is served by its owner, to whom its owner likes, and by
 * everybody who fetched it and keeps it (certifiers do until the round is final). Contents are
 * vectors for updates, nothing for snapshots: their digest is all that re-execution needs.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';

export interface Blob {
  digest: Digest;
  owner: string;
  bytes: number;
  /** Of an update: what it decodes to. */
  vector: Float32Array | null;
  /** Of a trace: what its root commits to. */
  leaves?: readonly Digest[];
  /** Whom the owner serves, and from when. */
  serves: (account: string, nowMs: number) => boolean;
}

export class BlobNet {
  readonly #blobs = new Map<Digest, { blob: Blob; keepers: Set<string>; round: number }>();

  publish(blob: Blob, round: number): void {
    const known = this.#blobs.get(blob.digest);
    if (known) {
      // The same work again, after a rewind: the same bytes, needed for longer.
      known.keepers.add(blob.owner);
      known.round = round;
    } else this.#blobs.set(blob.digest, { blob, keepers: new Set(), round });
  }

  /** Null: nobody serves it to `account` now. Whoever has it may keep and serve it. */
  fetch(digest: Digest, it: { account: string; nowMs: number; keep: boolean }): Blob | null {
    const known = this.#blobs.get(digest);
    if (!known) return null;
    const { blob, keepers } = known;
    const served =
      blob.owner === it.account || keepers.size > 0 || blob.serves(it.account, it.nowMs);
    if (!served) return null;
    if (it.keep && blob.owner !== it.account) keepers.add(it.account);
    return blob;
  }

  /** Bytes of rounds that are long final need not be kept. */
  forgetBefore(round: number): void {
    for (const [digest, known] of this.#blobs) {
      if (known.round < round) this.#blobs.delete(digest);
    }
  }
}
