/**
 * A `.zst` file unpacked piece by piece (RFC 8878), in JavaScript on every Node, since only some have it built
 * in. What each frame asks for is looked at first, and a piece that unpacks to far more than a text would is a
 * bomb. Checksums of frames are not checked: what comes out is named by its own digest anyway.
 */
import { Decompress } from 'fzstd';
import { zstdLimits } from './limits.js';
import { ZstdFrames } from './zstd-frames.js';

/** Throws an error with a sentence, without a code. */
export async function* unpackZstd(
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const { pieceBytes, unpackedBytesMax } = zstdLimits;
  let out: Uint8Array[] = [];
  let bytes = 0;
  const stream = new Decompress((piece) => {
    bytes += piece.length;
    if (bytes > unpackedBytesMax) throw new Error('it unpacks to far more than any text would');
    if (piece.length > 0) out.push(piece);
  });
  const take = (): Uint8Array[] => {
    const taken = out;
    out = [];
    bytes = 0;
    return taken;
  };
  const frames = new ZstdFrames();
  let isEmpty = true;
  for await (const large of packed) {
    for (let at = 0; at < large.length; at += pieceBytes) {
      const piece = large.slice(at, at + pieceBytes);
      isEmpty = false;
      frames.see(piece);
      stream.push(piece, false);
      yield* take();
    }
  }
  if (isEmpty) throw new Error('it does not begin as one');
  stream.push(new Uint8Array(0), true);
  yield* take();
}
