/**
 * What acting in the DAO costs: a proposal its bond, which comes back, and its storage, which is
 * paid; a vote nothing, as long as the treasury can pay for its storage.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { storageDeposit } from '@commonweights/dao-contracts/client/storage-deposit.js';
import type { Action } from '@commonweights/dao-contracts/client/views.js';

export {
  payingIfAsked,
  storageDeposit,
} from '@commonweights/dao-contracts/client/storage-deposit.js';

/** Returns the proposal's id. */
export async function submitProposal(
  client: DaoClient,
  it: { action: Action; description: Digest },
): Promise<number> {
  const { bondYocto } = await client.getPolicy();
  return client.propose({ ...it, depositYocto: bondYocto + storageDeposit(it.action) });
}
