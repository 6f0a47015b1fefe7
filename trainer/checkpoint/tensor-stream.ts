/**
 * safetensors files that do not fit into memory: the header is read, the tensors go by in pieces
 * through one buffer. The same strict header as everywhere; a file that ends early or goes on is
 * refused before the first piece.
 *
 * Law: the pieces of each tensor, joined, are what `decodeSafetensors` gives, for any size of piece.
 */
import { HEADER_BYTES_MAX } from './limits.js';
import {
  decodeHeader,
  encodeHeader,
  headerLengthOf,
  LENGTH_BYTES,
  refused,
  sizeOf,
  type TensorHeader,
  type TensorInfo,
  type TensorPlace,
} from './safetensors-header.js';

/** Bytes that can be read anywhere: a file, a blob, memory. */
export interface ByteSource {
  readonly size: number;
  /** Fills `into` with the bytes from `at` on; short reads are the source's to repeat. */
  read(at: number, into: Uint8Array): Promise<void>;
}

/** Takes bytes in order; whoever writes may use its buffer again when the promise is kept. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** Of a piece; a multiple of every dtype's size, so that no element is cut. */
const pieceBytes = 4 << 20;

export interface OpenTensors extends TensorHeader {
  /** The bytes of a tensor in order. A piece is good until the next one is asked for. */
  pieces(place: TensorPlace): AsyncGenerator<Uint8Array>;
}

/** Error: `BAD_SAFETENSORS`, and those of the source. */
export async function openTensors(
  source: ByteSource,
  options: { readonly pieceBytes?: number; readonly headerBytesMax?: number } = {},
): Promise<OpenTensors> {
  const { headerBytesMax = HEADER_BYTES_MAX } = options;
  const { size } = source;
  const first = new Uint8Array(Math.min(LENGTH_BYTES, size));
  await source.read(0, first);
  const length = headerLengthOf(first, { fileBytes: size, headerBytesMax });
  const json = new Uint8Array(length);
  await source.read(LENGTH_BYTES, json);
  const start = LENGTH_BYTES + length;
  const header = decodeHeader(json, size - start);
  const most = options.pieceBytes ?? pieceBytes;
  return {
    ...header,
    async *pieces({ begin, end }) {
      const buffer = new Uint8Array(Math.min(most, end - begin));
      for (let at = begin; at < end; at += most) {
        const piece = buffer.subarray(0, Math.min(most, end - at));
        await source.read(start + at, piece);
        yield piece;
      }
    },
  };
}

/**
 * Writes one file. `pieces` gives a tensor's bytes in order; whatever their number, they have to be
 * as many as its shape needs. Error: `BAD_SAFETENSORS`, and those of sink and pieces.
 */
export async function writeTensors<T extends TensorInfo>(
  sink: ByteSink,
  file: { readonly tensors: readonly T[]; readonly metadata: ReadonlyMap<string, string> },
  pieces: (tensor: T) => AsyncIterable<Uint8Array>,
): Promise<void> {
  await sink.write(encodeHeader(file));
  for (const tensor of file.tensors) {
    const wanted = sizeOf(tensor);
    let written = 0;
    for await (const piece of pieces(tensor)) {
      written += piece.length;
      if (written > wanted) break;
      await sink.write(piece);
    }
    if (written !== wanted) throw refused(`${tensor.name} came with other than ${wanted} bytes`);
  }
}

/** Bytes in memory as a source. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (at, into) => {
      if (at + into.length > bytes.length) throw refused(`it ends before byte ${at + into.length}`);
      into.set(bytes.subarray(at, at + into.length));
    },
  };
}
