/**
 * Which states of a run a loss curve is measured at, and in which order: the two ends first, then always
 * the middle of the widest gap, so that the curve has its shape early and gets finer. A new final round is
 * the end, so it is next.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RoundRecord, RunView } from '@commonweights/dao-contracts/client/views.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';

export interface LossPoint {
  /** 0: what the run started from. */
  readonly round: number;
  readonly root: Digest;
}

/** Each is a state fetched and evaluated; a curve of more says no more. */
export const pointsMeasuredMax = 60;

/** States that count, by round: final rounds that no vote undid, among the records that are shown. */
export function lossPoints(
  run: Pick<RunView, 'terms'>,
  records: readonly RoundRecord[],
  complete: boolean,
): LossPoint[] {
  const start: LossPoint[] = complete ? [{ round: 0, root: run.terms.initialRoot }] : [];
  const rounds = standingRounds(records).flatMap(({ round, root }) =>
    root === null ? [] : [{ round, root }],
  );
  return [...start, ...rounds];
}

/** What to measure next; null: nothing is left, or enough is measured. */
export function nextPoint(
  points: readonly LossPoint[],
  isDone: (point: LossPoint) => boolean,
): LossPoint | null {
  const done = points.map(isDone);
  if (done.filter(Boolean).length >= pointsMeasuredMax) return null;
  const last = points.length - 1;
  for (const end of [last, 0]) if (end >= 0 && !done[end]) return points[end]!;
  let widest = { from: 0, width: 1 };
  let from = 0;
  for (let at = 1; at <= last; at++) {
    if (!done[at]) continue;
    if (at - from > widest.width) widest = { from, width: at - from };
    from = at;
  }
  return widest.width < 2 ? null : points[widest.from + Math.floor(widest.width / 2)]!;
}
