/**
 * The safetensors format: u64 header length, JSON header, tensors back to back. Written here so
 * that the same tensors give the same bytes everywhere (a state root is a digest of such a file):
 * metadata first, tensors in the order given, header padded with spaces to a multiple of 8.
 *
 * Reading is strict, because files come from strangers (safetensors-header.ts). What does not fit into
 * memory is read and written by tensor-stream.ts.
 * Laws: `decodeSafetensors(encodeSafetensors(f))` equals f; hostile bytes are refused by name.
 */
import {
  decodeHeader,
  encodeHeader,
  headerLengthOf,
  LENGTH_BYTES,
  refused,
  sizeOf,
  type TensorInfo,
} from './safetensors-header.js';
import { HEADER_BYTES_MAX } from './limits.js';
import { widen } from './widen.js';

export type { Dtype } from './safetensors-header.js';

export interface Tensor extends TensorInfo {
  readonly bytes: Uint8Array;
}

export interface TensorFile {
  /** In the order of their bytes. */
  readonly tensors: readonly Tensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

export function encodeSafetensors(file: TensorFile): Uint8Array {
  const header = encodeHeader(file);
  const size = file.tensors.reduce((sum, tensor) => sum + tensor.bytes.length, header.length);
  const bytes = new Uint8Array(size);
  bytes.set(header);
  let at = header.length;
  for (const tensor of file.tensors) {
    if (tensor.bytes.length !== sizeOf(tensor)) {
      throw refused(`${tensor.name} has ${tensor.bytes.length} bytes, not ${sizeOf(tensor)}`);
    }
    bytes.set(tensor.bytes, at);
    at += tensor.bytes.length;
  }
  return bytes;
}

/**
 * Views into `bytes`, nothing copied. Error: `BAD_SAFETENSORS`. `headerBytesMax` lowers the
 * format's bound for readers who know how large the header can be.
 */
export function decodeSafetensors(
  file: Uint8Array,
  { headerBytesMax = HEADER_BYTES_MAX } = {},
): TensorFile {
  // Node's Buffer is a Uint8Array whose slice() copies nothing; views of it would mislead readers.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const length = headerLengthOf(bytes, { fileBytes: bytes.length, headerBytesMax });
  const data = bytes.subarray(LENGTH_BYTES + length);
  const { places, metadata } = decodeHeader(
    bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length),
    data.length,
  );
  const tensors = places.map(({ name, dtype, shape, begin, end }) => ({
    name,
    dtype,
    shape,
    bytes: data.subarray(begin, end),
  }));
  return { tensors, metadata };
}

/** The elements of an F32 tensor, as a copy that does not depend on alignment. */
export function floatsOf(tensor: Tensor): Float32Array {
  if (tensor.dtype !== 'F32') throw refused(`${tensor.name} is ${tensor.dtype}, not F32`);
  return new Float32Array(tensor.bytes.slice().buffer);
}

/** The elements of an F32, BF16 or F16 tensor as float32, which holds all of them exactly. */
export function widenedFloatsOf(tensor: Tensor): Float32Array {
  const floats = new Float32Array(tensor.shape.reduce((product, size) => product * size, 1));
  widen(tensor, tensor.bytes, floats);
  return floats;
}

export function bytesOfFloats(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
