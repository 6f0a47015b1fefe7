/**
 * From the mean update to the next shared state. Parameters and momentum are float32, each new
 * element is one f64 expression rounded once.
 */
import { requireFinite } from './finite.js';
import { hasOuterMomentum, type OuterRecipe } from './recipe.js';

/** What every worker agrees on after a round; its safetensors digest is the state root. */
export interface OuterState {
  readonly params: Float32Array;
  /** Null exactly when the recipe has no outer momentum. */
  readonly momentum: Float32Array | null;
}

/** The state before round 1: given parameters, no motion yet. */
export function initialOuterState(params: Float32Array, recipe: OuterRecipe): OuterState {
  return { params, momentum: hasOuterMomentum(recipe) ? new Float32Array(params.length) : null };
}

/**
 * θ ← θ − α·mean for `sparseloco`; for `diloco` Nesterov: m ← μm + g, θ ← θ − α(g + μm).
 * Nothing passed in is changed. Errors: `BAD_LENGTH`, `NON_FINITE`.
 */
export function outerStep(round: {
  params: Float32Array;
  momentum: Float32Array | null;
  mean: Float32Array;
  recipe: OuterRecipe;
}): OuterState {
  const { params, momentum, mean, recipe } = round;
  if (mean.length !== params.length || (momentum && momentum.length !== params.length)) {
    throw new Error(
      `BAD_LENGTH: ${params.length} parameters, ${mean.length} in the mean update, ` +
        `${momentum?.length ?? 'no'} momentum; check that all belong to one run`,
    );
  }
  if (hasOuterMomentum(recipe) !== (momentum !== null)) {
    throw new Error(
      `BAD_LENGTH: recipe "${recipe.kind}" ${momentum ? 'has no' : 'needs an'} outer momentum`,
    );
  }
  const next: OuterState = {
    params: new Float32Array(params.length),
    momentum: momentum && new Float32Array(params.length),
  };
  stepChunk({ ...round, start: 0 }, next);
  requireMoved(next);
  return next;
}

/** The elements from `start` on, as many as the mean has, into `next`, which is as long as the state. */
export function stepChunk(
  it: OuterState & { start: number; mean: Float32Array; recipe: OuterRecipe },
  next: OuterState,
): void {
  const { params, momentum, start, mean, recipe } = it;
  const rate = recipe.learningRate;
  if (recipe.kind === 'sparseloco') {
    for (let i = 0, at = start; i < mean.length; i++, at++) {
      next.params[at] = params[at]! - rate * mean[i]!;
    }
    return;
  }
  const decay = recipe.momentum;
  const moved = next.momentum!;
  for (let i = 0, at = start; i < mean.length; i++, at++) {
    moved[at] = decay * momentum![at]! + mean[i]!;
    next.params[at] = params[at]! - rate * (mean[i]! + decay * moved[at]!);
  }
}

/** Error: `NON_FINITE`. */
export function requireMoved({ params, momentum }: OuterState): void {
  if (momentum) requireFinite(momentum, 'the outer momentum');
  requireFinite(params, 'the parameters after the outer step');
}
