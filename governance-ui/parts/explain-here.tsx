/**
 * A release's provenance report, told in this page from the bytes that it checked and what the node says:
 * the same statements as `commonweights explain`, each with how it is known.
 */
import { useState } from 'preact/hooks';
import type { Chapter, Explanation } from '@commonweights/trainer/release/explanation.js';
import type { ReleaseDesk } from '../engine/release-desk.js';
import { texts } from '../texts/language.js';
import { DigestOrText } from './digest.js';
import { handOver } from './save-here.js';

type Stage =
  | { readonly kind: 'idle' | 'busy' }
  | { readonly kind: 'told'; readonly explanation: Explanation; readonly page: Blob }
  | { readonly kind: 'failed'; readonly why: string };

export function ExplainHere({ desk, name }: { desk: ReleaseDesk; name: string }) {
  const say = texts().release.explain;
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const tell = async () => {
    setStage({ kind: 'busy' });
    try {
      const { explanation, page } = await desk.explain();
      setStage({ kind: 'told', explanation, page });
    } catch (error) {
      setStage({ kind: 'failed', why: (error as Error).message });
    }
  };
  return (
    <section aria-labelledby="provenance">
      <h3 id="provenance">{say.title}</h3>
      <p class="quiet">{say.what}</p>
      {stage.kind === 'told' ? (
        <>
          <p class="buttons">
            <button
              type="button"
              class="plain"
              onClick={() => handOver(stage.page, `${name}.html`)}
            >
              {say.save}
            </button>
          </p>
          {stage.explanation.chapters.map((chapter) => (
            <Told key={chapter.title} chapter={chapter} />
          ))}
        </>
      ) : (
        <p class="buttons">
          <button
            type="button"
            class="plain"
            disabled={stage.kind === 'busy'}
            onClick={() => void tell()}
          >
            {say.show}
          </button>
        </p>
      )}
      <div role="status">
        {stage.kind === 'busy' ? <p class="quiet">{say.busy}</p> : null}
        {stage.kind === 'failed' ? (
          <p class="trouble wrap">
            {say.failed} <span lang="en">{stage.why}</span>
          </p>
        ) : null}
      </div>
    </section>
  );
}

/** The statements are English wherever they are told: they are the command's own. */
function Told({ chapter: { title, statements } }: { chapter: Chapter }) {
  const { columns } = texts().release.explain;
  const { standings } = texts().release.verify;
  return (
    <details>
      <summary lang="en">{title}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{columns.what}</th>
              <th scope="col">{columns.value}</th>
              <th scope="col">{columns.known}</th>
            </tr>
          </thead>
          <tbody>
            {statements.map(({ what, value, standing }, at) => (
              <tr key={at}>
                <th scope="row" lang="en" class="wrap">
                  {what}
                </th>
                <td lang="en" class="wrap">
                  <DigestOrText text={value} />
                </td>
                <td>{standings[standing]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
