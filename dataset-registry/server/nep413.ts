/**
 * NEP-413: how a NEAR wallet signs a message that is not a transaction. The signature covers
 * sha256(u32 2147484061 ‖ borsh{ message, nonce[32], recipient, callbackUrl? }); the tag is above
 * any transaction's first field, so that a signed message can never be replayed as a transaction.
 * Whether the key belongs to the account is a question for the chain, not for this file.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { base58 } from '@scure/base';
import { sha256 } from '../digest/digest.js';

export interface Nep413Message {
  message: string;
  /** 32 bytes. */
  nonce: Uint8Array;
  recipient: string;
  callbackUrl?: string;
}

/** 2^31 + 413. */
const messageTag = 2147484061;

/** The 32 bytes that the key signs. */
export function hashNep413(signed: Nep413Message): Uint8Array {
  if (signed.nonce.length !== 32) {
    throw new Error(`BAD_NONCE: ${signed.nonce.length} bytes; NEP-413 wants 32`);
  }
  const callback = signed.callbackUrl;
  const parts = [
    encodeU32(messageTag),
    encodeString(signed.message),
    signed.nonce,
    encodeString(signed.recipient),
    callback === undefined ? Uint8Array.of(0) : Uint8Array.from([1, ...encodeString(callback)]),
  ];
  return sha256(Uint8Array.from(parts.flatMap((part) => [...part])));
}

/** Whether `signature` is the key's over the message. Never throws. */
export function verifyNep413(
  signed: Nep413Message,
  by: { publicKey: string; signature: Uint8Array },
): boolean {
  try {
    const key = parseEd25519Key(by.publicKey, 32);
    // Strict (RFC 8032) rules: no small-order keys, so that one signature has one meaning.
    return ed25519.verify(by.signature, hashNep413(signed), key, { zip215: false });
  } catch {
    return false;
  }
}

/** Signs with a NEAR secret key (`ed25519:<base58 of 64 bytes, seed first>`). */
export function signNep413(
  signed: Nep413Message,
  secretKey: string,
): { publicKey: string; signature: Uint8Array } {
  const seed = parseEd25519Key(secretKey, 64).subarray(0, 32);
  return {
    publicKey: `ed25519:${base58.encode(ed25519.getPublicKey(seed))}`,
    signature: ed25519.sign(hashNep413(signed), seed),
  };
}

function parseEd25519Key(text: string, bytes: number): Uint8Array {
  const match = /^ed25519:([1-9A-HJ-NP-Za-km-z]{32,90})$/.exec(text);
  const raw = match ? base58.decode(match[1]!) : new Uint8Array(0);
  if (raw.length !== bytes) throw new Error('BAD_KEY: write ed25519:<base58>');
  return raw;
}

function encodeU32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function encodeString(text: string): Uint8Array {
  const utf8 = new TextEncoder().encode(text);
  return Uint8Array.from([...encodeU32(utf8.length), ...utf8]);
}
