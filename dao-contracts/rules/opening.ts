/**
 * What binds a worker to its work before anybody can see it. The hash is an argument and this file
 * brings none, since the contract uses the chain's; everybody else takes commitment.ts.
 */
import {
  formatDigest,
  type Digest,
  type Sha256,
} from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts, type HashPart } from '@commonweights/dataset-registry/digest/hash-parts.js';

/** `H("cw/local/zero/1")`: the digest of "no local state". */
export const ZERO_LOCAL_STATE =
  'sha256:4f9cd73d111d41cc70bc6c6c2c5e6923c56803adfd8daa8cff12fa8897832f5a' as Digest;

export interface Opening {
  contract: string;
  run: number;
  round: number;
  account: string;
  update: Digest;
  startRoot: Digest;
  localIn: Digest;
  localOut: Digest;
  traceRoot: Digest;
  salt: string;
}

export function commitmentWith(it: Opening, hash: Sha256): Digest {
  const where = [it.contract, it.run, it.round, it.account];
  const what = [it.update, it.startRoot, it.localIn, it.localOut, it.traceRoot, it.salt];
  return tagged('cw/commit/1', [...where, ...what], hash);
}

/** `L_S`, the last leaf of a trace: ties the work to the update that was published. */
export function outcomeLeafWith(it: { update: Digest; localOut: Digest }, hash: Sha256): Digest {
  return tagged('cw/outcome/1', [it.update, it.localOut], hash);
}

function tagged(tag: string, parts: readonly HashPart[], hash: Sha256): Digest {
  return formatDigest(hash(encodeParts([tag, ...parts])));
}
