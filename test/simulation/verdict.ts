/** What a measured row says about an adversary, in two words for the table. */
import type { Adversary } from './adversary.js';
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

/** Whether the formula lies in the measured interval, by default of 95 %; null: nothing to compare. */
export function isAsExpected(row: Row, z?: number): boolean | null {
  if (row.effect && row.effect.trials > 0) {
    const { rate, hits, trials } = row.effect;
    const [low, high] = wilson(hits, trials, z);
    return rate >= low - slack && rate <= high + slack;
  }
  if (row.expected === null || row.exposed === 0) return null;
  const [low, high] = wilson(row.detected, row.exposed, z);
  return row.expected >= low - slack && row.expected <= high + slack;
}

/** Of the many rows of a table one in twenty misses an interval of 95 % by luck; this is no luck. */
const faultyZ = 3.3;

/** What is wrong with the rules, or with the formula, by this row; null: nothing. */
export function faultOf(row: Row, adversary: Adversary): string | null {
  if (adversary.beyondTerms) return null;
  if (verdictOf(row) === 'pays') return 'pays';
  if (adversary.findsLate && row.crewProfit >= 0) return 'is found too late to lose by it';
  if (row.effect?.trials === 0) return 'had no occasion for what is counted';
  return isAsExpected(row, faultyZ) === false ? 'is not found as the formula says' : null;
}
