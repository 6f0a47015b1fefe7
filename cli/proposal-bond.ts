/** Proposing costs a bond, which comes back, and the storage of the proposal, which is paid. */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { Action } from '@commonweights/dao-contracts/client/views.js';
import { storageYoctoPerByte } from '@commonweights/dao-contracts/rules/limits.js';

/**
 * What a proposal or a record keeps beside its own text: keys, indexes, counts. Generous, since the
 * contract returns what is over.
 */
const overheadBytes = 4_000n;

/** Enough to store `document` on chain. */
export function storageDeposit(document: unknown): bigint {
  const bytes = BigInt(canonicalBytes(toWire(document)).length);
  return (2n * bytes + overheadBytes) * storageYoctoPerByte;
}

/** Returns the proposal's id. */
export async function submitProposal(
  client: DaoClient,
  it: { action: Action; description: Digest },
): Promise<number> {
  const { bondYocto } = await client.getPolicy();
  return client.propose({ ...it, depositYocto: bondYocto + storageDeposit(it.action) });
}
