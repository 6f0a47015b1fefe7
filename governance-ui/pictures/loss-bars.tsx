/** Held-out loss beside what it began with and what knowing only token counts would give. */
import type { Evaluation } from '../reading/release.js';
import { plural } from '../words/amounts.js';

export function LossBars({ evaluation }: { evaluation: Evaluation }) {
  const { heldOutLoss, initialLoss, unigramEntropy, sequences } = evaluation;
  const bars = [
    { name: 'this release', value: heldOutLoss, look: 'own' },
    { name: 'knowing only how often each token occurs', value: unigramEntropy, look: 'other' },
    { name: 'before training', value: initialLoss, look: 'other' },
  ].filter((bar): bar is typeof bar & { value: number } => bar.value !== null);
  if (bars.length === 0) return <p class="quiet">It names no losses that this page knows.</p>;
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  return (
    <>
      <p>
        Loss on held-out text, in nats per token
        {sequences === null ? '' : `, over ${plural(sequences, 'sequence')}`}. Less is better.
      </p>
      <dl class="bars">
        {bars.map(({ name, value, look }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class={look} width={(100 * Math.max(0, value)) / most} height="10" rx="0.6" />
              </svg>
              <span class="number" title={String(value)}>
                {value.toFixed(4)}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {heldOutLoss !== null && unigramEntropy !== null ? (
        <p class="quiet">
          {heldOutLoss < unigramEntropy
            ? `${(unigramEntropy - heldOutLoss).toFixed(2)} nats below the token counts: it learned something about the text.`
            : 'Not below the token counts: it learned nothing about the text yet.'}
        </p>
      ) : null}
    </>
  );
}
