/**
 * Two bits per sent value. Per tensor, with v its sent values: c = v − mean(v), scale = 6σ/4,
 * code = clamp(round(c / scale + 2), 0, 3), and each code is decoded to the mean of its members
 * (SparseLoCo's quantiser). The four means are the tensor's codebook.
 */
import type { TensorLayout } from '../program/layout.js';
import { treeSum, treeSumSquares } from './tree-sum.js';

/** What a sparse update says: which elements, their codes, and what each code means per tensor. */
export interface SparseUpdate {
  /** Flat indices, ascending. */
  readonly positions: Uint32Array;
  /** 0…3 for each position. */
  readonly codes: Uint8Array;
  /** Four floats per tensor; +0 where a tensor does not use a code. */
  readonly codebooks: Float32Array;
}

/** Quantises the values at `positions` (ascending) of a flat vector. */
export function quantise(
  values: Float32Array,
  positions: Uint32Array,
  layout: TensorLayout,
): SparseUpdate {
  const codes = new Uint8Array(positions.length);
  const codebooks = new Float32Array(4 * layout.slots.length);
  const sent = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i++) sent[i] = values[positions[i]!]!;
  forEachTensor(positions, layout, (tensor, start, end) => {
    const mean = treeSum(sent, start, end) / (end - start);
    const variance = treeSumSquares(sent, mean, start, end) / (end - start);
    const scale = (6 * Math.sqrt(variance)) / 4;
    for (let i = start; i < end; i++) codes[i] = codeOf(sent[i]! - mean, scale);
    for (let code = 0; code < 4; code++) {
      codebooks[4 * tensor + code] = binMean(sent, codes, { start, end, code });
    }
  });
  return { positions, codes, codebooks };
}

/** Calls back with each tensor that has sent values and its range in `positions`. */
export function forEachTensor(
  positions: Uint32Array,
  layout: TensorLayout,
  visit: (tensor: number, start: number, end: number) => void,
): void {
  let start = 0;
  for (let tensor = 0; tensor < layout.slots.length && start < positions.length; tensor++) {
    const slot = layout.slots[tensor]!;
    const last = slot.offset + slot.length;
    let end = start;
    while (end < positions.length && positions[end]! < last) end++;
    if (end > start) visit(tensor, start, end);
    start = end;
  }
}

function codeOf(centred: number, scale: number): number {
  // All values equal: one code for all of them, the middle one.
  if (scale === 0) return 2;
  const level = centred / scale + 2;
  // The nearest of 0…3, halves upwards: what `Math.round` gives, without its branches.
  return Number(level >= 0.5) + Number(level >= 1.5) + Number(level >= 2.5);
}

function binMean(
  sent: Float64Array,
  codes: Uint8Array,
  bin: { start: number; end: number; code: number },
): number {
  const members = new Float64Array(bin.end - bin.start);
  let count = 0;
  for (let i = bin.start; i < bin.end; i++) if (codes[i] === bin.code) members[count++] = sent[i]!;
  // Adding 0 turns −0 into +0, the only zero that a codebook may hold.
  return count === 0 ? 0 : Math.fround(treeSum(members, 0, count) / count) + 0;
}
