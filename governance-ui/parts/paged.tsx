/** A long list a page at a time: a browser is asked to draw what can be looked at, and no more. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { groupThousands } from '../words/amounts.js';
import { texts } from '../texts/language.js';

export const pageRows = 50;

export function Paged<T>(it: {
  items: readonly T[];
  /** Names what is turned, for who does not see it. */
  label: string;
  children: (items: readonly T[]) => ComponentChildren;
}) {
  const [wanted, setFrom] = useState(0);
  const { items } = it;
  // The list may have become shorter.
  const from = wanted < items.length ? wanted : 0;
  return (
    <>
      {it.children(items.slice(from, from + pageRows))}
      {items.length > pageRows ? (
        <Pager
          label={it.label}
          shown={`${groupThousands(`${from + 1}`)}–${groupThousands(`${Math.min(from + pageRows, items.length)}`)}`}
          count={items.length}
          back={from > 0 ? () => setFrom(from - pageRows) : null}
          forth={from + pageRows < items.length ? () => setFrom(from + pageRows) : null}
        />
      ) : null}
    </>
  );
}

function Pager(it: {
  label: string;
  shown: string;
  count: number;
  back: (() => void) | null;
  forth: (() => void) | null;
}) {
  const say = texts().figures;
  return (
    <nav class="buttons" aria-label={it.label}>
      <button type="button" class="plain" disabled={!it.back} onClick={() => it.back?.()}>
        {say.before}
      </button>
      <span class="quiet">
        {say.shownOf({ shown: it.shown, count: groupThousands(`${it.count}`) })}
      </span>
      <button type="button" class="plain" disabled={!it.forth} onClick={() => it.forth?.()}>
        {say.after}
      </button>
    </nav>
  );
}
