/** Why a run stands still, what makes it go on, and what becomes of it when nothing does. */
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import { formatSpan } from './times.js';

type Paused = Pick<
  RunView,
  'pausedBecause' | 'pausedUntilMs' | 'pauseEndsMs' | 'provisional' | 'nowMs'
> & { readonly terms: Pick<RunView['terms'], 'minWorkers'> };

export function explainPause(run: Paused): string {
  const say = texts().run.pause;
  const because = run.pausedBecause ?? say.noReason;
  const workers = `${run.terms.minWorkers}`;
  const heldMs = (run.pausedUntilMs ?? 0) - run.nowMs;
  const goesOn = heldMs > 0 ? say.held({ span: formatSpan(heldMs), workers }) : say.goesOn(workers);
  return say.paused({ because, goesOn, end: explainEnd(run) });
}

/** Any pause ends: a run that nobody comes back to gives its money back. */
function explainEnd({ pauseEndsMs, provisional, nowMs }: Paused): string {
  const say = texts().run.pause;
  if (pauseEndsMs === null) return '';
  const judged = provisional ? say.judged(provisional.round) : '';
  return pauseEndsMs > nowMs
    ? say.stopsIn({ span: formatSpan(pauseEndsMs - nowMs), judged })
    : say.over(judged);
}
