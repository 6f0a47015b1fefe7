/**
 * Bytes that arrive in pieces, gathered in one place and hashed on the way, so that a blob that has arrived is
 * neither copied nor gone through once more.
 *
 * Law: `end()` has the pieces joined, and their `digestOf`, whatever was expected.
 */
import { startDigest } from '../digest/digest-stream.js';
import type { Digest } from '../digest/digest.js';

const takenOnWordBytes = 2 ** 26;

export class HashedSink {
  size = 0;
  private announced = 0;
  private bytes = new Uint8Array(0);
  private readonly hash = startDigest();

  /** `onWordBytes`: memory that is taken before anything has come. */
  constructor(private readonly onWordBytes = takenOnWordBytes) {}

  /** So many in all, says somebody who may lie: a page would fail that took gigabytes for it. */
  expect(bytes: number): void {
    if (this.size > 0) return;
    this.announced = bytes;
    this.bytes = new Uint8Array(Math.min(bytes, this.onWordBytes));
  }

  add(piece: Uint8Array): void {
    const end = this.size + piece.length;
    if (end > this.bytes.length) this.grow(end);
    this.bytes.set(piece, this.size);
    this.hash.update(piece);
    this.size = end;
  }

  /** Once, at the end. */
  end(): { bytes: Uint8Array; digest: Digest } {
    const { bytes, size } = this;
    // One that was announced larger holds more memory than what came.
    const own = bytes.length === size ? bytes : bytes.slice(0, size);
    return { bytes: own, digest: this.hash.end() };
  }

  private grow(least: number): void {
    const { length } = this.bytes;
    // Seldom: each time all of it is copied.
    const likely = Math.min(this.announced, 8 * length);
    const larger = new Uint8Array(Math.max(least, likely > length ? likely : 2 * length));
    larger.set(this.bytes.subarray(0, this.size));
    this.bytes = larger;
  }
}
