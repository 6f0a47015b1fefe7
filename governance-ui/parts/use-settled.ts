/** What somebody types, once it stands still: what costs something to compute or to ask waits for it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Values } from '../drafts/action-forms.js';

const settleMs = 300;

export function useSettled(values: Values): Values {
  const text = JSON.stringify(values);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return useMemo(() => JSON.parse(settled) as Values, [settled]);
}
