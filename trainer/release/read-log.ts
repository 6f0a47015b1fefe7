/**
 * A run's records in the order of their hash chain, up to the final round. That is not always the
 * order of their numbers: a round that is aborted while the one before waits for its audits is
 * recorded first.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RoundRecord, RunView } from '@commonweights/dao-contracts/client/views.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfRecord } from './release-files.js';

/** Error: `LOG_BROKEN`, where a node withholds or alters a record. */
export async function readLog(
  client: Pick<DaoClient, 'getRoundRecord'>,
  run: Pick<RunView, 'id' | 'finalRound' | 'nextRound'>,
): Promise<RoundRecord[]> {
  const byDigest = new Map<Digest, RoundRecord>();
  let last: RoundRecord | null = null;
  for (let round = 1; round < run.nextRound; round++) {
    const record = await client.getRoundRecord({ run: run.id, round });
    if (!record) continue;
    byDigest.set(digestOfRecord(record), record);
    if (round === run.finalRound) last = record;
  }
  const log: RoundRecord[] = [];
  for (let record = last; record;) {
    log.unshift(record);
    const { previous } = record;
    if (previous === null) return log;
    record = byDigest.get(previous) ?? null;
    // Each is taken once, so that records which name each other end.
    byDigest.delete(previous);
  }
  throw new Error(
    `LOG_BROKEN: the records of run ${run.id} do not lead from round ${run.finalRound} back to the ` +
      'first; ask another node',
  );
}
