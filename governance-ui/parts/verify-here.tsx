/** Verifies a release when asked to, and says what was found, claim by claim; then one can talk to it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { addressOf } from '../engine/address.js';
import { ReleaseDesk } from '../engine/release-desk.js';
import { holds } from '../reading/verdicts-hold.js';
import type { VerifyProgress } from '../reading/verify-here.js';
import { formatBytes } from '../words/amounts.js';
import { useDoor } from './door-context.js';
import { TalkHere } from './talk-here.js';

type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly progress: VerifyProgress }
  | { readonly kind: 'done'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'failed'; readonly why: string };

export function VerifyHere({ manifest }: { manifest: Digest }) {
  const door = useDoor();
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const desk = useRef<ReleaseDesk | null>(null);
  useEffect(
    () => () => {
      desk.current?.close();
      desk.current = null;
    },
    [],
  );
  const start = async () => {
    const onProgress = (progress: VerifyProgress) => setStage({ kind: 'busy', progress });
    onProgress({ step: 'the manifest', doneBytes: 0, totalBytes: 1 });
    // A worker of its own each time: what the last one held in memory is gone with it.
    desk.current?.close();
    const mine = new ReleaseDesk(addressOf(door));
    desk.current = mine;
    try {
      setStage({ kind: 'done', verdicts: await mine.verify(manifest, onProgress) });
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
      {stage.kind === 'done' && holds(stage.verdicts) && desk.current ? (
        <TalkHere desk={desk.current} />
      ) : null}
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
