/** A machine that gets stuck half-way through a round: it trains on only once somebody kills it. */
import { trainRound } from '@commonweights/trainer/worker/round.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';

/** Keeps calling `beforeStep`, and so keeps serving audits, in this round. */
export function hangIn(round: number): ComputeRound {
  return (input, local, beforeStep = async () => {}) =>
    trainRound(input, local, async (step, steps) => {
      await beforeStep(step, steps);
      while (input.round === round && 2 * step >= steps) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await beforeStep(step, steps);
      }
    });
}
