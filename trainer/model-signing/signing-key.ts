/**
 * Elliptic-curve keys of the key method: NIST P-256, P-384 and P-521, each with the SHA-2 of its
 * size. A key is named by the SHA-256 of its public half as PEM text.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { SigningRefusal } from './refusal.js';

const hashes: Readonly<Record<string, string>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

export class SigningKey {
  private constructor(
    private readonly key: KeyObject,
    private readonly hash: string,
  ) {}

  /** A private key, PKCS #8 or SEC 1. Error: `BAD_KEY`. */
  static fromPem(pem: string): SigningKey {
    const key = attempt(() => createPrivateKey(pem), 'it is not an unencrypted private key in PEM');
    return new SigningKey(key, hashOf(key));
  }

  sign(bytes: Uint8Array): Uint8Array {
    return sign(this.hash, bytes, this.key);
  }

  get publicKey(): VerifyingKey {
    return VerifyingKey.of(createPublicKey(this.key));
  }
}

export class VerifyingKey {
  private constructor(
    private readonly key: KeyObject,
    private readonly hash: string,
  ) {}

  static of(key: KeyObject): VerifyingKey {
    return new VerifyingKey(key, hashOf(key));
  }

  /** A public key; a private one is refused, for it does not belong where models are verified. */
  static fromPem(pem: string): VerifyingKey {
    if (/PRIVATE KEY/.test(pem)) throw bad('it is a private key; verify with the public one');
    const key = attempt(() => createPublicKey(pem), 'it is not a public key in PEM');
    return VerifyingKey.of(key);
  }

  verify(bytes: Uint8Array, signature: Uint8Array): boolean {
    return verify(this.hash, bytes, this.key, signature);
  }

  get pem(): string {
    return this.key.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** 64 hexadecimal digits. */
  get hint(): string {
    return createHash('sha256').update(this.pem).digest('hex');
  }
}

/** A new P-256 key as PEM texts. */
export function createSigningKey(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function hashOf(key: KeyObject): string {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'unknown';
  const hash = hashes[curve];
  if (hash !== undefined) return hash;
  throw bad(`it is on ${curve}; the format knows P-256, P-384 and P-521 only`);
}

function attempt<T>(make: () => T, facts: string): T {
  try {
    return make();
  } catch {
    throw bad(facts);
  }
}

function bad(facts: string): SigningRefusal {
  return new SigningRefusal('BAD_KEY', `${facts}; "commonweights oms key" makes one that fits`);
}
