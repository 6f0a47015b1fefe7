/**
 * A convex problem in place of a language model, so that what an attack does to the loss can be
 * measured: a quadratic bowl, steep in some directions and flat in others, with gradient noise that
 * depends on the slice. Updates are real vectors; they are clipped, averaged and stepped by the
 * same code as in a real run (trainer/exchange).
 *
 * How much a lost step costs is a matter of the bowl. The one that is taken by default has hardly noise
 * and every step counts, so that damage shows: an upper bound. Another can be fitted to what honest
 * training does (test/real-adversaries/landscape.ts), and then says what an attack does there.
 */
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import {
  initialOuterState,
  outerStep,
  type OuterState,
} from '@commonweights/trainer/exchange/outer-step.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { RandomStream } from './random-stream.js';

/** A bowl, and how it is walked down in a round. */
export interface Landscape {
  /** Of each direction, steepest first. */
  readonly curvature: readonly number[];
  /** How far the optimum is from the start along a direction; `luck` is bell-shaped. */
  distance(curvature: number, luck: number): number;
  readonly innerSteps: number;
  /** Of gradients along a direction, in their unit. */
  noise(curvature: number): number;
  /** Of a step of the round that this slice is dealt in. */
  rate(slice: number, step: number): number;
}

const directions = 32;
const flattest = 0.05;

export const evenBowl: Landscape = {
  curvature: Array.from(
    { length: directions },
    (_, i) => 1 - ((1 - flattest) * i) / (directions - 1),
  ),
  distance: (_, luck) => luck,
  innerSteps: 32,
  noise: () => 0.5,
  rate: () => 0.005,
};

export class ToyProblem {
  readonly dimensions: number;
  /** A flat direction: the loss hardly says whether the model was moved along it. */
  readonly backdoor: Float32Array;
  readonly #optimum: number[];
  readonly #curvature: readonly number[];
  readonly #noise: readonly number[];

  constructor(
    readonly seed: string,
    readonly recipe: OuterRecipe,
    private readonly landscape: Landscape = evenBowl,
  ) {
    const random = new RandomStream(seed, 'optimum');
    this.#curvature = landscape.curvature;
    this.#noise = this.#curvature.map((c) => landscape.noise(c));
    this.dimensions = this.#curvature.length;
    this.#optimum = this.#curvature.map((c) => landscape.distance(c, random.bell()));
    this.backdoor = new Float32Array(this.dimensions);
    this.backdoor[this.dimensions - 1] = this.#optimum[this.dimensions - 1]! > 0 ? -1 : 1;
  }

  start(): OuterState {
    return initialOuterState(new Float32Array(this.dimensions), this.recipe);
  }

  loss(params: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < params.length; i++) {
      const off = params[i]! - this.#optimum[i]!;
      sum += 0.5 * this.#curvature[i]! * off * off;
    }
    return sum;
  }

  /** Where the model was in excess moved towards the backdoor, in units of the optimum's distance. */
  alongBackdoor(params: Float32Array): number {
    return params.reduce((sum, value, i) => sum + value * this.backdoor[i]!, 0);
  }

  /** What H inner steps on this slice come to: start minus end. */
  pseudoGradient(params: Float32Array, slice: number): Float32Array {
    const random = new RandomStream(this.seed, 'slice', slice);
    const now = Float64Array.from(params);
    for (let step = 0; step < this.landscape.innerSteps; step++) {
      const rate = this.landscape.rate(slice, step);
      // One draw of noise per step and a random sign per direction: cheap, and slices differ.
      const luck = random.bell();
      for (let i = 0; i < now.length; i++) {
        const sign = random.uniform() < 0.5 ? -1 : 1;
        const gradient = this.#curvature[i]! * (now[i]! - this.#optimum[i]!);
        now[i] = now[i]! - rate * gradient - sign * (rate * this.#noise[i]! * luck);
      }
    }
    return Float32Array.from(now, (end, i) => params[i]! - end);
  }

  /** The next state, as every worker computes it. Throws where a worker would refuse. */
  step(state: OuterState, updatesInSeatOrder: readonly Float32Array[]): OuterState {
    const mean = aggregate(updatesInSeatOrder, this.recipe.aggregation);
    return outerStep({ ...state, mean, recipe: this.recipe });
  }
}

export function scaled(vector: Float32Array, factor: number): Float32Array {
  return vector.map((value) => factor * value);
}

/** `direction` made as long as `like`. */
export function asLongAs(direction: Float32Array, like: Float32Array): Float32Array {
  const length = (vector: Float32Array) =>
    Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return scaled(direction, length(like) / length(direction));
}
