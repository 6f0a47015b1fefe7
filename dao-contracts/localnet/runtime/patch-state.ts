/**
 * Writes state that no transaction led to, as NEAR's sandbox lets tests do: an account with any balance,
 * a contract's data as it is on mainnet. Tokens come and go by it; the ledger counts them apart.
 */
import type { AccessKey } from '../protocol/action.js';
import { accountBytes, recordExtraBytes } from '../protocol/parameters.js';
import { codeHash } from './apply-action.js';
import { AccountDraft } from './account-draft.js';
import { keyBytes, type World } from './world.js';

export type StateRecord = { readonly accountId: string } & (
  | { readonly kind: 'account'; readonly amountYocto: bigint; readonly codeHash: string | null }
  | { readonly kind: 'code'; readonly code: Uint8Array }
  | { readonly kind: 'key'; readonly publicKey: string; readonly key: AccessKey }
  /** The key is bytes in Latin-1. */
  | { readonly kind: 'data'; readonly key: string; readonly value: Uint8Array }
);

/** Headers carry the supply in 128 bits, as the protocol's do. */
const supplyMax = 2n ** 128n;

/** Why the records cannot be written, or null. `supplyYocto`: tokens that there are. */
export function refusalOfPatch(
  world: World,
  records: readonly StateRecord[],
  supplyYocto: bigint,
): string | null {
  const amounts = new Map<string, bigint>();
  for (const record of records) {
    if (record.kind === 'account') amounts.set(record.accountId, record.amountYocto);
  }
  let supply = supplyYocto;
  for (const [id, amount] of amounts)
    supply += amount - (world.accounts.get(id)?.amountYocto ?? 0n);
  if (supply >= supplyMax) return 'all tokens together would be more than 2^128 yoctoNEAR';
  const created = new Set(records.flatMap((it) => (it.kind === 'account' ? [it.accountId] : [])));
  const codes = new Set(records.flatMap((it) => (it.kind === 'code' ? [it.accountId] : [])));
  for (const record of records) {
    const { accountId } = record;
    if (!created.has(accountId) && !world.accounts.has(accountId)) {
      return `there is no account ${accountId}; give its Account record in the same request`;
    }
    if (record.kind !== 'account' || record.codeHash === null || codes.has(accountId)) continue;
    if (!world.code(record.codeHash)) {
      return `no code ${record.codeHash} is known; give the Contract record of ${accountId} too`;
    }
  }
  return null;
}

/**
 * Writes the records, those of accounts first, and returns the tokens that came (or, negative, went).
 * What an account uses is counted anew: whatever a record says of it may be as wrong as its writer likes.
 */
export function applyPatch(world: World, records: readonly StateRecord[]): bigint {
  let addedYocto = 0n;
  const byAccount = new Map<string, StateRecord[]>();
  for (const record of records) {
    const its = byAccount.get(record.accountId);
    if (its) its.push(record);
    else byAccount.set(record.accountId, [record]);
  }
  for (const [id, list] of byAccount) {
    const before = world.accounts.get(id)?.amountYocto ?? 0n;
    patchAccount(world, id, list);
    addedYocto += world.accounts.get(id)!.amountYocto - before;
  }
  return addedYocto;
}

function patchAccount(world: World, id: string, records: readonly StateRecord[]): void {
  const draft = new AccountDraft(world, id);
  const storage = draft.openStorage();
  const isAccount = (it: StateRecord) => it.kind === 'account';
  for (const record of [...records.filter(isAccount), ...records.filter((it) => !isAccount(it))]) {
    switch (record.kind) {
      case 'account': {
        const account = draft.account ?? draft.create();
        account.amountYocto = record.amountYocto;
        account.codeHash = record.codeHash;
        break;
      }
      case 'code':
        draft.setCode(codeHash(record.code), record.code);
        break;
      case 'key':
        draft.setKey(record.publicKey, record.key);
        break;
      case 'data':
        storage.set(record.key, record.value);
    }
  }
  storage.keep();
  draft.commit();
  const stored = world.accounts.get(id)!;
  const storageUsageBytes = countStorage(world, id);
  const { amountYocto, codeHash: hash } = stored;
  world.put(['account', id, { amountYocto, codeHash: hash, storageUsageBytes }]);
}

/** What an account pays storage for, from what it has. */
export function countStorage(world: World, id: string): number {
  const { keys, data, codeHash: hash } = world.accounts.get(id)!;
  let bytes = accountBytes + (hash ? (world.code(hash)?.length ?? 0) : 0);
  for (const key of keys.values()) bytes += keyBytes(key);
  for (const [key, value] of data) bytes += key.length + value.length + recordExtraBytes;
  return bytes;
}
