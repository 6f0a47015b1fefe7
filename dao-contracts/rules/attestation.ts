/**
 * Signed statements about a digest. A NEAR account makes one by calling; an Ethereum wallet signs
 * typed data (EIP-712) that anybody may bring to the contract. The message names the contract and
 * carries a nonce and a deadline, so that it counts once, here, and not for ever.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { digest, integer, nullable, oneOf, record, type Decoder } from './decoding.js';
import { refuse } from './errors.js';
import type { Utf8 } from './opening.js';

export type Purpose = 'endorses' | 'evaluates' | 'reproduces' | 'disputes';

export interface Statement {
  subject: Digest;
  purpose: Purpose;
  /** Digest of what backs the statement, e.g. an evaluation's results. */
  evidence: Digest | null;
}

export interface SignedStatement extends Statement {
  /** Who is said to have signed: what was signed for another contract gives another address. */
  by: string;
  /** Greater than that of every statement of this wallet before. */
  nonce: number;
  deadlineMs: number;
  /** `0x` and 65 bytes in hex: r, s, v. */
  signature: string;
}

export interface AttestationView extends Statement {
  /** A NEAR account, or `0x…` for an Ethereum address. */
  by: string;
  atMs: number;
}

const statement = {
  subject: digest,
  purpose: oneOf<Purpose>('endorses', 'evaluates', 'reproduces', 'disputes'),
  evidence: nullable(digest),
};

const signatureText: Decoder<string> = (value, field) =>
  typeof value === 'string' && /^0x[0-9a-f]{130}$/.test(value)
    ? value
    : refuse('BAD_ARGUMENT', `${field} must be "0x" and 130 lower-case hex digits`);

const address: Decoder<string> = (value, field) =>
  typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value)
    ? value
    : refuse('BAD_ARGUMENT', `${field} must be "0x" and 40 lower-case hex digits`);

export const decodeStatement: Decoder<Statement> = record<Statement>(statement);

export const decodeSignedStatement: Decoder<SignedStatement> = record<SignedStatement>({
  ...statement,
  by: address,
  nonce: integer(1, Number.MAX_SAFE_INTEGER),
  deadlineMs: integer(0, Number.MAX_SAFE_INTEGER),
  signature: signatureText,
});

/** What a wallet is asked to sign; `ethers` and browser wallets take these two as they are. */
export const typedData = {
  domain: { name: 'Commonweights', version: '1' },
  types: {
    Attestation: [
      { name: 'contract', type: 'string' },
      { name: 'purpose', type: 'string' },
      { name: 'subject', type: 'string' },
      { name: 'evidence', type: 'string' },
      { name: 'nonce', type: 'uint256' },
      { name: 'deadlineMs', type: 'uint256' },
    ],
  },
};

export interface EthereumHost {
  keccak256: (bytes: Uint8Array) => Uint8Array;
  utf8: Utf8;
  /** 64-byte public key, or null; refuses signatures with a high s. */
  recover: (hash: Uint8Array, signature: Uint8Array, v: 0 | 1) => Uint8Array | null;
}

/**
 * Address that signed, in lower case. Every signature is somebody's for every message; only the
 * address it was brought in the name of tells whether it is for this one. Errors: `BAD_SIGNATURE`.
 */
export function signerOf(it: SignedStatement, contract: string, host: EthereumHost): string {
  const signature = bytesOfHex(it.signature.slice(2));
  const v = signature[64]! - 27;
  if (v !== 0 && v !== 1) {
    return refuse('BAD_SIGNATURE', 'the last byte of the signature must be 27 or 28');
  }
  const key = host.recover(typedDataHash(it, contract, host), signature.slice(0, 64), v);
  if (!key) return refuse('BAD_SIGNATURE', 'no key made this signature; sign the typed data again');
  const signer = `0x${hexOfBytes(host.keccak256(key).slice(12))}`;
  if (signer !== it.by) {
    refuse(
      'BAD_SIGNATURE',
      `${it.by} did not sign this for ${contract}; sign the typed data again`,
    );
  }
  return signer;
}

/** EIP-712: keccak256(0x1901 ‖ domain ‖ message). */
export function typedDataHash(
  it: SignedStatement,
  contract: string,
  host: EthereumHost,
): Uint8Array {
  const { keccak256, utf8 } = host;
  const text = (value: string) => keccak256(utf8(value));
  const { name, version } = typedData.domain;
  const fields = typedData.types.Attestation.map((one) => `${one.type} ${one.name}`).join(',');
  const domain = keccak256(
    concat([text('EIP712Domain(string name,string version)'), text(name), text(version)]),
  );
  const message = keccak256(
    concat([
      text(`Attestation(${fields})`),
      text(contract),
      text(it.purpose),
      text(it.subject),
      text(it.evidence ?? ''),
      uint256(it.nonce),
      uint256(it.deadlineMs),
    ]),
  );
  return keccak256(concat([Uint8Array.of(0x19, 0x01), domain, message]));
}

function uint256(value: number): Uint8Array {
  return bytesOfHex(BigInt(value).toString(16).padStart(64, '0'));
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

function hexOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
