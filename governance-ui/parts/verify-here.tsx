/** Verifies a release when asked to, and says what was found, claim by claim; then one can talk to it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { addressOf } from '../engine/address.js';
import { ReleaseDesk } from '../engine/release-desk.js';
import { bytesHold, holds } from '../reading/verdicts-hold.js';
import type { VerifyProgress } from '../reading/verify-here.js';
import { formatBytes } from '../words/amounts.js';
import { useDoor } from './door-context.js';
import { ExplainHere } from './explain-here.js';
import { SaveHere } from './save-here.js';
import { TalkHere } from './talk-here.js';
import { texts } from '../texts/language.js';

type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly progress: VerifyProgress }
  | { readonly kind: 'done'; readonly verdicts: readonly Verdict[] }
  | { readonly kind: 'failed'; readonly why: string };

/** `name`: of what is saved. */
export function VerifyHere({ manifest, name }: { manifest: Digest; name: string }) {
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
    onProgress({ step: texts().release.verify.steps.manifest, doneBytes: 0, totalBytes: 1 });
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
          {stage.kind === 'idle' ? texts().release.verify.here : texts().release.verify.again}
        </button>
      </p>
      <div role="status">
        <Outcome stage={stage} />
      </div>
      {stage.kind === 'done' && bytesHold(stage.verdicts) && desk.current ? (
        <ExplainHere desk={desk.current} name={name} />
      ) : null}
      {stage.kind === 'done' && holds(stage.verdicts) && desk.current ? (
        <>
          <SaveHere desk={desk.current} name={name} />
          <TalkHere desk={desk.current} />
        </>
      ) : null}
    </>
  );
}

function Outcome({ stage }: { stage: Stage }) {
  const say = texts().release.verify;
  switch (stage.kind) {
    case 'idle':
      return null;
    case 'busy': {
      const { step, doneBytes, totalBytes } = stage.progress;
      return (
        <div class="progress-line">
          <progress max={totalBytes} value={doneBytes} aria-label={say.fetched} />
          <span class="wrap">{say.at({ bytes: formatBytes(doneBytes), step: stepOf(step) })}</span>
        </div>
      );
    }
    case 'failed':
      return (
        <p class="trouble wrap">
          {say.failed} <span lang="en">{stage.why}</span>
        </p>
      );
    case 'done':
      return <Verdicts verdicts={stage.verdicts} />;
  }
}

const marks = { pass: '✓', fail: '✗', warn: '!', unknown: '?' } as const;

/** Files are named as they are. */
function stepOf(step: string): ComponentChildren {
  const { checking } = texts().release.verify.steps;
  return step === 'checking every claim' ? checking : step;
}

function Verdicts({ verdicts }: { verdicts: readonly Verdict[] }) {
  const say = texts().release.verify;
  return (
    <>
      {holds(verdicts) ? <p>{say.holds}</p> : <p class="trouble">{say.fails}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={say.table}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say.claim}</th>
              <th scope="col">{say.verdict}</th>
              <th scope="col">{say.knownBy}</th>
              <th scope="col">{say.found}</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.map(({ claim, status, standing, detail }) => (
              <tr key={claim}>
                <th scope="row">{say.claims[claim]}</th>
                <td class={`verdict ${status}`}>
                  <span aria-hidden="true">{marks[status]}</span> {say.words[status]}
                </td>
                <td>{status === 'unknown' ? '–' : say.standings[standing]}</td>
                <td class="reason wrap" lang="en">
                  {detail}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
