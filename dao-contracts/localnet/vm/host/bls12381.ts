/**
 * Host functions of the curve BLS12-381 (NEP-488), by which many chains sign. The curve is an audited
 * package; what is here is the encoding of points, big-endian with flags in the first byte, and what is
 * refused: with 1, not with an error, except where the length is wrong. Sums and decompressed points may
 * lie outside of the group; points whose x is zero are refused everywhere.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { hostCosts as cost } from '../../protocol/parameters.js';
import type { Call } from '../call.js';
import { HostError } from '../vm-error.js';
import { host, type HostFunction, type HostTable } from './host-function.js';

const { Fp, Fp2, Fr, Fp12 } = bls12_381.fields;
const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
type Point1 = InstanceType<typeof G1>;
type Point2 = InstanceType<typeof G2>;
type Pair = ReturnType<typeof Fp2.create>;

const scalarBytes = 32;
const fieldBytes = 48;
const compressedFlag = 0x80;
const infinityFlag = 0x40;
const largerFlag = 0x20;
const half = (Fp.ORDER - 1n) / 2n;

/** A group, its field, and how both are written. */
interface Group<P, F> {
  readonly bytes: number;
  readonly readField: (bytes: Uint8Array) => F;
  readonly field: { sqr(x: F): F; mul(x: F, y: F): F; add(x: F, y: F): F; neg(x: F): F };
  readonly sqrt: (square: F) => F;
  readonly b: F;
  readonly is0: (x: F) => boolean;
  readonly equal: (x: F, y: F) => boolean;
  /** Of the two roots, whether it is the one that counts as larger. */
  readonly isLarger: (y: F) => boolean;
  readonly writeField: (x: F) => Uint8Array;
  readonly fromAffine: (point: { x: F; y: F }) => P;
  readonly zero: P;
}

/** The input holds something that is no point: the function gives 1. */
class Refused extends Error {}

const first: Group<Point1, bigint> = {
  bytes: fieldBytes,
  readField: readFp,
  field: Fp,
  sqrt: (square) => Fp.sqrt(square),
  b: 4n,
  is0: (x) => x === 0n,
  equal: (x, y) => x === y,
  isLarger: (y) => y > half,
  writeField: writeFp,
  fromAffine: (point) => G1.fromAffine(point),
  zero: G1.ZERO,
};

const second: Group<Point2, Pair> = {
  bytes: 2 * fieldBytes,
  readField: (bytes) =>
    Fp2.create({
      c1: readFp(bytes.subarray(0, fieldBytes)),
      c0: readFp(bytes.subarray(fieldBytes)),
    }),
  field: Fp2,
  sqrt: (square) => Fp2.sqrt(square),
  b: Fp2.create({ c0: 4n, c1: 4n }),
  is0: (x) => Fp2.is0(x),
  equal: (x, y) => Fp2.eql(x, y),
  isLarger: ({ c0, c1 }) => (c1 === 0n ? c0 > half : c1 > half),
  writeField: ({ c0, c1 }) => Buffer.concat([writeFp(c1), writeFp(c0)]),
  fromAffine: (point) => G2.fromAffine(point),
  zero: G2.ZERO,
};

interface Summable<P> {
  add(other: P): P;
  negate(): P;
  multiplyUnsafe(scalar: bigint): P;
  isTorsionFree(): boolean;
  is0(): boolean;
}

export const bls12381Functions: HostTable = {
  bls12381_p1_sum: over('p1_sum', cost.bls12381P1Sum, 1 + 96, sumOf(first, writeG1)),
  bls12381_p2_sum: over('p2_sum', cost.bls12381P2Sum, 1 + 192, sumOf(second, writeG2)),
  bls12381_g1_multiexp: over('p1_multiexp', cost.bls12381G1Multiexp, 128, multiexp(first, writeG1)),
  bls12381_g2_multiexp: over(
    'p2_multiexp',
    cost.bls12381G2Multiexp,
    224,
    multiexp(second, writeG2),
  ),
  bls12381_map_fp_to_g1: over('map_fp_to_g1', cost.bls12381MapFpToG1, fieldBytes, (items) =>
    Buffer.concat(items.map((u) => writeG1(mapToG1(readFp(u))))),
  ),
  bls12381_map_fp2_to_g2: over('map_fp2_to_g2', cost.bls12381MapFp2ToG2, 2 * fieldBytes, (items) =>
    Buffer.concat(
      items.map((u) => {
        const { c0, c1 } = second.readField(u);
        return writeG2(mapToG2([c0, c1]));
      }),
    ),
  ),
  bls12381_p1_decompress: over('p1_decompress', cost.bls12381P1Decompress, fieldBytes, (items) =>
    Buffer.concat(items.map((bytes) => writeG1(decompress(first, bytes)))),
  ),
  bls12381_p2_decompress: over(
    'p2_decompress',
    cost.bls12381P2Decompress,
    2 * fieldBytes,
    (items) => Buffer.concat(items.map((bytes) => writeG2(decompress(second, bytes)))),
  ),
  bls12381_pairing_check: host('jj>j', (call, length, pointer) => {
    const items = split(call, 'pairing_check', cost.bls12381Pairing, 96 + 192, length!, pointer!);
    try {
      const pairs = items.map((bytes) => ({
        g1: inGroup(readPoint(first, bytes.subarray(0, 96))),
        g2: inGroup(readPoint(second, bytes.subarray(96))),
      }));
      // Infinity paired with anything is one.
      const finite = pairs.filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
      const isOne = finite.length === 0 || Fp12.eql(bls12_381.pairingBatch(finite), Fp12.ONE);
      return isOne ? 0n : 2n;
    } catch (error) {
      if (error instanceof Refused) return 1n;
      throw error;
    }
  }),
};

type Costs = readonly [base: number, element: number];

/** Puts what `compute` gives into the register and gives 0; 1 where it refuses an item. */
function over(
  name: string,
  costs: Costs,
  itemBytes: number,
  compute: (items: readonly Uint8Array[]) => Uint8Array,
): HostFunction {
  return host('jjj>j', (call, length, pointer, register) => {
    const items = split(call, name, costs, itemBytes, length!, pointer!);
    let result: Uint8Array;
    try {
      result = compute(items);
    } catch (error) {
      if (error instanceof Refused) return 1n;
      throw error;
    }
    call.guest.setRegister(register!, new Uint8Array(result));
    return 0n;
  });
}

function split(
  call: Call,
  name: string,
  [base, element]: Costs,
  itemBytes: number,
  length: bigint,
  pointer: bigint,
): Uint8Array[] {
  call.gas.burn(base);
  const bytes = call.guest.read(length, pointer);
  call.gas.burn(element * Math.floor(bytes.length / itemBytes));
  if (bytes.length % itemBytes !== 0) {
    const msg = `Incorrect input length for bls12381_${name}: ${bytes.length} is not divisible by ${itemBytes}`;
    throw new HostError({ BLS12381InvalidInput: { msg } });
  }
  return Array.from({ length: bytes.length / itemBytes }, (_, i) =>
    bytes.subarray(i * itemBytes, (i + 1) * itemBytes),
  );
}

/** Each item is a sign, 1 for the opposite of the point, and a point. */
function sumOf<P extends Summable<P>, F>(group: Group<P, F>, write: (point: P) => Uint8Array) {
  return (items: readonly Uint8Array[]): Uint8Array =>
    write(
      items.reduce((sum, bytes) => {
        const point = readPoint(group, bytes.subarray(1));
        if (bytes[0]! > 1) throw new Refused();
        return sum.add(bytes[0] ? point.negate() : point);
      }, group.zero),
    );
}

/** Each item is a point of the group and a little-endian number. */
function multiexp<P extends Summable<P>, F>(group: Group<P, F>, write: (point: P) => Uint8Array) {
  return (items: readonly Uint8Array[]): Uint8Array =>
    write(
      items.reduce((sum, bytes) => {
        const at = bytes.length - scalarBytes;
        const point = inGroup(readPoint(group, bytes.subarray(0, at)));
        const scalar = numberOf(bytes.subarray(at).slice().reverse()) % Fr.ORDER;
        return sum.add(point.multiplyUnsafe(scalar));
      }, group.zero),
    );
}

function inGroup<P extends Summable<P>>(point: P): P {
  if (point.isTorsionFree()) return point;
  throw new Refused();
}

/** A point of the curve, not compressed. */
function readPoint<P, F>(group: Group<P, F>, bytes: Uint8Array): P {
  const flags = bytes[0]! & 0xe0;
  if (flags === infinityFlag) return readInfinity(group, bytes);
  if (flags !== 0) throw new Refused();
  const x = group.readField(bytes.subarray(0, group.bytes));
  const y = group.readField(bytes.subarray(group.bytes));
  if (!group.equal(group.field.sqr(y), squareOfY(group, x))) throw new Refused();
  return pointAt(group, x, y);
}

function decompress<P, F>(group: Group<P, F>, bytes: Uint8Array): P {
  const flags = bytes[0]! & 0xe0;
  if (!(flags & compressedFlag)) throw new Refused();
  const rest = bytes.slice();
  rest[0]! &= 0x1f;
  if (flags & infinityFlag) {
    if (flags & largerFlag) throw new Refused();
    return readInfinity(group, rest);
  }
  const x = group.readField(rest);
  const y = rootOf(group, squareOfY(group, x));
  const isLarger = (flags & largerFlag) !== 0;
  return pointAt(group, x, group.isLarger(y) === isLarger ? y : group.field.neg(y));
}

function readInfinity<P, F>(group: Group<P, F>, bytes: Uint8Array): P {
  const isZero = (bytes[0]! & 0x1f) === 0 && bytes.subarray(1).every((byte) => byte === 0);
  if (isZero) return group.zero;
  throw new Refused();
}

function pointAt<P, F>(group: Group<P, F>, x: F, y: F): P {
  if (group.is0(x)) throw new Refused();
  return group.fromAffine({ x, y });
}

function squareOfY<P, F>({ field, b }: Group<P, F>, x: F): F {
  return field.add(field.mul(field.sqr(x), x), b);
}

function rootOf<P, F>(group: Group<P, F>, square: F): F {
  try {
    return group.sqrt(square);
  } catch {
    throw new Refused();
  }
}

function writeG1(point: Point1): Uint8Array {
  return write(first, point.is0() ? null : point.toAffine());
}

function writeG2(point: Point2): Uint8Array {
  return write(second, point.is0() ? null : point.toAffine());
}

function write<P, F>(group: Group<P, F>, point: { x: F; y: F } | null): Uint8Array {
  if (point) return Buffer.concat([group.writeField(point.x), group.writeField(point.y)]);
  const infinity = new Uint8Array(2 * group.bytes);
  infinity[0] = infinityFlag;
  return infinity;
}

/** Of one number, where the package's types say a list; they give points. */
const mapToG1 = bls12_381.G1.mapToCurve as unknown as (u: bigint) => Point1;
const mapToG2 = bls12_381.G2.mapToCurve as unknown as (u: bigint[]) => Point2;

function readFp(bytes: Uint8Array): bigint {
  const value = numberOf(bytes);
  if (value < Fp.ORDER) return value;
  throw new Refused();
}

function writeFp(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * fieldBytes, '0'), 'hex');
}

/** Big-endian. */
function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
