/**
 * The key with which a tab works: made here, granted by the wallet, able to call the DAO's worker
 * methods and nothing else, with a bound on what it may spend on fees. It stays in this browser, so that
 * the seat can be taken up again; whoever steals it can work for its owner, and nothing more.
 */
import { createKey, keyFromSecret } from '@commonweights/dao-contracts/client/accounts.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { workerMethods } from '@commonweights/dao-contracts/client/rounds.js';
import { allowanceYocto } from '../reading/audit-place.js';

/** The kept key if the chain still knows it, else null. */
export async function keptWorkerKey(
  client: Pick<DaoClient, 'keyStanding' | 'network' | 'contract'>,
  accountId: string,
  storage: Storage,
): Promise<AccountKey | null> {
  const secretKey = storage.getItem(nameOf(client, accountId));
  if (!secretKey) return null;
  const { publicKey } = keyFromSecret(secretKey);
  const standing = await client.keyStanding(accountId, publicKey);
  return standing === 'function-call' ? { accountId, secretKey } : null;
}

/** `client` signs as the account, by its wallet. Errors: those of the wallet and the chain. */
export async function grantWorkerKey(client: DaoClient, storage: Storage): Promise<AccountKey> {
  const accountId = client.connection.requireAccount();
  const kept = await keptWorkerKey(client, accountId, storage);
  if (kept) return kept;
  const name = nameOf(client, accountId);
  // One that was granted in doubt, and is not there yet, is granted again.
  const secret = storage.getItem(name);
  const { publicKey, secretKey } = secret ? keyFromSecret(secret) : createKey();
  // Kept before it is on chain: a key that was lost on the way could only be deleted.
  storage.setItem(name, secretKey);
  try {
    await client.addFunctionCallKey({ publicKey, methods: workerMethods, allowanceYocto });
  } catch (error) {
    if (isDaoError(error) && error.code === 'WALLET_REFUSED') storage.removeItem(name);
    throw error;
  }
  return { accountId, secretKey };
}

function nameOf(client: Pick<DaoClient, 'network' | 'contract'>, accountId: string): string {
  return `cw/worker-key/${client.network.name}/${client.contract}/${accountId}`;
}
