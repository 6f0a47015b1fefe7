/** The worker's side of opening.ts: the same commitments, with the platform's SHA-256. */
import { sha256, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { drawDecoyWith, plantedLeafWith, saltWith } from './decoy.js';
import { commitmentWith, outcomeLeafWith, type Opening, type Outcome } from './opening.js';

export { ZERO_LOCAL_STATE, type Opening, type Outcome } from './opening.js';

/** The platform's own hashing, for what the rules bind people to. */
export const platform = { hash: sha256, utf8: encodeUtf8 };

export function commitmentOf(opening: Opening): Digest {
  return commitmentWith(opening, platform);
}

/** `L_S`, the last leaf of a trace: ties the work to the update that was published. */
export function outcomeLeaf(it: Outcome): Digest {
  return outcomeLeafWith(it, platform);
}

export function plantedLeaf(it: { leaf: Digest; nonce: Digest }): Digest {
  return plantedLeafWith(it, platform);
}

/** The salt of a commitment, out of the round's secret (decoy.ts). */
export function saltOf(secret: string): string {
  return saltWith(secret, platform);
}

export function drawDecoy(it: {
  secret: string;
  round: number;
  segments: number;
  shareBps: number;
}): number | null {
  return drawDecoyWith(it, platform);
}
