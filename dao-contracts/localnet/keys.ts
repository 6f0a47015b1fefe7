/**
 * Ed25519 keys of the local chain. Genesis keys derive from the chain's seed and the account's
 * name, so that two runs with one seed have the same accounts, signatures and digests; whoever
 * knows the seed owns the chain, which is why such keys must never be used anywhere else.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { baseDecode, baseEncode } from 'near-api-js';
import { digestBytes } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';

export interface KeyText {
  /** `ed25519:` and base58. */
  publicKey: string;
  /** `ed25519:` and base58 of the seed followed by the public key, as NEAR's tools write it. */
  secretKey: string;
}

/** The key of `accountId` on the local chain that was started with `seed`. */
export function deriveKey(seed: string, accountId: string): KeyText {
  const secret = digestBytes(taggedDigest('cw/localnet/key/1', [seed, accountId]));
  const publicKey = ed25519.getPublicKey(secret);
  return {
    publicKey: `ed25519:${baseEncode(publicKey)}`,
    secretKey: `ed25519:${baseEncode(Buffer.concat([secret, publicKey]))}`,
  };
}

/** The 32 bytes of an ed25519 key's text, or null where it is something else. */
export function publicKeyBytes(text: string): Uint8Array | null {
  if (!text.startsWith('ed25519:') || text.length > 64) return null;
  try {
    const raw = baseDecode(text.slice('ed25519:'.length));
    return raw.length === 32 ? raw : null;
  } catch {
    return null;
  }
}

export function publicKeyText(raw: Uint8Array): string {
  return `ed25519:${baseEncode(raw)}`;
}

const keyObjects = new Map<string, KeyObject>();
const keyObjectsMax = 4096;

/** Whether `signature` over `message` is by the 32-byte `publicKey`; malformed keys say no. */
export function verifyEd25519(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  try {
    return verify(null, message, keyObject(publicKey), signature);
  } catch {
    return false;
  }
}

function keyObject(publicKey: Uint8Array): KeyObject {
  const id = Buffer.from(publicKey).toString('base64url');
  const known = keyObjects.get(id);
  if (known) return known;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: id };
  const created = createPublicKey({ key: jwk, format: 'jwk' });
  if (keyObjects.size >= keyObjectsMax) keyObjects.clear();
  keyObjects.set(id, created);
  return created;
}
