/**
 * The chain's only validator: the root account, with its key of genesis, as in NEAR's own sandbox. It
 * approves every block, so that light clients can follow the chain. Its stake is a number only: no
 * tokens are locked, and nobody else can stake.
 */
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { baseDecode } from 'near-api-js';
import {
  endorsementBytes,
  producersHashOf,
  skipBytes,
  type BlockProducer,
} from '../../client/light-client-format.js';
import { deriveKey, publicKeyBytes } from '../keys.js';

/** 50,000 NEAR, as NEAR's sandbox gives it. */
const stakeYocto = 50_000n * 10n ** 24n;

export class Validator {
  readonly publicKey: string;
  readonly producer: BlockProducer;
  /** What contracts are told. */
  readonly stakes: ReadonlyMap<string, bigint>;
  /** Of every epoch the same. */
  readonly producersHash: Uint8Array;
  readonly #key: KeyObject;

  constructor(seed: string, accountId: string) {
    const { publicKey, secretKey } = deriveKey(seed, accountId);
    const raw = publicKeyBytes(publicKey)!;
    const secret = baseDecode(secretKey.slice('ed25519:'.length)).subarray(0, 32);
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: text(raw), d: text(secret) };
    this.#key = createPrivateKey({ key: jwk, format: 'jwk' });
    this.publicKey = publicKey;
    this.producer = { accountId, publicKey: raw, stakeYocto };
    this.stakes = new Map([[accountId, stakeYocto]]);
    this.producersHash = producersHashOf([this.producer]);
  }

  /** The approval of `parent` that the block at `targetHeight` carries. The same each time. */
  approve(parent: { hash: string; height: number }, targetHeight: number): Uint8Array {
    const message =
      parent.height + 1 === targetHeight
        ? endorsementBytes(baseDecode(parent.hash), targetHeight)
        : skipBytes(parent.height, targetHeight);
    return this.sign(message);
  }

  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, this.#key));
  }
}
