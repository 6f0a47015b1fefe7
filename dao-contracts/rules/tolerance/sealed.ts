/**
 * What is fixed by a hash before anybody sees the other side: the auditor's own end of a segment,
 * and what a worker's decoys cover. Like opening.ts it brings no hash of its own.
 */
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import type { Hashing } from '../opening.js';

export interface Seal {
  contract: string;
  run: number;
  round: number;
  /** Whose claim is audited. */
  seat: number;
  segment: number;
  /** The seat that audits: nobody can send another one's seal. */
  auditor: number;
  /** Digest of the auditor's own snapshot at the segment's end. */
  own: Digest;
  salt: string;
}

/** What an auditor answers with. */
export function sealWith(it: Seal, hashing: Hashing): Digest {
  const where = [it.contract, it.run, it.round, it.seat, it.segment, it.auditor];
  return formatDigest(tagged('cw/tolerance-seal/1', [...where, it.own, it.salt], hashing));
}

/** Of a round's secret; may be told before the secret itself, which tells where decoys are. */
export function hiddenWith(secret: string, hashing: Hashing): Digest {
  return formatDigest(tagged('cw/tolerance-secret/1', [secret], hashing));
}

/**
 * The salt of a commitment: hex digits. It binds the leaves that decoys cover (`realRoot`: of the
 * trace as it was computed) before anybody knows what will be audited.
 */
export function coveringSaltWith(
  it: { hidden: Digest; realRoot: Digest },
  hashing: Hashing,
): string {
  const salt = tagged('cw/tolerance-salt/1', [it.hidden, it.realRoot], hashing);
  return formatDigest(salt).slice('sha256:'.length);
}

/** Whether leaf `index` of a round is a decoy; never the first or the last. */
export function isPlantedWith(
  it: { secret: string; round: number; index: number; segments: number; shareBps: number },
  hashing: Hashing,
): boolean {
  if (it.index < 1 || it.index >= it.segments) return false;
  const raw = tagged('cw/tolerance-decoy/1', [it.secret, it.round, it.index], hashing);
  let value = 0;
  for (let i = 0; i < 6; i++) value = value * 256 + raw[i]!;
  return value % 10_000 < it.shareBps;
}

function tagged(tag: string, parts: readonly (string | number)[], hashing: Hashing): Uint8Array {
  return hashing.hash(encodeParts([tag, ...parts].map((part) => hashing.utf8(String(part)))));
}
