/**
 * Bytes that arrive in pieces, gathered in one place and hashed on the way, so that a blob that has arrived is
 * neither copied nor gone through once more.
 *
 * Law: `end()` has the pieces joined, and their `digestOf`, whatever was expected.
 */
import { startDigest } from '../digest/digest-stream.js';
import type { Digest } from '../digest/digest.js';

export class HashedSink {
  size = 0;
  private bytes = new Uint8Array(0);
  private readonly hash = startDigest();

  /** So many in all, says somebody who may be wrong; the system takes memory only for what is written. */
  expect(bytes: number): void {
    if (this.size === 0) this.bytes = new Uint8Array(bytes);
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
    const larger = new Uint8Array(Math.max(least, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.size));
    this.bytes = larger;
  }
}
