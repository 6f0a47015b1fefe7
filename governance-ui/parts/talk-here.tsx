/**
 * Talking to a release that was verified in this page. The model goes on with a text; it was not taught
 * to answer. What it says is shown as text and nothing else.
 */
import { useState } from 'preact/hooks';
import type { ReleaseDesk } from '../engine/release-desk.js';
import type { TalkSettings } from '../engine/release-session.js';
import { formatSpan } from '../words/times.js';
import { NumberField } from './number-field.js';
import { texts } from '../texts/language.js';

type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'speaking'; readonly waits: boolean }
  | { readonly kind: 'said'; readonly stopped: boolean; readonly elapsedMs: number }
  | { readonly kind: 'failed'; readonly why: string };

/** As `commonweights generate` has them. */
const usual: TalkSettings = {
  prompt: 'My fellow citizens',
  tokens: 100,
  temperature: 0.8,
  topK: 40,
  topP: 1,
  seed: 1,
};

const fields = [
  { name: 'tokens', min: 1, max: 10_000, step: 1 },
  { name: 'temperature', min: 0, max: 100, step: 0.1 },
  { name: 'topK', min: 1, max: 1_000_000, step: 1 },
  { name: 'topP', min: 0.01, max: 1, step: 0.01 },
  { name: 'seed', min: 0, max: 4_294_967_295, step: 1 },
] as const;

const promptCharsMax = 20_000;

export function TalkHere({ desk }: { desk: ReleaseDesk }) {
  const [settings, setSettings] = useState(usual);
  const [told, setTold] = useState({ prompt: '', text: '' });
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const say = texts().release.talk;
  const speaking = stage.kind === 'speaking';
  const start = async (event: Event) => {
    event.preventDefault();
    const { prompt } = settings;
    setTold({ prompt, text: '' });
    setStage({ kind: 'speaking', waits: true });
    try {
      const said = await desk.talk(settings, (part) => {
        setTold((before) => ({ prompt, text: before.text + part }));
        setStage({ kind: 'speaking', waits: false });
      });
      setStage({ kind: 'said', ...said });
    } catch (error) {
      setStage({ kind: 'failed', why: (error as Error).message });
    }
  };
  return (
    <section class="talk" aria-labelledby="talk">
      <h3 id="talk">{say.title}</h3>
      <p class="quiet">{say.what}</p>
      <form onSubmit={(event) => void start(event)}>
        <label class="field">
          <span>{say.from}</span>
          <textarea
            rows={3}
            maxLength={promptCharsMax}
            required
            value={settings.prompt}
            onInput={({ currentTarget: { value } }) => setSettings({ ...settings, prompt: value })}
          />
        </label>
        <div class="field-row">
          {fields.map(({ name, ...field }) => (
            <NumberField
              key={name}
              label={say.fields[name]}
              {...field}
              value={settings[name]}
              onChange={(value) => setSettings({ ...settings, [name]: value })}
            />
          ))}
        </div>
        <p class="buttons">
          <button type="submit" class="plain" disabled={speaking}>
            {say.goOn}
          </button>
          <button type="button" class="plain" disabled={!speaking} onClick={() => desk.stop()}>
            {say.stop}
          </button>
        </p>
      </form>
      {told.prompt ? (
        <output class="said" aria-live="polite" aria-busy={speaking}>
          <span class="quiet">{told.prompt}</span>
          {told.text}
        </output>
      ) : null}
      <div role="status">
        <Note stage={stage} />
      </div>
    </section>
  );
}

function Note({ stage }: { stage: Stage }) {
  const say = texts().release.talk;
  switch (stage.kind) {
    case 'idle':
      return null;
    case 'speaking':
      return stage.waits ? <p class="quiet">{say.loading}</p> : null;
    case 'said':
      return (
        <p class="quiet">
          {stage.stopped
            ? say.stopped(formatSpan(stage.elapsedMs))
            : say.done(formatSpan(stage.elapsedMs))}
        </p>
      );
    case 'failed':
      return (
        <p class="trouble wrap">
          {say.failed} <span lang="en">{stage.why}</span>
        </p>
      );
  }
}
