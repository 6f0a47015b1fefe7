/** Why a run stands still, what makes it go on, and what becomes of it when nothing does. */
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { formatSpan } from './times.js';

type Paused = Pick<
  RunView,
  'pausedBecause' | 'pausedUntilMs' | 'pauseEndsMs' | 'provisional' | 'nowMs'
> & { readonly terms: Pick<RunView['terms'], 'minWorkers'> };

export function explainPause(run: Paused): string {
  const because = run.pausedBecause ?? 'no reason given';
  const enough = `${run.terms.minWorkers} trainers are active`;
  const heldMs = (run.pausedUntilMs ?? 0) - run.nowMs;
  const goesOn =
    heldMs > 0
      ? `No round opens for ${formatSpan(heldMs)}, unless a vote resumes or stops the run before. ` +
        `Then it goes on from the last root as soon as ${enough}.`
      : `It goes on from the last root as soon as ${enough}.`;
  return `Paused: ${because}. ${goesOn}${explainEnd(run)}`;
}

/** Any pause ends: a run that nobody comes back to gives its money back. */
function explainEnd({ pauseEndsMs, provisional, nowMs }: Paused): string {
  if (pauseEndsMs === null) return '';
  const judged = provisional ? `, once round ${provisional.round} is judged` : '';
  const refund = 'stakes and pay go to their owners, the rest of its escrow to the treasury';
  return pauseEndsMs > nowMs
    ? ` If that has not happened in ${formatSpan(pauseEndsMs - nowMs)}, it stops${judged}: ${refund}.`
    : ` Its time is over: the next tick that finds fewer stops it${judged}; ${refund}.`;
}
