/** The tab's own place of work, the same on every page. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { AuditBench, BenchView } from '../engine/audit-bench.js';

export const BenchContext = createContext<AuditBench | null>(null);

export function useBench(): BenchView & { readonly bench: AuditBench } {
  const bench = useContext(BenchContext)!;
  const [view, setView] = useState(bench.view);
  useEffect(() => {
    setView(bench.view);
    return bench.listen(setView);
  }, [bench]);
  return { ...view, bench };
}
