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
  const next = new Float32Array(params.length);
  const rate = recipe.learningRate;
  if (recipe.kind === 'sparseloco' || !momentum) {
    for (let i = 0; i < next.length; i++) next[i] = params[i]! - rate * mean[i]!;
    requireFinite(next, 'the parameters after the outer step');
    return { params: next, momentum: null };
  }
  const moved = new Float32Array(params.length);
  const decay = recipe.momentum;
  for (let i = 0; i < next.length; i++) {
    moved[i] = decay * momentum[i]! + mean[i]!;
    next[i] = params[i]! - rate * (mean[i]! + decay * moved[i]!);
  }
  requireFinite(moved, 'the outer momentum');
  requireFinite(next, 'the parameters after the outer step');
  return { params: next, momentum: moved };
}
