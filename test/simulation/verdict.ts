/** What a measured row says about an adversary, in two words for the table. */
import { wilson } from './expectations.js';
import type { Row } from './measure.js';

export type Verdict = 'pays' | 'harms for free' | 'loses' | 'earns less' | 'no gain';

/** Differences below this many NEAR per seat are jitter. */
const jitterNear = 0.25;
/** Runs this much slower, or honest trainers this much poorer, were harmed. */
const slowerFrom = 3;

export function verdictOf(row: Row): Verdict {
  const gain = row.crewProfit - row.sameSeatsProfit;
  if (gain > jitterNear) return 'pays';
  if (row.crewProfit < -jitterNear) return 'loses';
  const poorer = row.honestProfitAlone - row.honestProfit > jitterNear;
  const harmed = poorer || row.slowdown > slowerFrom || row.damage > 0.1 || row.backdoor > 0.05;
  if (harmed) return 'harms for free';
  return gain < -jitterNear ? 'earns less' : 'no gain';
}

const slack = 1e-9;

/** Whether the formula lies in the measured interval; null: nothing to compare. */
export function isAsExpected(row: Row): boolean | null {
  if (row.effect && row.effect.trials > 0) {
    const { rate, hits, trials } = row.effect;
    const [low, high] = wilson(hits, trials);
    return rate >= low - slack && rate <= high + slack;
  }
  if (row.expected === null || row.exposed === 0) return null;
  const [low, high] = row.interval;
  return row.expected >= low - slack && row.expected <= high + slack;
}
