/** Who reviews a batch: drawn by seed, so that nobody has to go over all who applied. */
import type { Sha256 } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { Draw } from '../draw.js';

/**
 * `size` different numbers out of 0 … of − 1, in order of the draw; each such choice as likely as
 * another. A shuffle of which only the first places are dealt: what moved is remembered.
 */
export function panelOf(
  it: { seed: Uint8Array; batch: number; size: number; of: number },
  hash: Sha256,
): number[] {
  const draw = new Draw(hash(encodeParts(['cw/bounty-panel/1', it.seed, it.batch])), hash);
  const moved = new Map<number, number>();
  return Array.from({ length: it.size }, (_, dealt) => {
    const last = it.of - 1 - dealt;
    const place = draw.below(last + 1);
    const taken = moved.get(place) ?? place;
    moved.set(place, moved.get(last) ?? last);
    return taken;
  });
}
