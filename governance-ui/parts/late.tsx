/**
 * A part of the page that lies in a file of its own, fetched when somebody comes to it. Where its host is
 * gone, it is asked again like a chain that is gone, so that both come back by themselves.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { retryDelayMs } from '../reading/poller.js';
import { texts } from '../texts/language.js';

export function Late<T>(it: {
  load: () => Promise<T>;
  children: (part: T) => ComponentChildren;
}): ComponentChildren {
  const [part, setPart] = useState<{ readonly value: T } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    it.load()
      .then((value) => gone || setPart({ value }))
      .catch(() => {
        if (gone) return;
        setFailed(true);
        timer = setTimeout(() => setAttempt(attempt + 1), retryDelayMs(attempt + 1));
      });
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [attempt]);
  if (part) return it.children(part.value);
  const say = texts().frame;
  if (!failed) return <p class="quiet">{say.loading}</p>;
  return (
    <section class="trouble" role="alert">
      <h1>{say.notLoaded}</h1>
      <p>{say.notLoadedRemedy}</p>
      <button type="button" class="plain" onClick={() => setAttempt(attempt + 1)}>
        {say.again}
      </button>
    </section>
  );
}
