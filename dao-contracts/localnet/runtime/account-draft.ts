/**
 * One account while a receipt or transaction works on it. Changes stay in the draft until
 * `commit`, so that a failed receipt leaves nothing behind.
 */
import type { AccessKey } from '../protocol/action.js';
import type { CallStorage } from '../vm/call.js';
import { type Account, keyBytes, newAccount, type World } from './world.js';

export class AccountDraft {
  /** Null: there is no such account (any more). */
  account: Account | null;
  private keys = new Map<string, AccessKey | null>();
  private data = new Map<string, Uint8Array | null>();
  private code: { hash: string; bytes: Uint8Array } | null = null;
  /** Deleted, or never there: what the world holds does not count. */
  private detached: boolean;

  constructor(
    private readonly world: World,
    readonly id: string,
  ) {
    const stored = world.accounts.get(id);
    this.detached = !stored;
    this.account = stored
      ? {
          amountYocto: stored.amountYocto,
          storageUsageBytes: stored.storageUsageBytes,
          codeHash: stored.codeHash,
        }
      : null;
  }

  create(): Account {
    this.account = newAccount();
    return this.account;
  }

  delete(): void {
    this.account = null;
    this.detached = true;
    this.keys.clear();
    this.data.clear();
  }

  key(publicKey: string): AccessKey | null {
    const changed = this.keys.get(publicKey);
    if (changed !== undefined) return changed;
    return this.detached ? null : (this.world.accounts.get(this.id)?.keys.get(publicKey) ?? null);
  }

  /** Replaces or removes a key; the account's usage follows. */
  setKey(publicKey: string, key: AccessKey | null): void {
    const old = this.key(publicKey);
    if (this.account) {
      if (old) this.account.storageUsageBytes -= keyBytes(old);
      if (key) this.account.storageUsageBytes += keyBytes(key);
    }
    this.keys.set(publicKey, key);
  }

  setCode(hash: string, bytes: Uint8Array): void {
    const old = this.currentCode;
    this.code = { hash, bytes };
    if (!this.account) return;
    this.account.storageUsageBytes += bytes.length - (old?.bytes.length ?? 0);
    this.account.codeHash = bytes.length ? hash : null;
  }

  get currentCode(): { hash: string; bytes: Uint8Array } | null {
    const hash = this.account?.codeHash;
    if (!hash) return null;
    if (this.code?.hash === hash) return this.code;
    const bytes = this.world.code(hash);
    return bytes ? { hash, bytes } : null;
  }

  /** A storage whose writes reach the draft only with `keep`. */
  openStorage(): CallStorage & { keep(): void } {
    const written = new Map<string, Uint8Array | null>();
    const read = (key: string): Uint8Array | undefined => {
      const own = this.data.get(key);
      if (own !== undefined) return own ?? undefined;
      return this.detached ? undefined : this.world.accounts.get(this.id)?.data.get(key);
    };
    return {
      get: (key) => {
        const own = written.get(key);
        return own !== undefined ? (own ?? undefined) : read(key);
      },
      set: (key, value) => void written.set(key, value),
      delete: (key) => void written.set(key, null),
      keep: () => {
        for (const [key, value] of written) this.data.set(key, value);
      },
    };
  }

  commit(): void {
    const { world, id, account } = this;
    if (this.detached && world.accounts.has(id)) world.put(['account', id, null]);
    if (!account) return;
    world.put(['account', id, { ...account }]);
    if (this.code && !world.code(this.code.hash)) {
      world.put(['code', this.code.hash, this.code.bytes]);
    }
    for (const [publicKey, key] of this.keys) world.put(['key', id, publicKey, key]);
    for (const [key, value] of this.data) {
      if (value === null && !world.accounts.get(id)?.data.has(key)) continue;
      world.put(['data', id, key, value]);
    }
  }
}
