/**
 * Where a derived dataset came from: of its record, what follows from its parents' records. All of them
 * are named, since each may be the one that somebody looks for; the same parents give the same words.
 */
import type { DatasetRecord } from './record.js';
import { recordLimits } from './record.js';

export type Origin = Pick<DatasetRecord, 'source' | 'collectedAt' | 'evidence'>;

/** Stands between sources: no URI has it unescaped. */
const separator = ' | ';

/**
 * Distinct sources in order; the days from the first to the last on which something was collected;
 * evidence where it is the same for all. At least one parent.
 */
export function originOf(parents: readonly Origin[]): Origin {
  const [first] = parents;
  const sources = [...new Set(parents.flatMap(({ source }) => source.split(separator)))];
  const source = sources.join(separator);
  return {
    source:
      source.length <= recordLimits.sourceLengthMax
        ? source
        : `${sources.length} sources, those of its parents`,
    collectedAt: spanOf(parents.map(({ collectedAt }) => collectedAt)),
    evidence: parents.every(({ evidence }) => evidence === first!.evidence)
      ? first!.evidence
      : null,
  };
}

/** Days, or spans `first/last` of them, as the one span that holds all. */
function spanOf(times: readonly string[]): string {
  // ISO days are in order as texts are.
  const from = times.map((time) => time.split('/')[0]!).sort()[0]!;
  const to = times
    .map((time) => time.split('/').at(-1)!)
    .sort()
    .at(-1)!;
  return from === to ? from : `${from}/${to}`;
}
