/**
 * The simulation's bowl, fitted to how the speeches' stage trains when everybody is honest: five numbers
 * from the losses after each round, with the whole of the outer step and with parts of it, from how alike
 * the workers' updates of a round are, and how long. No attack was looked at, so what the simulation then
 * says of attacks is a prediction.
 *
 * Why parts of a step: behind the clipping an attack is hardly more than that. Of six updates of one
 * length, one that points the other way leaves four sixths of the step, two leave two.
 *
 * `npm run bench -- landscape` trains the honest runs again, fits, and says how well.
 */
import type { Landscape } from '../simulation/toy-problem.js';
import { trainers } from './stage.js';

export interface Fit {
  /** Curvature of the steepest direction, in units of the peak rate's inverse. */
  readonly steepest: number;
  /** Of it the flattest is this part. */
  readonly span: number;
  /** Squared distances of the optimum go as this power of the curvature. */
  readonly power: number;
  /** Of gradients along a direction of curvature 1; else it goes as that power of the curvature. */
  readonly noise: number;
  readonly noisePower: number;
}

export const fitToSpeeches: Fit = {
  steepest: 1.6,
  span: 86.8,
  power: -0.936,
  noise: 0.665,
  noisePower: 3.37,
};

const directions = 32;
/** As the stage trains: steps of a round, and the schedule's. */
const innerSteps = 16;
const warmupSteps = 8;
const totalSteps = 128;
const finalRate = 0.1;

export function landscapeOf({ steepest, span, power, noise, noisePower }: Fit): Landscape {
  const part = (i: number) => span ** (-i / (directions - 1));
  return {
    innerSteps,
    curvature: Array.from({ length: directions }, (_, i) => steepest * part(i)),
    // On one side or the other.
    distance: (curvature, luck) => Math.sign(luck || 1) * Math.sqrt(curvature ** power),
    noise: (curvature) => noise * curvature ** noisePower,
    rate: (slice, step) => rateAt(innerSteps * Math.floor(slice / trainers.length) + step),
  };
}

export function rateAt(step: number): number {
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  const done = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps));
  return 1 + (finalRate - 1) * done;
}
