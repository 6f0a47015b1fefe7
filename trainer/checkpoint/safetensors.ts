/**
 * The safetensors format: u64 header length, JSON header, tensors back to back. Written here so
 * that the same tensors give the same bytes everywhere (a state root is a digest of such a file):
 * metadata first, tensors in the order given, header padded with spaces to a multiple of 8.
 *
 * Reading is strict, because files come from strangers: bounded header, no duplicate names, no
 * gaps, no overlaps, no bytes left over, every size equal to shape × dtype, known dtypes only.
 * Laws: `decodeSafetensors(encodeSafetensors(f))` equals f; hostile bytes are refused by name.
 */
import { parseHeader, type HeaderObject, type HeaderValue } from './header-json.js';
import { DIMENSIONS_MAX, HEADER_BYTES_MAX, NAME_LENGTH_MAX, TENSORS_MAX } from './limits.js';

/** Bytes of an element. */
const DTYPES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type Dtype = keyof typeof DTYPES;

export interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
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

/** Length field and padded JSON: everything before the first tensor. */
export function encodeHeader(file: {
  tensors: readonly Pick<Tensor, 'name' | 'dtype' | 'shape'>[];
  metadata: ReadonlyMap<string, string>;
}): Uint8Array {
  const members: string[] = [];
  // Joined as text: an object would move names that look like integers to the front.
  const member = (key: string, json: string) => `${JSON.stringify(key)}:${json}`;
  if (file.metadata.size > 0) {
    const texts = [...file.metadata].map(([key, text]) => member(key, JSON.stringify(text)));
    members.push(member('__metadata__', `{${texts.join(',')}}`));
  }
  let at = 0;
  for (const tensor of file.tensors) {
    const end = at + sizeOf(tensor);
    const { dtype, shape } = tensor;
    members.push(member(tensor.name, JSON.stringify({ dtype, shape, data_offsets: [at, end] })));
    at = end;
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
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
  if (bytes.length < 8) throw refused(`${bytes.length} bytes are no safetensors file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(headerBytesMax, bytes.length - 8))) {
    throw refused(`its header claims ${headerLength} bytes`);
  }
  const start = 8 + Number(headerLength);
  const header = readHeader(bytes.subarray(8, start));
  const metadata = readMetadata(header.get('__metadata__'));
  header.delete('__metadata__');
  if (header.size > TENSORS_MAX) throw refused(`it has ${header.size} tensors`);
  const data = bytes.subarray(start);
  const places = [...header].map(([name, entry]) => readPlace(name, entry));
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const place of places) {
    if (place.begin !== at) {
      const why = place.begin < at ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw refused(`${JSON.stringify(place.name)} ${why}`);
    }
    at = place.end;
  }
  if (at !== data.length) throw refused(`its tensors take ${at} bytes of ${data.length}`);
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
  if (tensor.dtype === 'F32') return floatsOf(tensor);
  if (tensor.dtype !== 'BF16' && tensor.dtype !== 'F16') {
    throw refused(`${tensor.name} is ${tensor.dtype}, not F32, BF16 or F16`);
  }
  const halves = new Uint16Array(tensor.bytes.slice().buffer);
  if (tensor.dtype === 'BF16') {
    return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
  }
  return Float32Array.from(halves, widenHalf);
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function widenHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return (sign * fraction) / (1 << 24);
  const value = 1024 + fraction;
  return exponent >= 25
    ? sign * value * (1 << (exponent - 25))
    : (sign * value) / (1 << (25 - exponent));
}

export function bytesOfFloats(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export function refused(facts: string): Error {
  return new Error(`BAD_SAFETENSORS: ${facts}; get the file again or ask who wrote it`);
}

function readHeader(json: Uint8Array): HeaderObject {
  if (json[0] !== 0x7b) throw refused('its header does not begin with "{"');
  try {
    return parseHeader(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json));
  } catch (error) {
    throw refused(`its header is malformed: ${(error as Error).message}`);
  }
}

function readMetadata(value: HeaderValue | undefined): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!(value instanceof Map)) throw refused('its metadata is not an object');
  for (const [key, text] of value) {
    if (typeof text !== 'string') throw refused(`metadata ${JSON.stringify(key)} is not a string`);
    metadata.set(key, text);
  }
  return metadata;
}

function readPlace(name: string, entry: HeaderValue) {
  const quoted = JSON.stringify(name.slice(0, 80));
  if (name.length === 0 || name.length > NAME_LENGTH_MAX) throw refused(`a tensor named ${quoted}`);
  if (!(entry instanceof Map) || entry.size !== 3) throw refused(`${quoted} has other fields`);
  const dtype = entry.get('dtype');
  const shape = entry.get('shape');
  const offsets = entry.get('data_offsets');
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) {
    throw refused(`${quoted} has the unknown dtype ${JSON.stringify(dtype)}`);
  }
  if (!isIntegers(shape) || shape.length > DIMENSIONS_MAX) throw refused(`the shape of ${quoted}`);
  if (!isIntegers(offsets) || offsets.length !== 2) throw refused(`the offsets of ${quoted}`);
  const [begin, end] = offsets as [number, number];
  const place = { name, dtype: dtype as Dtype, shape, begin, end };
  if (end - begin !== sizeOf(place)) {
    throw refused(`${quoted} has ${end - begin} bytes where its shape needs ${sizeOf(place)}`);
  }
  return place;
}

function isIntegers(value: HeaderValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function sizeOf(tensor: Pick<Tensor, 'name' | 'dtype' | 'shape'>): number {
  const size = tensor.shape.reduce((product, n) => product * n, DTYPES[tensor.dtype]);
  if (!Number.isSafeInteger(size)) throw refused(`${JSON.stringify(tensor.name)} is too large`);
  return size;
}
