/** A log as long as asked for, in which everybody always works: what counting one again costs. */
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { termsOf } from '@commonweights/trainer/run/run-spec.js';
import { smallRun, sparse } from './small-release.js';

export function longLog(it: { rounds: number; workers: number }): {
  records: RoundRecord[];
  terms: RunTerms;
} {
  const { rounds, spec } = smallRun(sparse);
  const [first] = rounds;
  const [claim] = first!.claims;
  const { startRoot } = first!;
  const terms = termsOf({
    spec: { ...spec, rounds: it.rounds, maxWorkers: it.workers },
    ...{ digest: startRoot, initialRoot: startRoot },
  });
  const records = Array.from({ length: it.rounds }, (_, r): RoundRecord => {
    const claims = Array.from({ length: it.workers }, (__, seat) => ({
      ...{ ...claim!, seat, account: `worker-${seat}.near`, slice: r * it.workers + seat },
      verdict: 'unaudited' as const,
    }));
    return { ...first!, round: r + 1, claims, audits: [] };
  });
  return { records, terms };
}
