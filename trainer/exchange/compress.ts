/**
 * What one worker sends after its inner steps. Workers and auditors compute the same bits: only
 * + − × ÷, square roots, rounding to float32 and integers are used, in a fixed order.
 *
 * Law: where feedback is kept, what went in less `decodeUpdate(bytes)` is what is kept, bit for bit.
 */
import type { TensorLayout } from '../program/layout.js';
import { encodeDense } from './dense-codec.js';
import { nonFinite } from './finite.js';
import { forEachTensor, quantise, type SparseUpdate } from './quantiser.js';
import type { OuterRecipe, SparseLoCoRecipe } from './recipe.js';
import { encodeSparse } from './sparse-codec.js';
import { selectTopK } from './top-k.js';

export interface Compressed {
  /** The update as published; its digest is what is committed to. */
  readonly bytes: Uint8Array;
  /**
   * What was not sent, for the next round: what went in less what every receiver decodes from
   * `bytes`, bit for bit. Null when the recipe keeps none.
   */
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
  return { bytes: encodeDense(worker.pseudoGradient, layout, recipe), errorFeedback: null };
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
    addDecayed(feedback, { before, decay: recipe.feedbackDecay, gradient });
  } else {
    // 0 + Δ, as if the feedback had been zeros: −0 becomes +0.
    for (let i = 0; i < feedback.length; i++) feedback[i] = 0 + gradient[i]!;
  }
  const positions = selectTopK(feedback, recipe);
  const update = quantise(feedback, positions, layout);
  takeSent(feedback, update, layout);
  return { bytes: encodeSparse(update, layout, recipe), errorFeedback: feedback };
}

/** βe + Δ in f64, rounded once. Four at a time: most of a short loop is going round. */
function addDecayed(
  into: Float32Array,
  { before, decay, gradient }: Record<'before' | 'gradient', Float32Array> & { decay: number },
): void {
  let i = 0;
  for (; i + 4 <= into.length; i += 4) {
    const a = decay * before[i]! + gradient[i]!;
    const b = decay * before[i + 1]! + gradient[i + 1]!;
    const c = decay * before[i + 2]! + gradient[i + 2]!;
    const d = decay * before[i + 3]! + gradient[i + 3]!;
    into[i] = a;
    into[i + 1] = b;
    into[i + 2] = c;
    into[i + 3] = d;
  }
  for (; i < into.length; i++) into[i] = decay * before[i]! + gradient[i]!;
}

/** Takes what an update says from what it was made of. Error: `NON_FINITE`. */
function takeSent(
  feedback: Float32Array,
  { positions, codes, codebooks }: SparseUpdate,
  layout: TensorLayout,
): void {
  forEachTensor(positions, layout, (tensor, start, end) => {
    for (let i = start; i < end; i++) {
      const position = positions[i]!;
      const rest = Math.fround(feedback[position]! - codebooks[4 * tensor + codes[i]!]!);
      if (!Number.isFinite(rest)) throw nonFinite('the error feedback', position);
      feedback[position] = rest;
    }
  });
}

function requireLength(values: Float32Array, length: number, what: string): void {
  if (values.length === length) return;
  throw new Error(
    `BAD_LENGTH: ${what} has ${values.length} elements where the layout has ${length}; ` +
      'check that program and state belong to one run',
  );
}
