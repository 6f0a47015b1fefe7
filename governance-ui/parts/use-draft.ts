/** What somebody is writing, kept in the browser with every change. */
import { useMemo, useState } from 'preact/hooks';
import type { Values } from '../drafts/action-forms.js';
import { KeptDrafts, type DraftKind } from '../drafts/kept-drafts.js';
import { useDoor } from './door-context.js';

export interface DraftInUse {
  readonly values: Values;
  /** Fields that were changed since the form was begun: only they are complained about. */
  readonly touched: ReadonlySet<string>;
  /** Whether there is one in the browser; null: it would not take it. */
  readonly kept: boolean | null;
  set(name: string, value: string): void;
  setAll(values: Values): void;
  /** Begins anew. */
  drop(): void;
}

export function useKeptDrafts(): KeptDrafts {
  const { network, contract } = useDoor().client;
  return useMemo(
    () => new KeptDrafts(localStorage, { network: network.name, contract }),
    [network, contract],
  );
}

export function useDraft(kind: DraftKind, initial: Values): DraftInUse {
  const drafts = useKeptDrafts();
  const [state, setState] = useState(() => {
    const found = drafts.read(kind);
    return {
      values: { ...initial, ...found?.values },
      touched: new Set(Object.keys(found?.values ?? {})),
      kept: (found !== null) as boolean | null,
    };
  });
  const change = (changes: Values) =>
    setState((now) => {
      const values = { ...now.values, ...changes };
      const touched = new Set([...now.touched, ...Object.keys(changes)]);
      const written = Object.fromEntries([...touched].map((name) => [name, values[name] ?? '']));
      const kept = drafts.keep(kind, { values: written, savedAtMs: Date.now() });
      return { values, touched, kept: kept ? true : null };
    });
  return {
    ...state,
    set: (name, value) => change({ [name]: value }),
    setAll: change,
    drop: () => {
      drafts.drop(kind);
      setState({ values: initial, touched: new Set(), kept: false });
    },
  };
}
