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
  const end = Math.min(from + pageRows, items.length);
  const say = texts().figures;
  return (
    <>
      {it.children(items.slice(from, from + pageRows))}
      {items.length > pageRows ? (
        <Pager
          label={it.label}
          text={say.shownOf({
            shown: `${groupThousands(`${from + 1}`)}–${groupThousands(`${end}`)}`,
            count: groupThousands(`${items.length}`),
          })}
          names={{ back: say.before, forth: say.after }}
          back={from > 0 ? () => setFrom(from - pageRows) : null}
          forth={from + pageRows < items.length ? () => setFrom(from + pageRows) : null}
        />
      ) : null}
    </>
  );
}

/** Turns pages; what cannot be turned is not to be pressed. */
export function Pager(it: {
  label: string;
  /** Which part is shown. */
  text: string;
  names: { readonly back: string; readonly forth: string };
  back: (() => void) | null;
  forth: (() => void) | null;
}) {
  return (
    <nav class="buttons" aria-label={it.label}>
      <button type="button" class="plain" disabled={!it.back} onClick={() => it.back?.()}>
        {it.names.back}
      </button>
      <span class="quiet">{it.text}</span>
      <button type="button" class="plain" disabled={!it.forth} onClick={() => it.forth?.()}>
        {it.names.forth}
      </button>
    </nav>
  );
}
