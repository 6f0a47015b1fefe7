/**
 * A `.zst` file unpacked piece by piece (RFC 8878), in JavaScript on every Node, since only some have it built
 * in. What its head asks for is looked at first, and a piece that unpacks to far more than a text would is a
 * bomb. Checksums of frames are not checked: what comes out is named by its own digest anyway.
 */
import { Decompress } from 'fzstd';
import { zstdLimits } from './limits.js';

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
  let head: Uint8Array | null = new Uint8Array(0);
  for await (const large of packed) {
    for (let at = 0; at < large.length; at += pieceBytes) {
      let piece = large.slice(at, at + pieceBytes);
      if (head) {
        piece = Buffer.concat([head, piece]);
        head = piece.length < headBytes ? piece : null;
        if (head) continue;
        checkHead(piece);
      }
      stream.push(piece, false);
      yield* take();
    }
  }
  if (head) checkHead(head);
  stream.push(head ?? new Uint8Array(0), true);
  yield* take();
}

/** A frame's header at its longest. */
const headBytes = 18;
const frameMagic = 0xfd2fb528;

function checkHead(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== frameMagic) {
    // Skippable frames begin otherwise; no tool writes one before a text.
    throw new Error('it does not begin as one');
  }
  const windowBytes = windowOf(bytes);
  if (windowBytes > zstdLimits.windowBytesMax) {
    throw new Error(
      `it needs a window of ${windowBytes} bytes, at most ${zstdLimits.windowBytesMax} are held`,
    );
  }
}

/** RFC 8878, 3.1.1.1: what an unpacker has to hold at once. */
function windowOf(bytes: Uint8Array): number {
  const descriptor = bytes[4]!;
  if ((descriptor & 0x20) === 0) {
    const window = bytes[5]!;
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  // One segment: its content, whose size follows on the dictionary's number.
  const from = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const length = 1 << (descriptor >> 6);
  let size = length === 2 ? 256 : 0;
  for (let i = 0; i < length; i++) size += (bytes[from + i] ?? 0) * 256 ** i;
  return size;
}
