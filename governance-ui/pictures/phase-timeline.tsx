/** How long each phase of the latest rounds took, by the chain's clock, for as long as the page looked. */
import type { PhaseSpan, TimedPhase } from '../reading/phase-log.js';
import { Figure } from '../parts/figure.js';
import { texts } from '../texts/language.js';
import { formatBps } from '../words/amounts.js';
import { formatSpan, formatUtc } from '../words/times.js';

const roundsShownMax = 12;
const phases: readonly TimedPhase[] = ['train', 'reveal', 'certify', 'aggregate'];

export function PhaseTimeline({ spans, nowMs }: { spans: readonly PhaseSpan[]; nowMs: number }) {
  const say = texts().figures;
  if (spans.length === 0) return null;
  const rounds = [...new Set(spans.map(({ round }) => round))].slice(-roundsShownMax);
  const shown = spans.filter(({ round }) => rounds.includes(round));
  const length = ({ startMs, endMs }: PhaseSpan) => Math.max(0, (endMs ?? nowMs) - startMs);
  const longest = Math.max(
    1,
    ...rounds.map((round) =>
      shown.filter((span) => span.round === round).reduce((sum, span) => sum + length(span), 0),
    ),
  );
  const total = shown.reduce((sum, span) => sum + length(span), 0);
  const training = shown
    .filter(({ phase }) => phase === 'train')
    .reduce((sum, span) => sum + length(span), 0);
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{say.timeline}</h2>
      <p class="quiet">{say.timelineIs}</p>
      <dl class="timeline">
        {rounds.map((round) => (
          <div key={round}>
            <dt>{say.roundN(round)}</dt>
            <dd>
              <Bar spans={shown.filter((span) => span.round === round)} {...{ longest, length }} />
            </dd>
          </div>
        ))}
      </dl>
      <ul class="legend phases-legend">
        {phases.map((phase) => (
          <li key={phase} class={phase}>
            {texts().lists.phases[phase]}
          </li>
        ))}
      </ul>
      <div class="facts figures">
        <Figure
          name={say.training}
          value={total > 0 ? formatBps(Math.round((10_000 * training) / total)) : '–'}
        >
          {() => (
            <>
              <p>
                {say.trainingBehind({ training: formatSpan(training), total: formatSpan(total) })}
              </p>
              <ul class="sum">
                {[...shown].reverse().map((span) => (
                  <li key={`${span.round} ${span.phase} ${span.startMs}`}>
                    {say.phaseOf({
                      round: span.round,
                      phase: texts().lists.phases[span.phase],
                    })}
                    {texts().common.colon}
                    {formatSpan(length(span))} <span class="quiet">{formatUtc(span.startMs)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Figure>
      </div>
    </section>
  );
}

function Bar(it: {
  spans: readonly PhaseSpan[];
  longest: number;
  length: (span: PhaseSpan) => number;
}) {
  let x = 0;
  return (
    <svg viewBox="0 0 100 5" preserveAspectRatio="none" role="img" aria-label={spoken(it)}>
      {it.spans.map((span) => {
        const width = (100 * it.length(span)) / it.longest;
        const at = x;
        x += width;
        return (
          <rect
            key={span.phase}
            class={`${span.phase}${span.endMs === null ? ' now' : ''}`}
            {...{ x: at, width, height: 5 }}
          />
        );
      })}
    </svg>
  );
}

function spoken({ spans, length }: Parameters<typeof Bar>[0]): string {
  const { phases: named } = texts().lists;
  return spans
    .map((span) => `${named[span.phase]} ${formatSpan(length(span))}`)
    .join(texts().common.and);
}
