/** Host functions for hashes and signatures. */
import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { keccak_256, keccak_512 } from '@noble/hashes/sha3.js';
import { verifyEd25519 } from '../../keys.js';
import { hostCosts as cost } from '../../protocol/parameters.js';
import { HostError } from '../vm-error.js';
import { host, type HostFunction, type HostTable } from './host-function.js';

type Hash = (bytes: Uint8Array) => Uint8Array;

function hashing(base: number, gas: (bytes: number) => number, hash: Hash): HostFunction {
  return host('jjj>', (call, length, pointer, register) => {
    call.gas.burn(base);
    const bytes = call.guest.read(length!, pointer!);
    call.gas.burn(gas(bytes.length));
    call.guest.setRegister(register!, hash(bytes));
  });
}

export const cryptoFunctions: HostTable = {
  sha256: hashing(
    cost.sha256Base,
    (bytes) => cost.sha256Byte * bytes,
    (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
  ),
  keccak256: hashing(cost.keccak256Base, (bytes) => cost.keccak256Byte * bytes, keccak_256),
  keccak512: hashing(cost.keccak512Base, (bytes) => cost.keccak512Byte * bytes, keccak_512),
  ripemd160: hashing(
    cost.ripemd160Base,
    (bytes) => cost.ripemd160Block * (Math.floor((bytes + 8) / 64) + 1),
    ripemd160,
  ),
  ecrecover: host(
    'jjjjjjj>j',
    (call, hashLength, hashAt, signatureLength, signatureAt, v, malleability, register) => {
      call.gas.burn(cost.ecrecoverBase);
      const signature = call.guest.read(signatureLength!, signatureAt!);
      requireLength('signature', signature, 64);
      const recovery = BigInt.asUintN(64, v!);
      if (recovery > 3n) {
        refuseRecovery(`V recovery byte 0 through 3 are valid but was provided ${recovery}`);
      }
      const hash = call.guest.read(hashLength!, hashAt!);
      requireLength('hash', hash, 32);
      const flag = BigInt.asUintN(64, malleability!);
      if (flag > 1n) refuseRecovery(`Malleability flag needs to be 0 or 1, but is instead ${flag}`);
      const publicKey = recover(hash, signature, Number(recovery), flag === 1n);
      if (!publicKey) return 0n;
      call.guest.setRegister(register!, publicKey);
      return 1n;
    },
  ),
  ed25519_verify: host('jjjjjj>j', (call, sigLength, sigAt, msgLength, msgAt, keyLength, keyAt) => {
    call.gas.burn(cost.ed25519VerifyBase);
    const signature = call.guest.read(sigLength!, sigAt!);
    if (signature.length !== 64) ed25519Refuses('invalid signature length');
    // Before anything else is read: no number of the group has these bits.
    if (signature[63]! & 0b1110_0000) return 0n;
    const message = call.guest.read(msgLength!, msgAt!);
    call.gas.burn(cost.ed25519VerifyByte * message.length);
    const publicKey = call.guest.read(keyLength!, keyAt!);
    if (publicKey.length !== 32) ed25519Refuses('invalid public key length');
    return verifyEd25519(signature, message, publicKey) ? 1n : 0n;
  }),
};

/** The 64 bytes of the key that signed, or null where none did. `strict`: s in the lower half. */
function recover(
  hash: Uint8Array,
  signature: Uint8Array,
  recovery: number,
  strict: boolean,
): Uint8Array | null {
  try {
    const parsed = secp256k1.Signature.fromBytes(signature, 'compact');
    if (strict && parsed.hasHighS()) return null;
    const point = parsed.addRecoveryBit(recovery).recoverPublicKey(hash);
    return point.toBytes(false).slice(1);
  } catch {
    return null;
  }
}

/** In the protocol's words, also where there are too few. */
function requireLength(what: string, { length }: Uint8Array, bytes: number): void {
  if (length === bytes) return;
  refuseRecovery(`The length of the ${what}: ${length}, exceeds the limit of ${bytes} bytes`);
}

function refuseRecovery(message: string): never {
  throw new HostError({ ECRecoverError: { msg: message } });
}

function ed25519Refuses(message: string): never {
  throw new HostError({ Ed25519VerifyInvalidInput: { msg: message } });
}
