/**
 * What one worker sends after its inner steps. Workers and auditors compute the same bits: only
 * + − × ÷, square roots, rounding to float32 and integers are used, in a fixed order.
 *
 * Law: `decodeUpdate(compress(x).bytes)` equals `compress(x).decoded`, bit for bit.
 */
import type { TensorLayout } from '../program/layout.js';
import { decodeDense, encodeDense } from './dense-codec.js';
import { nonFinite } from './finite.js';
import { quantise } from './quantiser.js';
import type { OuterRecipe, SparseLoCoRecipe } from './recipe.js';
import { encodeSparse, expandSparse } from './sparse-codec.js';
import { selectTopK } from './top-k.js';

export interface Compressed {
  /** The update as published; its digest is what is committed to. */
  readonly bytes: Uint8Array;
  /** What every receiver decodes from `bytes`. */
  readonly decoded: Float32Array;
  /** What was not sent, for the next round; null when the recipe keeps none. */
  readonly errorFeedback: Float32Array | null;
}

/** Start − end: the direction in which the outer step moves the shared parameters back. */
export function pseudoGradient(inner: { start: Float32Array; end: Float32Array }): Float32Array {
  const { start, end } = inner;
  requireLength(end, start.length, 'the trained parameters');
  const difference = new Float32Array(start.length);
  for (let i = 0; i < start.length; i++) difference[i] = start[i]! - end[i]!;
  return difference;
}

/**
 * Compresses a worker's pseudo-gradient; nothing passed in is changed. `errorFeedback` is what the
 * round before returned, null for none yet. Errors: `NON_FINITE`, `BAD_LAYOUT`, `BAD_LENGTH`.
 */
export function compress(worker: {
  pseudoGradient: Float32Array;
  errorFeedback: Float32Array | null;
  layout: TensorLayout;
  recipe: OuterRecipe;
}): Compressed {
  const { layout, recipe } = worker;
  requireLength(worker.pseudoGradient, layout.length, 'the pseudo-gradient');
  if (recipe.kind === 'sparseloco') return compressSparse({ ...worker, recipe });
  if (worker.errorFeedback) {
    throw new Error('BAD_LENGTH: "diloco" keeps no error feedback; pass null');
  }
  const bytes = encodeDense(worker.pseudoGradient, layout, recipe);
  return { bytes, decoded: decodeDense(bytes, layout, recipe), errorFeedback: null };
}

/** e ← βe + Δ; send Q(TopK(e)); e ← e − sent. */
function compressSparse(worker: {
  pseudoGradient: Float32Array;
  errorFeedback: Float32Array | null;
  layout: TensorLayout;
  recipe: SparseLoCoRecipe;
}): Compressed {
  const { pseudoGradient: gradient, errorFeedback: before, layout, recipe } = worker;
  const feedback = new Float32Array(layout.length);
  if (before) {
    requireLength(before, layout.length, 'the error feedback');
    const decay = recipe.feedbackDecay;
    for (let i = 0; i < feedback.length; i++) feedback[i] = decay * before[i]! + gradient[i]!;
  } else {
    // 0 + Δ, as if the feedback had been zeros: −0 becomes +0.
    for (let i = 0; i < feedback.length; i++) feedback[i] = 0 + gradient[i]!;
  }
  const positions = selectTopK(feedback, recipe);
  const update = quantise(feedback, positions, layout);
  const decoded = expandSparse(update, layout);
  for (const position of positions) {
    const rest = Math.fround(feedback[position]! - decoded[position]!);
    if (!Number.isFinite(rest)) throw nonFinite('the error feedback', position);
    feedback[position] = rest;
  }
  return { bytes: encodeSparse(update, layout, recipe), decoded, errorFeedback: feedback };
}

function requireLength(values: Float32Array, length: number, what: string): void {
  if (values.length === length) return;
  throw new Error(
    `BAD_LENGTH: ${what} has ${values.length} elements where the layout has ${length}; ` +
      'check that program and state belong to one run',
  );
}
