/**
 * Who may do what, until when: the `authorization` header of an upload, and of whatever is not for everybody. It
 * carries a NEP-413 signature over a sentence that a wallet can show, which names the act and an expiry.
 * A stolen header stores the same bytes again for a while, or reads one blob at one registry: what a
 * registry is shown is of no use at another.
 */
import { isDigest, type Digest } from '../digest/digest.js';
import type { BlobAct } from '../store/http-store.js';
import { signNep413, verifyNep413 } from './nep413.js';

export interface UploadTicket {
  accountId: string;
  publicKey: string;
  expiresAtMs: number;
}

/** Tickets are made per upload; an hour covers a large blob on a slow line. */
export const ticketLifeMaxMs = 3_600_000;

const headerBytesMax = 4096;
const scheme = 'NEP413 ';
export const accountPattern = /^(?=.{2,64}$)(([a-z\d]+[-_])*[a-z\d]+\.)*([a-z\d]+[-_])*[a-z\d]+$/;

/** What is signed for. A list of readers is `<its owner>/<name>`. */
export type SignedAct =
  | BlobAct
  /** `digest`: of the list. */
  | {
      readonly method: 'LIST';
      readonly digest: Digest;
      readonly readers: string;
      readonly host: string;
    };

/** The signed sentence. */
export function messageOf(act: SignedAct, expiresAtMs: number): string {
  const whom = 'readers' in act && act.readers !== undefined ? ` for ${act.readers}` : '';
  const where = 'host' in act ? ` at ${act.host}` : '';
  return `commonweights: ${act.method} ${act.digest}${whom}${where} until ${expiresAtMs}`;
}

interface Signer {
  accountId: string;
  secretKey: string;
  recipient: string;
  expiresAtMs: number;
}

/** The header value of an upload to everybody, signed with a secret key at hand. */
export function signUpload({ digest, ...signer }: Signer & { digest: Digest }): string {
  return signAct({ method: 'PUT', digest }, signer);
}

export function signAct(act: SignedAct, signer: Signer): string {
  const { accountId, recipient, expiresAtMs } = signer;
  const message = messageOf(act, expiresAtMs);
  const nonce = globalThis.crypto.getRandomValues(new Uint8Array(32));
  const { publicKey, signature } = signNep413({ message, nonce, recipient }, signer.secretKey);
  return encodeTicket({ accountId, publicKey, signature, nonce, message, recipient });
}

/** The header value from what a wallet's `signMessage` returned. */
export function encodeTicket(ticket: {
  accountId: string;
  publicKey: string;
  signature: Uint8Array;
  nonce: Uint8Array;
  message: string;
  recipient: string;
}): string {
  const json = {
    ...ticket,
    signature: toBase64(ticket.signature),
    nonce: toBase64(ticket.nonce),
  };
  return scheme + toBase64(new TextEncoder().encode(JSON.stringify(json)));
}

/**
 * The account and key behind a header, signature checked, or why it is refused (the end of a
 * sentence). The caller still asks the chain whether the key is the account's.
 */
export function readTicket(
  header: string | undefined,
  act: SignedAct,
  expected: { recipient: string; nowMs: number },
): UploadTicket | { refused: string } {
  if (!header?.startsWith(scheme)) return { refused: 'has no NEP413 authorization header' };
  if (header.length > headerBytesMax) return { refused: 'has an authorization header too long' };
  const fields = parseTicket(header.slice(scheme.length));
  if (!fields) return { refused: 'has an authorization header that is not base64 of the JSON' };
  const { accountId, publicKey, message, recipient } = fields;
  if (!accountPattern.test(accountId)) return { refused: 'names no valid NEAR account' };
  if (recipient !== expected.recipient) {
    return {
      refused: `is signed for recipient ${JSON.stringify(recipient)}, not for this registry`,
    };
  }
  const expiresAtMs = Number(/ until (\d{1,16})$/.exec(message)?.[1] ?? NaN);
  if (!isDigest(act.digest) || message !== messageOf(act, expiresAtMs)) {
    return { refused: `is signed for another ${act.method === 'PUT' ? 'upload' : 'request'}` };
  }
  if (expiresAtMs <= expected.nowMs) return { refused: 'is signed with an expiry that has passed' };
  if (expiresAtMs > expected.nowMs + ticketLifeMaxMs) {
    return { refused: `is signed for longer than ${ticketLifeMaxMs} ms` };
  }
  const nonce = fromBase64(fields.nonce);
  const signature = fromBase64(fields.signature);
  if (nonce?.length !== 32 || signature?.length !== 64) {
    return { refused: 'has a nonce that is not 32 bytes or a signature that is not 64' };
  }
  if (!verifyNep413({ message, nonce, recipient }, { publicKey, signature })) {
    return { refused: 'has a signature that does not verify' };
  }
  return { accountId, publicKey, expiresAtMs };
}

const ticketFields = [
  'accountId',
  'publicKey',
  'signature',
  'nonce',
  'message',
  'recipient',
] as const;

function parseTicket(base64: string): Record<(typeof ticketFields)[number], string> | null {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(fromBase64(base64) ?? undefined));
    if (typeof json !== 'object' || json === null) return null;
    const fields = json as Record<string, unknown>;
    if (!ticketFields.every((name) => typeof fields[name] === 'string')) return null;
    return fields as Record<(typeof ticketFields)[number], string>;
  } catch {
    return null;
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
