/** Verifies a release when asked to, and says what was found, claim by claim. */
import { useState } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { holds, verifyHere, type VerifyProgress } from '../reading/verify-here.js';
import { formatBytes } from '../words/amounts.js';
import { useDoor } from './door-context.js';

type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly progress: VerifyProgress }
  | { readonly kind: 'done'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'failed'; readonly why: string };

export function VerifyHere({ manifest }: { manifest: Digest }) {
  const { client, store } = useDoor();
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const start = async () => {
    const onProgress = (progress: VerifyProgress) => setStage({ kind: 'busy', progress });
    onProgress({ step: 'the manifest', doneBytes: 0, totalBytes: 1 });
    try {
      const verdicts = await verifyHere({ client, store, manifest, onProgress });
      setStage({ kind: 'done', verdicts });
    } catch (error) {
      setStage({ kind: 'failed', why: (error as Error).message });
    }
  };
  return (
    <>
      <p>
        <button
          type="button"
          class="plain"
          disabled={stage.kind === 'busy'}
          onClick={() => void start()}
        >
          {stage.kind === 'idle' ? 'Verify it in this page' : 'Verify it again'}
        </button>
      </p>
      <div role="status">
        <Outcome stage={stage} />
      </div>
    </>
  );
}

function Outcome({ stage }: { stage: Stage }) {
  switch (stage.kind) {
    case 'idle':
      return null;
    case 'busy': {
      const { step, doneBytes, totalBytes } = stage.progress;
      return (
        <div class="progress-line">
          <progress max={totalBytes} value={doneBytes} aria-label="Fetched of the release" />
          <span class="wrap">
            {formatBytes(doneBytes)}, {step}
          </span>
        </div>
      );
    }
    case 'failed':
      return <p class="trouble wrap">It could not be verified: {stage.why}</p>;
    case 'done':
      return <Verdicts verdicts={stage.verdicts} />;
  }
}

const marks = { pass: '✓', fail: '✗', warn: '!', unknown: '?' } as const;
const words = { pass: 'holds', fail: 'fails', warn: 'mind', unknown: 'not checked' } as const;

function Verdicts({ verdicts }: { verdicts: readonly Verdict[] }) {
  return (
    <>
      {holds(verdicts) ? (
        <p>
          Every claim holds, as far as this page and its node tell the truth. The command checks the
          same on your own machine.
        </p>
      ) : (
        <p class="trouble">Do not use this release: not every claim about it holds.</p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Verdicts, one per claim">
        <table>
          <thead>
            <tr>
              <th scope="col">Claim</th>
              <th scope="col">Verdict</th>
              <th scope="col">Known by</th>
              <th scope="col">Found</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.map(({ claim, status, standing, detail }) => (
              <tr key={claim}>
                <th scope="row">{claim}</th>
                <td class={`verdict ${status}`}>
                  <span aria-hidden="true">{marks[status]}</span> {words[status]}
                </td>
                <td>{status === 'unknown' ? '–' : standing}</td>
                <td class="reason wrap">{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
