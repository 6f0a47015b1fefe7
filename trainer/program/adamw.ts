/**
 * AdamW with decoupled weight decay and clipping by the global gradient norm, as part of the graph
 * (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019). Decay acts on matrices only,
 * not on norm gains nor the token embedding: a gain of zero or a rare word's fading vector is not
 * simpler, only worse. A tied head is the embedding, so it is spared as well.
 *
 * The embedding may have a rate of its own: a row moves only when its token occurs, and where
 * workers average, a rare token's step is divided by all who did not see it (decision 032).
 */
import type { Tensor } from './graph.js';
import {
  add,
  divide,
  maximum,
  multiply,
  squareRoot,
  subtract,
  sumOfSquares,
} from './operations.js';
import { power } from './rotary-table.js';
import type { AdamWConfig } from './training-program.js';

/** Scalars that change from step to step; inputs of the graph. */
export interface StepScalars {
  readonly learningRate: Tensor;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ, where t counts this step too. */
  readonly biasCorrection1: Tensor;
  readonly biasCorrection2: Tensor;
}

export interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
}

export interface AdamWUpdate extends Moments {
  readonly weight: Tensor;
}

/**
 * Norm over all gradients of a mean, and the factor that brings it down to `clipNorm` where it is above.
 * `gradients` are those of the sum that `scale` makes the mean; the factor holds both, so that nothing
 * as large as a gradient is multiplied for it.
 */
export function clipByGlobalNorm(
  gradients: readonly Tensor[],
  it: { readonly clipNorm: number; readonly scale: number },
): { norm: Tensor; factor: Tensor } {
  const ofSum = squareRoot(gradients.map(sumOfSquares).reduce(add));
  const { graph } = ofSum;
  const scale = graph.scalar(it.scale);
  const norm = multiply(ofSum, scale);
  const most = graph.scalar(it.clipNorm);
  return { norm, factor: multiply(divide(most, maximum(norm, most)), scale) };
}

/** The step's factors, computed once in scalars. */
export function stepFactors(scalars: StepScalars, clipFactor: Tensor, optimizer: AdamWConfig) {
  const { graph } = clipFactor;
  const root = squareRoot(scalars.biasCorrection2);
  const decay = multiply(scalars.learningRate, graph.scalar(optimizer.weightDecay));
  return {
    firstGain: multiply(clipFactor, graph.scalar(1 - optimizer.beta1)),
    secondGain: multiply(multiply(clipFactor, clipFactor), graph.scalar(1 - optimizer.beta2)),
    // lr · (m ÷ c₁) ÷ (√(v ÷ c₂) + ε) = (lr · √c₂ ÷ c₁) · m ÷ (√v + ε · √c₂)
    stepSize: divide(multiply(scalars.learningRate, root), scalars.biasCorrection1),
    epsilon: multiply(root, graph.scalar(optimizer.epsilon)),
    keep: subtract(graph.scalar(1), decay),
  };
}

export function adamw(
  weight: Tensor,
  gradient: Tensor,
  moments: Moments,
  factors: ReturnType<typeof stepFactors>,
  optimizer: AdamWConfig & { readonly decays: boolean; readonly rate: number },
): AdamWUpdate {
  const { graph } = weight;
  const first = add(
    multiply(moments.first, graph.scalar(optimizer.beta1)),
    multiply(gradient, factors.firstGain),
  );
  const second = add(
    multiply(moments.second, graph.scalar(optimizer.beta2)),
    multiply(multiply(gradient, gradient), factors.secondGain),
  );
  const direction = divide(first, add(squareRoot(second), factors.epsilon));
  const kept =
    optimizer.decays && optimizer.weightDecay > 0 ? multiply(weight, factors.keep) : weight;
  const stepSize =
    optimizer.rate === 1
      ? factors.stepSize
      : multiply(factors.stepSize, graph.scalar(optimizer.rate));
  return { first, second, weight: subtract(kept, multiply(direction, stepSize)) };
}

/** The graph's bias corrections for the step that makes the count `steps`. */
export function biasCorrections(
  optimizer: AdamWConfig,
  steps: number,
): { first: number; second: number } {
  return {
    first: Math.fround(1 - power(optimizer.beta1, steps)),
    second: Math.fround(1 - power(optimizer.beta2, steps)),
  };
}

/** Throws `BAD_OPTIMIZER` unless every constant is possible. */
export function checkOptimizer(optimizer: AdamWConfig): void {
  const bounds: [keyof AdamWConfig, number, number][] = [
    ['beta1', 0, 0.9999],
    ['beta2', 0, 0.99999],
    ['epsilon', 1e-15, 1],
    ['weightDecay', 0, 1],
    ['clipNorm', 1e-6, 1e6],
  ];
  if (optimizer.embeddingRate !== undefined) bounds.push(['embeddingRate', 1e-3, 1e3]);
  for (const [name, least, most] of bounds) {
    const value = optimizer[name];
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw new Error(
        `BAD_OPTIMIZER: ${name} ${String(value)} is not from ${least} to ${most}; ` +
          'correct the inner recipe in the run spec',
      );
    }
  }
}
