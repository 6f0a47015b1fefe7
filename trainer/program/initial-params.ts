/**
 * Initial weights, the same bits everywhere: each is a sum of twelve uniform 10-bit integers, which
 * is close to Gaussian (Irwin–Hall; its tails end at six standard deviations) and exact to compute.
 */
import { drawBlock, keyOf } from './counter-random.js';
import type { TensorLayout, TensorSlot } from './layout.js';
import type { LlamaConfig } from './training-program.js';

/** Marks this use of a seed; data order has its own. */
const weightStream = 0x77656967;
/** One block of four 32-bit words gives twelve 10-bit draws, three per word. */
const uniformsPerWeight = 12;
const uniformMean = 511.5;
/** Variance of a uniform integer below n is (n² − 1) ÷ 12, so twelve add up to n² − 1. */
const sumDeviation = Math.sqrt(1024 * 1024 - 1);

/**
 * Norm gains start at 1; the embedding at deviation 0.02; a projection at 1 ÷ √inputs; the two that
 * write into the residual stream are smaller by √(2 × layers), so that depth does not grow it.
 */
export function initialParams(
  program: { readonly model: LlamaConfig; readonly layout: TensorLayout },
  seed: number,
): Float32Array {
  const params = new Float32Array(program.layout.length);
  const key = keyOf(seed, weightStream);
  const words = new Uint32Array(4);
  for (const slot of program.layout.slots) {
    const deviation = deviationOf(slot, program.model);
    const end = slot.offset + slot.length;
    if (deviation === null) params.fill(1, slot.offset, end);
    else {
      for (let i = slot.offset; i < end; i++) params[i] = drawNormal(key, i, words) * deviation;
    }
  }
  return params;
}

function deviationOf(slot: TensorSlot, model: LlamaConfig): number | null {
  if (slot.shape.length === 1) return null;
  if (slot.name === 'model.embed_tokens.weight') return 0.02;
  const deviation = 1 / Math.sqrt(slot.shape[1]!);
  const writesResidual = /\.(o_proj|down_proj)\.weight$/.test(slot.name);
  return writesResidual ? deviation / Math.sqrt(2 * model.layers) : deviation;
}

function drawNormal(key: ReturnType<typeof keyOf>, index: number, words: Uint32Array): number {
  drawBlock(key, index, words);
  let total = 0;
  for (const word of words)
    total += (word & 1023) + ((word >>> 10) & 1023) + ((word >>> 20) & 1023);
  return (total - uniformsPerWeight * uniformMean) / sumDeviation;
}
