/** Is this text in that release? Searched in this tab, in the texts that the release was made of. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOf } from '../engine/address.js';
import { ReleaseDesk } from '../engine/release-desk.js';
import type { SearchedDataset, TextMatch, TextSearch } from '../reading/find-text.js';
import { countOf, groupThousands } from '../words/amounts.js';
import { DigestText } from './digest.js';
import { useDoor } from './door-context.js';
import { texts } from '../texts/language.js';

type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly dataset: string }
  | { readonly kind: 'done'; readonly search: TextSearch; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string };

const textCharsMin = 8;
const textCharsMax = 20_000;

export function SearchHere({ run }: { run: number }) {
  const door = useDoor();
  const [text, setText] = useState('');
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const desk = useRef<ReleaseDesk | null>(null);
  useEffect(() => () => desk.current?.close(), []);
  const say = texts().release.search;
  const search = async (event: Event) => {
    event.preventDefault();
    setStage({ kind: 'busy', dataset: texts().release.search.theRun });
    desk.current ??= new ReleaseDesk(addressOf(door));
    try {
      const found = await desk.current.search({ run, text }, (dataset) =>
        setStage({ kind: 'busy', dataset }),
      );
      setStage({ kind: 'done', search: found, text });
    } catch (error) {
      setStage({ kind: 'failed', why: (error as Error).message });
    }
  };
  return (
    <section class="talk" aria-labelledby="search">
      <h3 id="search">{say.title}</h3>
      <form onSubmit={(event) => void search(event)}>
        <label class="field">
          <span>{say.characters}</span>
          <textarea
            rows={3}
            required
            minLength={textCharsMin}
            maxLength={textCharsMax}
            value={text}
            onInput={({ currentTarget: { value } }) => setText(value)}
          />
        </label>
        <p class="buttons">
          <button type="submit" class="plain" disabled={stage.kind === 'busy'}>
            {say.search}
          </button>
        </p>
      </form>
      <div role="status">
        {stage.kind === 'busy' ? <p class="quiet">{say.reading(stage.dataset)}</p> : null}
        {stage.kind === 'failed' ? (
          <p class="trouble wrap">
            {say.failed} <span lang="en">{stage.why}</span>
          </p>
        ) : null}
        {stage.kind === 'done' ? <Found {...stage} /> : null}
      </div>
    </section>
  );
}

function Found({ search: { datasets }, text }: { search: TextSearch; text: string }) {
  const say = texts().release.search;
  const hits = datasets.filter(({ matches }) => matches.length > 0);
  const missed = datasets.filter(({ why }) => why !== null);
  const items = datasets.reduce((sum, one) => sum + (one.why === null ? one.items : 0), 0);
  return (
    <>
      <p>{hits.length > 0 ? say.found : say.nowhere(countOf(items, 'items'))}</p>
      {hits.map((one) => (
        <Matches key={one.id} dataset={one} text={text} />
      ))}
      {missed.map(({ id, why }) => (
        <p key={id} class="trouble wrap">
          {say.missed(id)} <span lang="en">{why}</span>
        </p>
      ))}
    </>
  );
}

function Matches({ dataset, text }: { dataset: SearchedDataset; text: string }) {
  const { id, items, matches, more } = dataset;
  return (
    <>
      <h4>
        {texts().release.search.hits({
          ...{ id, more, of: groupThousands(`${items}`) },
          hits: countOf(matches.length, 'items'),
        })}
      </h4>
      <ul class="claims">
        {matches.map((match) => (
          <li key={match.index}>
            <Match match={match} text={text} />
          </li>
        ))}
      </ul>
    </>
  );
}

const shownChars = 80;

function Match({ match, text }: { match: TextMatch; text: string }) {
  const say = texts().release.search;
  const shown = text.length > shownChars ? `${text.slice(0, shownChars)}…` : text;
  return (
    <span class="wrap">
      {say.match({
        at: `${match.index + 1}`,
        item: <DigestText digest={match.item} />,
        use: say.uses[match.use],
        whole: match.whole,
      })}{' '}
      <span class="quiet">…{match.before}</span>
      <mark>{shown}</mark>
      <span class="quiet">{match.after}…</span>
    </span>
  );
}
