/**
 * The signature file: a Sigstore bundle around a DSSE envelope around the statement. Only the key
 * method is read; a certificate or a keyless identity is refused by its name, because accepting it
 * without its trust roots would prove nothing.
 */
import { arrayOf, bad, objectOf, textOf, told, unsupported } from './statement.js';

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const payloadType = 'application/vnd.in-toto+json';
/** A line for each of a million files. */
export const bundleBytesMax = 512 << 20;

export interface Bundle {
  /** Null in files from before version 1.1 of the format's tools, which hold the key's bytes. */
  readonly hint: string | null;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

export function writeBundle(it: {
  hint: string;
  payload: Uint8Array;
  signature: Uint8Array;
}): string {
  return `${JSON.stringify({
    mediaType,
    verificationMaterial: { publicKey: { hint: it.hint }, tlogEntries: [] },
    dsseEnvelope: {
      payload: base64(it.payload),
      payloadType,
      signatures: [{ sig: base64(it.signature), keyid: '' }],
    },
  })}\n`;
}

/** Errors: `BAD_SIGNATURE_FILE`, `METHOD_NOT_SUPPORTED`. */
export function readBundle(text: string): Bundle {
  const it = objectOf(parse(text), 'the bundle');
  const media = textOf(it.mediaType, 'mediaType');
  if (!media.startsWith('application/vnd.dev.sigstore.bundle')) {
    throw bad(`it is ${told(media)}, not a Sigstore bundle`);
  }
  const material = objectOf(it.verificationMaterial, 'verificationMaterial');
  if (material.certificate !== undefined) throw unsupported('the keyless (Sigstore) method');
  if (material.x509CertificateChain !== undefined) throw unsupported('the certificate method');
  const key = objectOf(material.publicKey, 'publicKey');
  // One of both names the key: a field of another name is no name.
  if (key.hint === undefined && key.rawBytes === undefined) throw bad('it names no key');
  const envelope = objectOf(it.dsseEnvelope, 'dsseEnvelope');
  if (envelope.payloadType !== payloadType) throw bad(`it signs ${told(envelope.payloadType)}`);
  const signatures = arrayOf(envelope.signatures, 'signatures');
  if (signatures.length !== 1) throw bad(`it has ${signatures.length} signatures instead of one`);
  return {
    hint: key.hint === undefined ? null : textOf(key.hint, 'hint'),
    payload: bytesOf(envelope.payload, 'payload'),
    signature: bytesOf(objectOf(signatures[0], 'the signature').sig, 'sig'),
  };
}

/** DSSE's pre-authentication encoding: what a signature is really over. */
export function preAuthenticated(payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw bad('it is not JSON');
  }
}

function bytesOf(value: unknown, what: string): Uint8Array {
  const text = textOf(value, what);
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is not base64; another reader might not.
  if (bytes.toString('base64') !== text) throw bad(`${what} is not base64`);
  return bytes;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
