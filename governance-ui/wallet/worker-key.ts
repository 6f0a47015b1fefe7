/**
 * The key with which a tab works: able to call the DAO's worker methods. It stays in this browser, so
 * that the seat can be taken up again; whoever steals it can work for its owner, and nothing more.
 */
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { workerMethods } from '@commonweights/dao-contracts/client/rounds.js';
import { allowanceYocto } from '../reading/audit-place.js';
import { grantTabKey, keptTabKey, type KeptKey, type TabKey } from './tab-key.js';

const workerKey: TabKey = {
  ...{ purpose: 'worker-key', methods: workerMethods, allowanceYocto },
  // Fees of some ten calls; with less left, a key would fail in the middle of an audit.
  leftYoctoMin: allowanceYocto / 10n,
};

export function keptWorkerKey(
  client: Parameters<typeof keptTabKey>[0],
  accountId: string,
  storage: Pick<Storage, 'getItem'>,
): Promise<KeptKey> {
  return keptTabKey(client, { key: workerKey, accountId, storage });
}

/** `client` signs as the account, by its wallet. Errors: those of the wallet and the chain. */
export function grantWorkerKey(
  client: Parameters<typeof grantTabKey>[0],
  storage: Parameters<typeof grantTabKey>[1]['storage'],
): Promise<AccountKey> {
  return grantTabKey(client, { key: workerKey, storage });
}
