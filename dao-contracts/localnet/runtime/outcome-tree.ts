/**
 * The Merkle tree over what became of everything that a block executed: its transactions in order, then
 * its receipts. The next block's header carries the root.
 */
import { baseDecode, baseEncode } from 'near-api-js';
import {
  outcomeLeafOf,
  outcomeRootOf,
  treeOf,
  type OutcomeStatus as ProvenStatus,
} from '../../client/light-client-format.js';
import { emptyOutcomeRoot } from './block-header.js';
import type { Outcome, OutcomePlace } from './receipt.js';
import type { TransactionRecord } from './transaction-record.js';
import type { World } from './world.js';

/** Notes with each outcome where it stands, and returns the block's outcome root. */
export function placeOutcomes(
  world: World,
  blockHash: string,
  transactions: readonly string[],
  receipts: readonly string[],
): string {
  const outcomes = [
    ...transactions.map((id) => recordOf(world, id).outcome),
    ...receipts.map((id) => world.record<Outcome>(`outcome/${id}`)!),
  ];
  if (outcomes.length === 0) return emptyOutcomeRoot;
  const { root, paths } = treeOf(outcomes.map(leafOf));
  outcomes.forEach((outcome, i) => {
    const path = paths[i]!.map(({ hash, side }) => ({
      hash: baseEncode(hash),
      direction: side === 'left' ? ('Left' as const) : ('Right' as const),
    }));
    const placed = { ...outcome, block: { hash: blockHash, path } satisfies OutcomePlace };
    if (i >= transactions.length) world.put(['record', `outcome/${outcome.id}`, placed]);
    else {
      const record = { ...recordOf(world, outcome.id), outcome: placed };
      world.put(['record', `transaction/${outcome.id}`, record]);
    }
  });
  return baseEncode(outcomeRootOf([root]));
}

function recordOf(world: World, hash: string): TransactionRecord {
  return world.record<TransactionRecord>(`transaction/${hash}`)!;
}

function leafOf(outcome: Outcome): Uint8Array {
  return outcomeLeafOf({
    id: baseDecode(outcome.id),
    receiptIds: outcome.receiptIds.map((id) => baseDecode(id)),
    gasBurnt: BigInt(outcome.gasBurnt),
    tokensBurntYocto: outcome.tokensBurntYocto,
    executorId: outcome.executorId,
    status: provenStatus(outcome.status),
    logs: outcome.logs,
  });
}

function provenStatus(status: Outcome['status']): ProvenStatus {
  if ('SuccessReceiptId' in status) {
    return { kind: 'receipt', receiptId: baseDecode(status.SuccessReceiptId) };
  }
  if ('SuccessValue' in status) {
    return { kind: 'value', value: Buffer.from(status.SuccessValue, 'base64') };
  }
  return { kind: 'failure' };
}
