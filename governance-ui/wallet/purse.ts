/**
 * The wallet that is in use, and who it acts as: found again when the page is opened again. One for
 * the page; whoever shows it listens.
 */
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { SendingWallet } from '@commonweights/dao-contracts/client/wallet.js';
import type { Door } from '../reading/door.js';
import { developmentWalletId, openDevelopmentWallet, type AskOwner } from './development-wallet.js';
import { findInjectedWallets } from './injected-wallets.js';
import type { Wallet } from './wallet.js';

export interface PurseView {
  /** All that can be connected, by the order in which they appeared. */
  readonly wallets: readonly Wallet[];
  readonly wallet: Wallet | null;
  readonly accounts: readonly string[];
  readonly accountId: string | null;
  /** Acts as that account; null: nobody is connected. */
  readonly client: DaoClient | null;
}

/** Of each transaction of an act, from the question on. */
interface Told {
  asked(): void;
  sent(hash: string): void;
}

const keptWallet = 'cw/wallet';
const keptAccount = 'cw/account';
const keptToken = 'cw/development-wallet';

export class Purse {
  #view: PurseView = { wallets: [], wallet: null, accounts: [], accountId: null, client: null };
  readonly #listeners = new Set<(view: PurseView) => void>();

  constructor(
    private readonly door: Door,
    private readonly it: { pageUrl: string; ask: AskOwner; storage: Storage },
  ) {}

  get view(): PurseView {
    return this.#view;
  }

  listen(listener: (view: PurseView) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks for wallets, and connects again the one that was. */
  start(): void {
    const { name } = this.door.client.network;
    if (name === 'localnet') {
      const token = this.it.storage.getItem(keptToken);
      // A network that was made anew has another link.
      if (token) this.#openDevelopment(token).catch(() => this.it.storage.removeItem(keptToken));
      return;
    }
    findInjectedWallets(name, (wallet) => void this.#add(wallet));
  }

  /** By its link, which whoever opens it wants to use. Errors: those of `openDevelopmentWallet`. */
  async openDevelopment(token: string): Promise<void> {
    this.it.storage.setItem(keptWallet, developmentWalletId);
    await this.#openDevelopment(token);
    this.it.storage.setItem(keptToken, token);
  }

  async #openDevelopment(token: string): Promise<void> {
    await this.#add(await openDevelopmentWallet(this.door, { ...this.it, token }));
  }

  /** Errors: those of `Wallet.connect`. */
  async connect(wallet: Wallet): Promise<void> {
    this.#use(wallet, await wallet.connect());
    this.it.storage.setItem(keptWallet, wallet.id);
  }

  actAs(accountId: string): void {
    const { wallet, accounts } = this.#view;
    if (!wallet || !accounts.includes(accountId)) return;
    this.it.storage.setItem(keptAccount, accountId);
    this.#tell({ accountId, client: this.#clientOf(wallet, accountId) });
  }

  /**
   * Whoever is connected, at another contract than the one that the pages read, or telling of each
   * transaction how far it is; null: nobody is.
   */
  clientAt(contract: string, told?: Told): DaoClient | null {
    const { wallet, accountId } = this.#view;
    return wallet && accountId ? this.#clientOf(wallet, accountId, { contract, told }) : null;
  }

  async disconnect(): Promise<void> {
    const { wallet } = this.#view;
    this.it.storage.removeItem(keptWallet);
    this.it.storage.removeItem(keptAccount);
    this.#tell({ wallet: null, accounts: [], accountId: null, client: null });
    await wallet?.disconnect();
  }

  async #add(wallet: Wallet): Promise<void> {
    const others = this.#view.wallets.filter(({ id }) => id !== wallet.id);
    this.#tell({ wallets: [...others, wallet] });
    if (this.it.storage.getItem(keptWallet) !== wallet.id) return;
    const accounts = await wallet.accounts();
    if (accounts.length > 0) this.#use(wallet, accounts);
  }

  #use(wallet: Wallet, accounts: readonly string[]): void {
    const kept = this.it.storage.getItem(keptAccount);
    const accountId = accounts.find((one) => one === kept) ?? accounts[0]!;
    this.#tell({ wallet, accounts, accountId, client: this.#clientOf(wallet, accountId) });
  }

  #clientOf(
    wallet: Wallet,
    accountId: string,
    it: { contract?: string; told?: Told | undefined } = {},
  ): DaoClient {
    const { network } = this.door.client;
    const { contract = this.door.client.contract, told } = it;
    const onSent = (hash: string) => told?.sent(hash);
    const send: SendingWallet['send'] = async (request) => {
      told?.asked();
      const hash = await wallet.send({ accountId, onSent, ...request });
      onSent(hash);
      return hash;
    };
    return connect({ network, contract, wallet: { accountId, send } });
  }

  #tell(change: Partial<PurseView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener(this.#view);
  }
}
