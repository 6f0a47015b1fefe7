/** What the pages need of whoever signs: accounts, and signatures that it may refuse. */
import type { WalletAction } from '@commonweights/dao-contracts/client/wallet.js';

export interface WalletRequest {
  readonly accountId: string;
  readonly receiver: string;
  readonly actions: readonly WalletAction[];
  /** Told the hash as soon as it is known; wallets of others know it when all is over. */
  readonly onSent: (hash: string) => void;
}

export interface Wallet {
  readonly id: string;
  readonly name: string;
  /** Asks its owner. Errors: `WALLET_REFUSED`, `WALLET_FAILED`, `NO_WALLET_ACCOUNT`. */
  connect(): Promise<readonly string[]>;
  /** The accounts that it showed before, without asking anybody; none is no error. */
  accounts(): Promise<readonly string[]>;
  /** The transaction's hash. Errors: `WALLET_REFUSED`, `WALLET_FAILED`, and what the chain said. */
  send(request: WalletRequest): Promise<string>;
  disconnect(): Promise<void>;
}
