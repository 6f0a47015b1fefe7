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

/** Elements made at a time: 4 MiB. */
const pieceElements = 1_048_576;

type Drawn = { readonly model: LlamaConfig; readonly layout: TensorLayout };

/**
 * Norm gains start at 1; the embedding at deviation 0.02; a projection at 1 ÷ √inputs; the two that
 * write into the residual stream are smaller by √(2 × layers), so that depth does not grow it.
 */
export function initialParams(program: Drawn, seed: number): Float32Array {
  const params = new Float32Array(program.layout.length);
  let at = 0;
  for (const piece of initialPieces(program, seed)) {
    params.set(piece, at);
    at += piece.length;
  }
  return params;
}

/**
 * The same in order, piece by piece, for whoever has no room for all of them. A piece is good until
 * the next one is asked for. Law: joined, they are `initialParams`.
 */
export function* initialPieces(program: Drawn, seed: number): Generator<Float32Array> {
  const key = keyOf(seed, weightStream);
  const words = new Uint32Array(4);
  const room = new Float32Array(Math.min(pieceElements, program.layout.length));
  for (const slot of program.layout.slots) {
    const deviation = deviationOf(slot, program.model);
    const end = slot.offset + slot.length;
    for (let from = slot.offset; from < end; from += room.length) {
      const piece = room.subarray(0, Math.min(room.length, end - from));
      if (deviation === null) piece.fill(1);
      else {
        for (let i = 0; i < piece.length; i++) {
          piece[i] = drawNormal(key, from + i, words) * deviation;
        }
      }
      yield piece;
    }
  }
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
  const total = threeDraws(words[0]!) + threeDraws(words[1]!) + threeDraws(words[2]!);
  return (total + threeDraws(words[3]!) - uniformsPerWeight * uniformMean) / sumDeviation;
}

function threeDraws(word: number): number {
  return (word & 1023) + ((word >>> 10) & 1023) + ((word >>> 20) & 1023);
}
