/**
 * Reading a run's log. A vote can rewind a run to an earlier final round; the records of the rounds
 * in between stay as they are, since the chain of digests goes through them, and a record of the
 * rewind says that they are void.
 */
import type { RoundRecord } from './run.js';

/** The final rounds that count, in order: without those that a later rewind undid. */
export function standingRounds(records: readonly RoundRecord[]): RoundRecord[] {
  const standing: RoundRecord[] = [];
  for (const record of records) {
    if (record.outcome === 'final') standing.push(record);
    const { to } = record;
    if (record.outcome !== 'rewind' || to === undefined) continue;
    while (standing.length > 0 && standing.at(-1)!.round > to) standing.pop();
  }
  return standing;
}
