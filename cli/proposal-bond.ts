/**
 * What acting in the DAO costs: a proposal its bond, which comes back, and its storage, which is
 * paid; a vote nothing, as long as the treasury can pay for its storage.
 */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
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

/** The treasury pays for a vote's storage; while it is empty, whoever votes does. */
export async function payingIfAsked<T>(
  document: unknown,
  act: (paid: { depositYocto?: bigint }) => Promise<T>,
): Promise<T> {
  try {
    return await act({});
  } catch (error) {
    if (!isDaoError(error) || error.code !== 'DEPOSIT_TOO_SMALL') throw error;
    return act({ depositYocto: storageDeposit(document) });
  }
}
