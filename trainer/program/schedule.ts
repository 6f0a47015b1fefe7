/**
 * The learning rate of each inner step, counted over the whole run. Only + − × ÷ and our own sine, so
 * that every machine gives every worker's program the same float32.
 */
import { sineOf } from './rotary-table.js';

interface Bounds {
  readonly peak: number;
  readonly final: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** After a linear warm-up to `peak`, a way to `final` at `totalSteps`. */
export type LearningRateSchedule =
  /** Straight. */
  | (Bounds & { readonly kind: 'warmup-linear' })
  /** Half a turn of a cosine (Loshchilov & Hutter, 2017). */
  | (Bounds & { readonly kind: 'warmup-cosine' })
  /** At the peak until the last `decaySteps`, then straight (Hu et al., "MiniCPM", 2024). */
  | (Bounds & { readonly kind: 'warmup-stable-decay'; readonly decaySteps: number });

/** Of inner step `step`, 0-based. */
export function learningRateAt(schedule: LearningRateSchedule, step: number): number {
  const { peak, final, warmupSteps, totalSteps } = schedule;
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (step >= totalSteps) return final;
  switch (schedule.kind) {
    case 'warmup-linear':
      return peak - ((peak - final) * (step - warmupSteps)) / (totalSteps - warmupSteps);
    case 'warmup-cosine':
      return peak - (peak - final) * risen((step - warmupSteps) / (totalSteps - warmupSteps));
    case 'warmup-stable-decay': {
      const decayed = step - (totalSteps - schedule.decaySteps);
      return decayed <= 0 ? peak : peak - ((peak - final) * decayed) / schedule.decaySteps;
    }
  }
}

/**
 * (1 − cos πt) ÷ 2 = sin²(πt ÷ 2) for t from 0 to 1; beyond a half, 1 less that of 1 − t, so that
 * angles stay where the series of the sine is exact to a double.
 */
function risen(t: number): number {
  if (t > 0.5) return 1 - risen(1 - t);
  const sine = sineOf((Math.PI * t) / 2);
  return sine * sine;
}
