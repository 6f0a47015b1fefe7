/** Half-precision numbers as float32, which holds all of them exactly. */
import { refused, type TensorInfo } from './safetensors-header.js';

/**
 * `bytes` of an F32, BF16 or F16 tensor into `floats`; how many there were. Little-endian, of any
 * alignment. Error: `BAD_SAFETENSORS` for another dtype.
 */
export function widen(
  { name, dtype }: Pick<TensorInfo, 'name' | 'dtype'>,
  bytes: Uint8Array,
  floats: Float32Array,
): number {
  if (dtype === 'F32') {
    new Uint8Array(floats.buffer, floats.byteOffset, bytes.length).set(bytes);
    return bytes.length / 4;
  }
  if (dtype !== 'BF16' && dtype !== 'F16') {
    throw refused(`${name} is ${dtype}, not F32, BF16 or F16`);
  }
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const count = bytes.length / 2;
  const from = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  if (dtype === 'BF16') {
    const bits = new Uint32Array(floats.buffer, floats.byteOffset, count);
    for (let i = 0; i < count; i++) bits[i] = from[i]! << 16;
    return count;
  }
  halves ??= widenAllHalves();
  for (let i = 0; i < count; i++) floats[i] = halves[from[i]!]!;
  return count;
}

/** Every float16 by its bits: 256 KiB, made when first needed. */
let halves: Float32Array | undefined;

function widenAllHalves(): Float32Array {
  return Float32Array.from({ length: 65_536 }, (_, bits) => widenHalf(bits));
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
