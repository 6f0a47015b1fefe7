/**
 * Foundings that were begun in this browser: the key of each new account, kept before the account
 * exists, and what was written in the form, so that a tab that was closed goes on with the same. The
 * key may do everything with an account that holds code and no vote yet; it is deleted on chain as
 * the last step of the founding, and here after that.
 */
import { createKey, keyFromSecret } from '@commonweights/dao-contracts/client/accounts.js';
import { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import type { FoundingKey, FoundingKeys } from '@commonweights/dao-contracts/client/founding.js';
import type { Values } from '../drafts/action-forms.js';

type Keeps = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

interface Kept {
  readonly secretKey: string;
  readonly values: Values;
}

export class FoundingKeep {
  constructor(
    private readonly storage: Keeps,
    private readonly network: string,
  ) {}

  /** Accounts whose founding is not over. */
  begun(): readonly string[] {
    const names = Array.from({ length: this.storage.length }, (_, at) => this.storage.key(at));
    const prefix = this.#name('');
    return names
      .flatMap((name) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : []))
      .filter((account) => this.#read(account) !== null)
      .sort();
  }

  /** What was written in the form when it was begun; null: nothing was. */
  valuesOf(account: string): Values | null {
    return this.#read(account)?.values ?? null;
  }

  /** `values` go with a key that is made. Error: `NOTHING_KEPT` where the browser keeps nothing. */
  keysFor(values: Values): FoundingKeys {
    return {
      read: async (accountId) => {
        const kept = this.#read(accountId);
        return kept && keyOf(accountId, kept);
      },
      write: async (accountId) => {
        const { secretKey } = createKey();
        const kept: Kept = { secretKey, values };
        this.#write(accountId, kept);
        return keyOf(accountId, kept);
      },
      // It stays where it is; the pages always delete it.
      keep: async () => {},
      drop: async ({ accountId }) => this.storage.removeItem(this.#name(accountId)),
    };
  }

  #write(account: string, kept: Kept): void {
    const [name, text] = [this.#name(account), JSON.stringify(kept)];
    try {
      this.storage.setItem(name, text);
      if (this.storage.getItem(name) === text) return;
    } catch {
      // Full, or not allowed: the same as one that forgets.
    }
    throw new DaoError({
      code: 'NOTHING_KEPT',
      facts: 'the browser does not keep the key of the new account, so nothing was sent',
      remedy: 'allow this page to store data, or found it with "commonweights dao init"',
    });
  }

  #read(account: string): Kept | null {
    try {
      const text = this.storage.getItem(this.#name(account)) ?? 'null';
      const { secretKey, values } = (JSON.parse(text) ?? {}) as Partial<Kept>;
      if (typeof secretKey !== 'string' || typeof values !== 'object') return null;
      keyFromSecret(secretKey);
      return { secretKey, values };
    } catch {
      return null;
    }
  }

  #name(account: string): string {
    return `cw/founding/${this.network}/${account}`;
  }
}

function keyOf(accountId: string, { secretKey }: Kept): FoundingKey {
  return { accountId, ...keyFromSecret(secretKey) };
}
