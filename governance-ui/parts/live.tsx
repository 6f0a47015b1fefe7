/** A page's frame around what it reads: waiting, trouble, nothing there, or the thing itself. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Trouble } from './trouble.js';
import type { ReadingInUse } from './use-reading.js';
import { texts } from '../texts/language.js';

export function Live<T>(it: {
  title: string;
  using: ReadingInUse<T | null>;
  /** What to say when the contract has no such thing. */
  missing?: string;
  children: (value: T) => ComponentChildren;
}) {
  const { reading } = it.using;
  const { title } = it;
  useEffect(() => {
    document.title = `${title} · Commonweights`;
  }, [title]);
  return (
    <>
      <Trouble {...it.using} what={title} />
      {reading.value !== null ? (
        it.children(reading.value)
      ) : (
        <>
          <h1>{title}</h1>
          <p class="quiet">
            {reading.readAtMs !== null && !reading.error
              ? (it.missing ?? texts().common.read.missing)
              : reading.error
                ? texts().common.read.nothingYet
                : texts().common.read.reading}
          </p>
        </>
      )}
    </>
  );
}
