/**
 * A worker's decoys in the tolerance class: in the place of a computed end of a segment its trace
 * commits to one that is off by more than the tolerance, so that an auditor who calls everything
 * right is found out. The change is scaled: noise is seen by whoever looks at a histogram.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  coveringSaltOf,
  hiddenOf,
  plantedLeaves,
} from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import { decodeSnapshot, encodeSnapshot } from '../checkpoint/snapshot.js';
import type { OuterRecipe } from '../exchange/recipe.js';
import type { TensorLayout } from '../program/layout.js';
import type { TracedResult } from './plant-decoy.js';
import type { RoundResult } from './round.js';

/** How far a planted end is off, in tolerances: out of reach of any honest difference. */
const plantedTolerances = 4;

export function plantWrongEnds(
  result: RoundResult,
  it: {
    secret: string;
    round: number;
    shareBps: number;
    toleranceBillionths: number;
    layout: TensorLayout;
    recipe: OuterRecipe;
  },
): TracedResult {
  const { secret, round, shareBps } = it;
  const { leaves, snapshots } = result;
  const planted = new Map<number, Uint8Array>();
  for (const index of plantedLeaves({ secret, round, segments: snapshots.length, shareBps })) {
    const ends = { start: snapshots[index - 1]!, end: snapshots[index]! };
    planted.set(index, wrongEnd(ends, { ...it, grows: secret.charCodeAt(index % 32) % 2 === 0 }));
  }
  const traced = leaves.map((leaf, index) => {
    const bytes = planted.get(index);
    return bytes ? digestOf(bytes) : leaf;
  });
  const realRoot = traceRootOf(leaves);
  const cover = {
    ...{ traced, planted, realRoot, hidden: hiddenOf(secret) },
    salt: coveringSaltOf({ secret, realRoot }),
  };
  return { ...result, traceRoot: traceRootOf(traced), decoy: null, cover };
}

/** `start + (1 ± 4τ) · (end − start)` for the parameters, all else as it is. */
function wrongEnd(
  it: { start: Uint8Array; end: Uint8Array },
  by: { toleranceBillionths: number; layout: TensorLayout; recipe: OuterRecipe; grows: boolean },
): Uint8Array {
  const start = decodeSnapshot(it.start, by.layout, by.recipe);
  const end = decodeSnapshot(it.end, by.layout, by.recipe);
  const off = (plantedTolerances * by.toleranceBillionths) / 1e9;
  const factor = by.grows ? 1 + off : 1 - off;
  const params = end.params.map((value, i) =>
    Math.fround(start.params[i]! + factor * (value - start.params[i]!)),
  );
  return encodeSnapshot({ params, local: end.local }, by.layout);
}
