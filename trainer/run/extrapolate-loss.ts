/**
 * From the losses of a few rehearsed rounds to a range for the end of the run. A rehearsal is too
 * short to fit a curve, so the range says two simple things and which: **low**, if each doubling of
 * the rounds goes on bringing what the last rehearsed doubling brought (a straight line over the
 * logarithm of the rounds); **high**, if each further doubling brings half of the one before.
 */

export interface LossRange {
  readonly low: number;
  readonly high: number;
}

/**
 * `losses`: held-out loss before the first round and after each rehearsed one, nats per token. Laws:
 * `0 ≤ low ≤ high ≤` the last loss; both are the last loss where no round is left or nothing was
 * learned; a longer run never has a higher range.
 */
export function extrapolateLoss(losses: readonly number[], rounds: number): LossRange {
  const rehearsed = losses.length - 1;
  const last = losses[rehearsed];
  if (last === undefined || rehearsed < 1) {
    throw new Error('BAD_REHEARSAL: no round was rehearsed; rehearse at least one');
  }
  const doublings = Math.max(0, Math.log2(rounds / rehearsed));
  const gain = gainOfDoubling(losses);
  // Σ 2⁻ⁱ over the doublings that are left, continued between whole ones.
  const damped = gain * (1 - 2 ** -doublings);
  return { low: Math.max(0, last - gain * doublings), high: Math.max(0, last - damped) };
}

/**
 * What the last doubling of the rehearsed rounds brought, with one round: that round. Against the
 * best loss up to then, since what was lost in a bad round and won back is not progress.
 */
function gainOfDoubling(losses: readonly number[]): number {
  let least = Infinity;
  const best = losses.map((loss) => (least = Math.min(least, loss)));
  const rehearsed = losses.length - 1;
  const half = rehearsed / 2;
  const below = Math.floor(half);
  const between = best[below]! + (half - below) * (best[below + 1]! - best[below]!);
  return Math.max(0, between - losses[rehearsed]!);
}
