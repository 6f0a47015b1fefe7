/**
 * Keys that a tab makes for itself and a wallet grants: able to call named methods of the DAO's
 * contract and nothing else, with a bound on what they may spend on fees. They stay in this browser.
 */
import { createKey, keyFromSecret } from '@commonweights/dao-contracts/client/accounts.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';

export interface TabKey {
  /** Under which name it is kept; each purpose has its own. */
  readonly purpose: string;
  readonly methods: readonly string[];
  readonly allowanceYocto: bigint;
  /** With less left of that it is not used any more. */
  readonly leftYoctoMin: bigint;
}

export type KeptKey =
  /** Can go on. */
  | { readonly kind: 'good'; readonly key: AccountKey }
  /** Not on chain: granted in doubt, or taken away. */
  | { readonly kind: 'unknown'; readonly key: AccountKey }
  /** Its allowance is nearly used up, or it may not do what it is for. */
  | { readonly kind: 'spent' }
  | { readonly kind: 'none' };

type Reads = Pick<DaoClient, 'listKeys' | 'network' | 'contract'>;

export async function keptTabKey(
  client: Reads,
  it: { key: TabKey; accountId: string; storage: Pick<Storage, 'getItem'> },
): Promise<KeptKey> {
  const { accountId } = it;
  const secretKey = it.storage.getItem(nameOf(client, it));
  if (!secretKey) return { kind: 'none' };
  const key = { accountId, secretKey };
  const { publicKey } = keyFromSecret(secretKey);
  const view = (await client.listKeys(accountId)).find((one) => one.publicKey === publicKey);
  if (!view) return { kind: 'unknown', key };
  const { mayCall, methods, allowanceYocto: leftYocto } = view;
  const may = methods.length === 0 || it.key.methods.every((one) => methods.includes(one));
  const lasts = leftYocto === null || leftYocto >= it.key.leftYoctoMin;
  return mayCall === client.contract && may && lasts ? { kind: 'good', key } : { kind: 'spent' };
}

/** `client` signs as the account, by its wallet. Errors: those of the wallet and the chain. */
export async function grantTabKey(
  client: Reads & Pick<DaoClient, 'connection' | 'addFunctionCallKey'>,
  it: { key: TabKey; storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> },
): Promise<AccountKey> {
  const accountId = client.connection.requireAccount();
  const kept = await keptTabKey(client, { ...it, accountId });
  if (kept.kind === 'good') return kept.key;
  const name = nameOf(client, { ...it, accountId });
  const { methods, allowanceYocto } = it.key;
  // One that was granted in doubt, and is not there yet, is granted again; a spent one cannot be.
  const { publicKey, secretKey } =
    kept.kind === 'unknown' ? keyFromSecret(kept.key.secretKey) : createKey();
  // Kept before it is on chain: a key that was lost on the way could only be deleted.
  it.storage.setItem(name, secretKey);
  try {
    await client.addFunctionCallKey({ publicKey, methods, allowanceYocto });
  } catch (error) {
    if (isDaoError(error) && error.code === 'WALLET_REFUSED') it.storage.removeItem(name);
    throw error;
  }
  return { accountId, secretKey };
}

function nameOf(
  client: Pick<DaoClient, 'network' | 'contract'>,
  { key, accountId }: { key: TabKey; accountId: string },
): string {
  return `cw/${key.purpose}/${client.network.name}/${client.contract}/${accountId}`;
}
