/**
 * The header of a safetensors file, written in one way and read strictly: bounded, no duplicate names,
 * no gaps, no overlaps, no bytes left over, every size equal to shape × dtype, known dtypes only. Who
 * holds a whole file and who streams it read the same header here.
 */
import { parseHeader, type HeaderObject, type HeaderValue } from './header-json.js';
import { DIMENSIONS_MAX, HEADER_BYTES_MAX, NAME_LENGTH_MAX, TENSORS_MAX } from './limits.js';

/** Bytes of an element. */
export const DTYPES = {
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

/** A tensor without its bytes. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** Where its bytes are, counted from the end of the header. */
export interface TensorPlace extends TensorInfo {
  readonly begin: number;
  readonly end: number;
}

export interface TensorHeader {
  /** In the order of their bytes. */
  readonly places: readonly TensorPlace[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes of the field that says how long the JSON is. */
export const LENGTH_BYTES = 8;

/** Length field and padded JSON: everything before the first tensor. */
export function encodeHeader(file: {
  tensors: readonly TensorInfo[];
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
 * Length of the JSON by the first 8 bytes of a file of `fileBytes`. Error: `BAD_SAFETENSORS`.
 * `headerBytesMax` lowers the format's bound for readers who know how large the header can be.
 */
export function headerLengthOf(
  first: Uint8Array,
  it: { fileBytes: number; headerBytesMax?: number },
): number {
  const { fileBytes, headerBytesMax = HEADER_BYTES_MAX } = it;
  if (fileBytes < LENGTH_BYTES) throw refused(`${fileBytes} bytes are no safetensors file`);
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(headerBytesMax, fileBytes - LENGTH_BYTES))) {
    throw refused(`its header claims ${length} bytes`);
  }
  return Number(length);
}

/** The JSON of a header that `dataBytes` follow. Error: `BAD_SAFETENSORS`. */
export function decodeHeader(json: Uint8Array, dataBytes: number): TensorHeader {
  const header = readHeader(json);
  const metadata = readMetadata(header.get('__metadata__'));
  header.delete('__metadata__');
  if (header.size > TENSORS_MAX) throw refused(`it has ${header.size} tensors`);
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
  if (at !== dataBytes) throw refused(`its tensors take ${at} bytes of ${dataBytes}`);
  return { places, metadata };
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

function readPlace(name: string, entry: HeaderValue): TensorPlace {
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

/** Bytes of a tensor. Error: `BAD_SAFETENSORS`. */
export function sizeOf(tensor: TensorInfo): number {
  const size = tensor.shape.reduce((product, n) => product * n, DTYPES[tensor.dtype]);
  if (!Number.isSafeInteger(size)) throw refused(`${JSON.stringify(tensor.name)} is too large`);
  return size;
}
