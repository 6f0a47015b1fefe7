/**
 * Another DAO than the one that these pages are for, read on the same network with the same files: only
 * one that was founded in this browser, and only when its founder asked for it here. A link can choose
 * none, so that nobody is led to a stranger's contract under a name that he trusts.
 */
export interface Pages {
  readonly network: string;
  /** The contract of the network file. */
  readonly home: string;
}

type Keeps = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const accountPattern = /^[a-z\d._-]{2,64}$/;
const foundedMax = 50;

export class ChosenDao {
  constructor(
    private readonly storage: Keeps,
    private readonly pages: Pages,
  ) {}

  /** Null: that of the network file. */
  get chosen(): string | null {
    const kept = this.storage.getItem(this.#name('chosen'));
    return kept !== null && this.founded.includes(kept) ? kept : null;
  }

  /** Founded here, the newest first. */
  get founded(): readonly string[] {
    try {
      const kept: unknown = JSON.parse(this.storage.getItem(this.#name('founded')) ?? '[]');
      if (!Array.isArray(kept)) return [];
      return kept.filter((one): one is string => typeof one === 'string' && isAccount(one));
    } catch {
      return [];
    }
  }

  remember(account: string): void {
    const others = this.founded.filter((one) => one !== account);
    const list = [account, ...others].slice(0, foundedMax);
    this.storage.setItem(this.#name('founded'), JSON.stringify(list));
  }

  /** Pages that are open already have to be loaded again. */
  choose(account: string | null): void {
    if (account === null) this.storage.removeItem(this.#name('chosen'));
    else this.storage.setItem(this.#name('chosen'), account);
  }

  #name(what: 'chosen' | 'founded'): string {
    return `cw/dao/${this.pages.network}/${this.pages.home}/${what}`;
  }
}

function isAccount(text: string): boolean {
  return accountPattern.test(text);
}
