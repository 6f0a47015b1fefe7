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

/** Fees of some ten calls; with less left, a key would fail in the middle of an audit. */
const leftYoctoMin = allowanceYocto / 10n;

type Kept =
  /** Can go on working. */
  | { readonly kind: 'good'; readonly key: AccountKey }
  /** Not on chain: granted in doubt, or taken away. */
  | { readonly kind: 'unknown'; readonly key: AccountKey }
  /** Its allowance is nearly used up, or it may not do what a worker has to. */
  | { readonly kind: 'spent' }
  | { readonly kind: 'none' };

export async function keptWorkerKey(
  client: Pick<DaoClient, 'listKeys' | 'network' | 'contract'>,
  accountId: string,
  storage: Pick<Storage, 'getItem'>,
): Promise<Kept> {
  const secretKey = storage.getItem(nameOf(client, accountId));
  if (!secretKey) return { kind: 'none' };
  const key = { accountId, secretKey };
  const { publicKey } = keyFromSecret(secretKey);
  const view = (await client.listKeys(accountId)).find((one) => one.publicKey === publicKey);
  if (!view) return { kind: 'unknown', key };
  const { mayCall, methods, allowanceYocto: leftYocto } = view;
  const may = methods.length === 0 || workerMethods.every((one) => methods.includes(one));
  const lasts = leftYocto === null || leftYocto >= leftYoctoMin;
  return mayCall === client.contract && may && lasts ? { kind: 'good', key } : { kind: 'spent' };
}

/** `client` signs as the account, by its wallet. Errors: those of the wallet and the chain. */
export async function grantWorkerKey(
  client: Pick<
    DaoClient,
    'listKeys' | 'network' | 'contract' | 'connection' | 'addFunctionCallKey'
  >,
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
): Promise<AccountKey> {
  const accountId = client.connection.requireAccount();
  const kept = await keptWorkerKey(client, accountId, storage);
  if (kept.kind === 'good') return kept.key;
  const name = nameOf(client, accountId);
  // One that was granted in doubt, and is not there yet, is granted again; a spent one cannot be.
  const { publicKey, secretKey } =
    kept.kind === 'unknown' ? keyFromSecret(kept.key.secretKey) : createKey();
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
