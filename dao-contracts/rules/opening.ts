/**
 * What binds a worker to its work before anybody can see it. The hash is an argument and this file
 * brings none, since the contract uses the chain's; everybody else takes commitment.ts.
 */
import {
  formatDigest,
  type Digest,
  type Sha256,
} from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';

/**
 * The digest of "no local state", `H('cw/local/zero/1')`: written out, since the contract brings
 * no hash.
 */
export const ZERO_LOCAL_STATE =
  'sha256:4f9cd73d111d41cc70bc6c6c2c5e6923c56803adfd8daa8cff12fa8897832f5a' as Digest;

export interface Opening {
  contract: string;
  run: number;
  round: number;
  account: string;
  /** Label of the account's machine; '' by default. */
  worker: string;
  update: Digest;
  startRoot: Digest;
  localIn: Digest;
  localOut: Digest;
  traceRoot: Digest;
  salt: string;
}

/** UTF-8 bytes of a text. */
export type Utf8 = (text: string) => Uint8Array;

/** The platform's own ways to hash and to encode. */
export interface Hashing {
  hash: Sha256;
  utf8: Utf8;
}

export function commitmentWith(it: Opening, hashing: Hashing): Digest {
  const where = [it.contract, it.run, it.round, it.account, it.worker];
  const what = [it.update, it.startRoot, it.localIn, it.localOut, it.traceRoot, it.salt];
  return tagged('cw/commit/2', [...where, ...what], hashing);
}

/** What a round's work comes to. */
export interface Outcome {
  update: Digest;
  localOut: Digest;
  /** The snapshot after the last inner step, before compression. */
  endSnapshot: Digest;
}

/**
 * `L_S`, the last leaf of a trace: ties the work to the update that was published. The other two
 * are public once revealed; the end snapshot is what only who did the work, or repeated it, knows.
 */
export function outcomeLeafWith(it: Outcome, hashing: Hashing): Digest {
  return tagged('cw/outcome/2', [it.update, it.localOut, it.endSnapshot], hashing);
}

function tagged(tag: string, parts: readonly (string | number)[], hashing: Hashing): Digest {
  const bytes = encodeTexts([tag, ...parts.map(String)], hashing.utf8);
  return formatDigest(hashing.hash(bytes));
}

/**
 * `encodeParts(texts)`, by one call of the host where every part is shorter than 128 characters of
 * ASCII: its length is then one character, and three zeros.
 */
export function encodeTexts(texts: readonly string[], utf8: Utf8): Uint8Array {
  let joined = '';
  for (const text of texts) {
    if (text.length > 127) return encodeParts(texts.map(utf8));
    joined += `${String.fromCharCode(text.length)}\0\0\0${text}`;
  }
  const bytes = utf8(joined);
  return bytes.length === joined.length ? bytes : encodeParts(texts.map(utf8));
}
