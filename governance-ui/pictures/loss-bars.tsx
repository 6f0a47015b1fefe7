/** Held-out loss beside what it began with and what knowing only token counts would give. */
import type { Evaluation } from '../reading/release.js';
import { countOf, formatFixed } from '../words/amounts.js';
import { texts } from '../texts/language.js';

export function LossBars({ evaluation }: { evaluation: Evaluation }) {
  const { heldOutLoss, initialLoss, unigramEntropy, sequences } = evaluation;
  const say = texts().release.evaluation;
  const bars = [
    { name: say.own, value: heldOutLoss, look: 'own' },
    { name: say.unigram, value: unigramEntropy, look: 'other' },
    { name: say.before, value: initialLoss, look: 'other' },
  ].filter((bar): bar is typeof bar & { value: number } => bar.value !== null);
  if (bars.length === 0) return <p class="quiet">{say.none}</p>;
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  return (
    <>
      <p>{sequences === null ? say.loss : say.lossOver(countOf(sequences, 'sequences'))}</p>
      <dl class="bars">
        {bars.map(({ name, value, look }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class={look} width={(100 * Math.max(0, value)) / most} height="10" rx="0.6" />
              </svg>
              <span class="number" title={String(value)}>
                {formatFixed(value, 4)}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {heldOutLoss !== null && unigramEntropy !== null ? (
        <p class="quiet">
          {heldOutLoss < unigramEntropy
            ? say.learned(formatFixed(unigramEntropy - heldOutLoss, 2))
            : say.nothing}
        </p>
      ) : null}
    </>
  );
}
