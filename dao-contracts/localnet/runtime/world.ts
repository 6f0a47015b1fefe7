/**
 * The state of the chain: accounts with their keys and data, contract code, and records (receipts
 * that wait, outcomes). Every change passes through `put`, which also notes it, so that a block
 * is exactly a list of changed entries: that list is what the journal keeps and replays.
 */
import type { AccessKey } from '../protocol/action.js';
import { accountBytes, recordExtraBytes, storageYoctoPerByte } from '../protocol/parameters.js';

export interface Account {
  amountYocto: bigint;
  storageUsageBytes: number;
  codeHash: string | null;
}

interface StoredAccount extends Account {
  keys: Map<string, AccessKey>;
  data: Map<string, Uint8Array>;
}

/** One changed entry; `null` removes it. Data keys are bytes in Latin-1. */
export type Change =
  | ['account', string, Account | null]
  | ['key', string, string, AccessKey | null]
  | ['data', string, string, Uint8Array | null]
  | ['code', string, Uint8Array]
  | ['record', string, unknown];

export class World {
  readonly accounts = new Map<string, StoredAccount>();
  private readonly codes = new Map<string, Uint8Array>();
  /** How many accounts run each code: what none runs is forgotten. */
  private readonly codeUses = new Map<string, number>();
  private readonly records = new Map<string, unknown>();
  private changed = new Map<string, Change>();

  /** Applies a change and notes it for the block under way. */
  put(change: Change): void {
    this.apply(change);
    const last = change.length - 1;
    this.changed.set(change.slice(0, last).join('\0'), change);
    // A new account under the name of a deleted one must not inherit noted keys and data.
    if (change[0] === 'account' && change[2] === null) this.forget(change[1]);
  }

  /** Applies a change that is already on disk. */
  apply(change: Change): void {
    switch (change[0]) {
      case 'account': {
        const [, id, next] = change;
        this.moveCode(this.accounts.get(id)?.codeHash ?? null, next?.codeHash ?? null);
        if (next === null) {
          this.accounts.delete(id);
          return;
        }
        const known = this.accounts.get(id);
        if (known) Object.assign(known, next);
        else this.accounts.set(id, { ...next, keys: new Map(), data: new Map() });
        return;
      }
      case 'key':
        return replace(this.existing(change[1]).keys, change[2], change[3]);
      case 'data':
        return replace(this.existing(change[1]).data, change[2], change[3]);
      case 'code':
        this.codes.set(change[1], change[2]);
        return;
      case 'record':
        return replace(this.records, change[1], change[2]);
    }
  }

  /** What has changed since the last call, in the order of first change. */
  takeChanges(): Change[] {
    // Code that came and went within the block is not worth keeping.
    const list = [...this.changed.values()].filter(
      (change) => change[0] !== 'code' || this.codeUses.has(change[1]),
    );
    this.changed = new Map();
    return list;
  }

  /** Everything, as the changes that would make it from nothing. */
  *snapshot(): Generator<Change> {
    for (const [hash, bytes] of this.codes) yield ['code', hash, bytes];
    for (const [id, { keys, data, ...account }] of this.accounts) {
      yield ['account', id, account];
      for (const [publicKey, key] of keys) yield ['key', id, publicKey, key];
      for (const [key, value] of data) yield ['data', id, key, value];
    }
    for (const [name, value] of this.records) yield ['record', name, value];
  }

  code(hash: string): Uint8Array | undefined {
    return this.codes.get(hash);
  }

  record<T>(name: string): T | undefined {
    return this.records.get(name) as T | undefined;
  }

  /** Names of the records that start with `prefix`, in the order they were made. */
  recordNames(prefix: string): string[] {
    return [...this.records.keys()].filter((name) => name.startsWith(prefix));
  }

  private moveCode(from: string | null, to: string | null): void {
    if (from === to) return;
    if (to !== null) this.codeUses.set(to, (this.codeUses.get(to) ?? 0) + 1);
    if (from === null) return;
    const uses = this.codeUses.get(from)! - 1;
    if (uses > 0) this.codeUses.set(from, uses);
    else {
      this.codeUses.delete(from);
      this.codes.delete(from);
    }
  }

  private existing(id: string): StoredAccount {
    const account = this.accounts.get(id);
    if (!account) throw new Error(`CORRUPT_STATE: no account ${id}`);
    return account;
  }

  private forget(id: string): void {
    for (const name of this.changed.keys()) {
      if (name.startsWith(`key\0${id}\0`) || name.startsWith(`data\0${id}\0`)) {
        this.changed.delete(name);
      }
    }
    // The removal must come before whatever is noted for the name from now on.
    const removal: Change = ['account', id, null];
    this.changed.delete(`account\0${id}`);
    this.changed.set(`account\0${id}\0gone`, removal);
  }
}

function replace<T>(map: Map<string, T>, key: string, value: T | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

/** Bytes that an access key adds to its account's storage. */
export function keyBytes(key: AccessKey): number {
  const publicKeyLength = 33;
  const nonceAndTag = 9;
  let bytes = publicKeyLength + nonceAndTag + recordExtraBytes;
  if (key.permission !== 'FullAccess') {
    const { allowanceYocto, receiverId, methodNames } = key.permission;
    bytes += (allowanceYocto === null ? 1 : 17) + 4 + receiverId.length + 4;
    for (const name of methodNames) bytes += 4 + Buffer.byteLength(name);
  }
  return bytes;
}

/** Accounts this small need no balance. */
const freeBytes = 770;

/** What the account lacks to pay for its storage; 0 where it does not lack anything. */
export function lackForStorage(account: Account): bigint {
  if (account.storageUsageBytes <= freeBytes) return 0n;
  const needed = BigInt(account.storageUsageBytes) * storageYoctoPerByte;
  return needed > account.amountYocto ? needed - account.amountYocto : 0n;
}

export function newAccount(): Account {
  return { amountYocto: 0n, storageUsageBytes: accountBytes, codeHash: null };
}
