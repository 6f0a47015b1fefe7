/**
 * How long a phase may take. A fixed time is a guess: too short, and honest machines on slow lines
 * are absent; too long, and one silent machine holds everybody up. So it follows what recent rounds
 * took, robustly: `median + k · MAD`, between the bounds that the terms were voted with.
 */
import { refuse } from './errors.js';
import { deadlineMsMax, deadlineMsMin, deadlineRoundsMax, deadlineSpreadsMax } from './limits.js';
import { lowerMedian } from './lower-median.js';

export interface DeadlinePolicy {
  readonly leastMs: number;
  readonly mostMs: number;
  /** k: spreads of the recent durations that are waited for beyond their median. */
  readonly spreads: number;
  /** Recent rounds that count; with fewer known, `mostMs` holds. */
  readonly rounds: number;
}

/**
 * The phase's time in whole milliseconds. `recentMs`: how long the last rounds' phases took, oldest
 * first; those that ended by their deadline count as that deadline, which is what lets the time
 * grow again. Laws: within the bounds; fewer than half of the
 * durations, however long, cannot move it beyond those of the others.
 */
export function deadlineAfter(recentMs: readonly number[], policy: DeadlinePolicy): number {
  checkPolicy(policy);
  const { leastMs, mostMs, spreads, rounds } = policy;
  const counted = recentMs.slice(-rounds);
  if (counted.length < rounds) return mostMs;
  const middle = lowerMedian(counted);
  const spread = lowerMedian(counted.map((ms) => Math.abs(ms - middle)));
  return Math.min(mostMs, Math.max(leastMs, middle + spreads * spread));
}

function checkPolicy({ leastMs, mostMs, spreads, rounds }: DeadlinePolicy): void {
  const whole = [leastMs, mostMs, spreads, rounds].every(Number.isSafeInteger);
  if (!whole || leastMs < deadlineMsMin || mostMs > deadlineMsMax || leastMs > mostMs) {
    refuse(
      'BAD_ARGUMENT',
      `deadlines from ${leastMs} to ${mostMs} ms are not within ${deadlineMsMin} to ` +
        `${deadlineMsMax} ms in whole milliseconds; choose others`,
    );
  }
  if (spreads < 0 || spreads > deadlineSpreadsMax || rounds < 1 || rounds > deadlineRoundsMax) {
    refuse(
      'BAD_ARGUMENT',
      `spreads must be from 0 to ${deadlineSpreadsMax}, rounds from 1 to ${deadlineRoundsMax}`,
    );
  }
}
