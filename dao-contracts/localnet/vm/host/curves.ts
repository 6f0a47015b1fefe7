/**
 * Host functions of the curves alt_bn128, by which Groth16 proofs are verified, and P-256, by which
 * passkeys sign. The curves are audited packages; what is here is how NEAR encodes points: little-endian,
 * the point at infinity as zeros, and what it refuses.
 */
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';
import { hostCosts as cost } from '../../protocol/parameters.js';
import type { Call } from '../call.js';
import { HostError } from '../vm-error.js';
import { host, type HostTable } from './host-function.js';

const { Fp, Fp2, Fr, Fp12 } = bn254.fields;
const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
type Point1 = InstanceType<typeof G1>;
type Point2 = InstanceType<typeof G2>;

const scalarBytes = 32;
const pointBytes = 2 * scalarBytes;
/** Shorter than half of the field, a digest is none. */
const prehashBytesMin = 16;

export const curveFunctions: HostTable = {
  alt_bn128_g1_multiexp: host('jjj>', (call, length, pointer, register) => {
    call.gas.burn(cost.altBn128MultiexpBase);
    const elements = split(call, length!, pointer!, pointBytes + scalarBytes);
    call.gas.burn(cost.altBn128MultiexpElement * elements.length);
    const terms = elements.map((bytes) => ({
      point: decodeG1(bytes.subarray(0, pointBytes)),
      scalar: decodeScalar(bytes.subarray(pointBytes)),
    }));
    const sum = terms.reduce(
      (so, { point, scalar }) => so.add(point.multiplyUnsafe(scalar)),
      G1.ZERO,
    );
    call.guest.setRegister(register!, encodeG1(sum));
  }),
  alt_bn128_g1_sum: host('jjj>', (call, length, pointer, register) => {
    call.gas.burn(cost.altBn128SumBase);
    const elements = split(call, length!, pointer!, 1 + pointBytes);
    call.gas.burn(cost.altBn128SumElement * elements.length);
    const terms = elements.map((bytes) => {
      const sign = bytes[0]!;
      if (sign > 1) refuse('invalid bool', bytes.subarray(0, 1));
      const point = decodeG1(bytes.subarray(1));
      return sign ? point.negate() : point;
    });
    const sum = terms.reduce((so, point) => so.add(point), G1.ZERO);
    call.guest.setRegister(register!, encodeG1(sum));
  }),
  alt_bn128_pairing_check: host('jj>j', (call, length, pointer) => {
    call.gas.burn(cost.altBn128PairingBase);
    const elements = split(call, length!, pointer!, 3 * pointBytes);
    call.gas.burn(cost.altBn128PairingElement * elements.length);
    const pairs = elements.map((bytes) => ({
      g1: decodeG1(bytes.subarray(0, pointBytes)),
      g2: decodeG2(bytes.subarray(pointBytes)),
    }));
    // Infinity paired with anything is one.
    const finite = pairs.filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
    if (finite.length === 0) return 1n;
    return Fp12.eql(bn254.pairingBatch(finite), Fp12.ONE) ? 1n : 0n;
  }),
  p256_verify: host('jjjjjj>j', (call, sigLength, sigAt, msgLength, msgAt, keyLength, keyAt) => {
    call.gas.burn(cost.p256VerifyBase);
    const signature = call.guest.read(sigLength!, sigAt!);
    if (signature.length !== 64) p256Refuses('invalid signature length');
    if (!isSignature(signature)) return 0n;
    const prehash = call.guest.read(msgLength!, msgAt!);
    call.gas.burn(cost.p256VerifyByte * prehash.length);
    const publicKey = call.guest.read(keyLength!, keyAt!);
    if (publicKey.length !== 33) p256Refuses('invalid public key length');
    return isSignedP256(signature, prehash, publicKey) ? 1n : 0n;
  }),
};

function split(call: Call, length: bigint, pointer: bigint, size: number): Uint8Array[] {
  const bytes = call.guest.read(length, pointer);
  if (bytes.length % size !== 0) {
    const msg = `slice of size ${bytes.length} cannot be precisely split into chunks of size ${size}`;
    throw new HostError({ AltBn128InvalidInput: { msg } });
  }
  return Array.from({ length: bytes.length / size }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

function decodeG1(bytes: Uint8Array): Point1 {
  const x = decodeField(bytes.subarray(0, scalarBytes));
  const y = decodeField(bytes.subarray(scalarBytes));
  if (x === 0n && y === 0n) return G1.ZERO;
  try {
    const point = G1.fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch {
    return refuse('invalid g1', bytes);
  }
}

function decodeG2(bytes: Uint8Array): Point2 {
  const [c0, c1, d0, d1] = [0, 1, 2, 3].map((i) =>
    decodeField(bytes.subarray(i * scalarBytes, (i + 1) * scalarBytes)),
  );
  const x = Fp2.create({ c0: c0!, c1: c1! });
  const y = Fp2.create({ c0: d0!, c1: d1! });
  if (Fp2.is0(x) && Fp2.is0(y)) return G2.ZERO;
  try {
    const point = G2.fromAffine({ x, y });
    point.assertValidity();
    // The curve over the larger field has points outside of the group that pairs.
    if (!point.isTorsionFree()) throw new Error('not in the subgroup');
    return point;
  } catch {
    return refuse('invalid g2', bytes);
  }
}

function encodeG1(point: Point1): Uint8Array {
  const bytes = new Uint8Array(pointBytes);
  if (point.is0()) return bytes;
  const { x, y } = point.toAffine();
  bytes.set(littleEndian(x), 0);
  bytes.set(littleEndian(y), scalarBytes);
  return bytes;
}

function decodeField(bytes: Uint8Array): bigint {
  const value = fromLittleEndian(bytes);
  return value < Fp.ORDER ? value : refuse('invalid fq', bytes);
}

function decodeScalar(bytes: Uint8Array): bigint {
  const value = fromLittleEndian(bytes);
  return value < Fr.ORDER ? value : refuse('invalid fr', bytes);
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function littleEndian(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * scalarBytes, '0'), 'hex').reverse();
}

/** Bytes are told as Rust's debugging format has them. */
function refuse(what: string, bytes: Uint8Array): never {
  const told = [...bytes].map((byte) => byte.toString(16).toUpperCase()).join(', ');
  throw new HostError({ AltBn128InvalidInput: { msg: `${what}: [${told}]` } });
}

/** Both of its numbers are within the group's order, and not zero. */
function isSignature(bytes: Uint8Array): boolean {
  try {
    p256.Signature.fromBytes(bytes, 'compact');
    return true;
  } catch {
    return false;
  }
}

/** Either of the two numbers s that sign is taken, as the protocol does. */
function isSignedP256(signature: Uint8Array, prehash: Uint8Array, publicKey: Uint8Array): boolean {
  if (prehash.length < prehashBytesMin) return false;
  try {
    return p256.verify(signature, prehash, publicKey, { prehash: false, lowS: false });
  } catch {
    return false;
  }
}

function p256Refuses(msg: string): never {
  throw new HostError({ P256VerifyInvalidInput: { msg } });
}
