/**
 * What somebody sealed for a bounty, and keeps until it is opened: batches and a reviewer's votes. Nothing
 * is ever taken away or replaced: a transaction that seemed lost may have landed, and then only the salt
 * that was sent with it opens what is on chain. Which one that is, the seal says.
 */
import { sealVotes } from '../rules/bounty/sealed.js';
import { platform } from '../rules/commitment.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';

export interface SealedBatch {
  commitment: Digest;
  salt: string;
  items: TextItem[];
}

export interface SealedVotes {
  batch: number;
  salt: string;
  votes: string;
}

/** Of one account in one bounty. */
export interface SealedFile {
  batches: SealedBatch[];
  votes: SealedVotes[];
}

export function newSalt(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface Reviewing {
  contract: string;
  bounty: number;
  account: string;
}

/** The kept entry with these votes on the batch, the last one; else a new one, added to `kept`. */
export function keepVotes(kept: SealedVotes[], it: { batch: number; votes: string }): SealedVotes {
  const same = kept.findLast(({ batch, votes }) => batch === it.batch && votes === it.votes);
  if (same) return same;
  const added = { ...it, salt: newSalt() };
  kept.push(added);
  return added;
}

export function sealOfVotes(it: SealedVotes, by: Reviewing): Digest {
  return sealVotes({ ...by, ...it }, platform);
}

/** The kept entry that opens the batch's seal; null: it was sealed elsewhere. */
export function findOpening(
  kept: readonly SealedVotes[],
  it: { batch: number; sealed: Digest },
  by: Reviewing,
): SealedVotes | null {
  const ofBatch = kept.filter(({ batch }) => batch === it.batch);
  return ofBatch.find((one) => sealOfVotes(one, by) === it.sealed) ?? null;
}
