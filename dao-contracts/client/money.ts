/** What accounts earned, what the DAO holds, and taking the one out of the other, in NEAR. */
import { teraGas, type Connection } from './connection.js';
import type { AccountingView, EarningsView, ReputationView } from './views.js';

export interface MoneyCalls {
  getEarnings(it: { account: string }): Promise<EarningsView>;
  /** What the account showed in runs of this DAO; it cannot be moved. */
  getReputation(it: { account: string }): Promise<ReputationView>;
  getAccounting(): Promise<AccountingView>;
  /** Sends the caller's whole ledger to it; a transfer that fails returns to the ledger. */
  claim(): Promise<{ sent: boolean; amountYocto: bigint }>;
  /** Makes a ledger where there is none: what a relayer needs to be paid. What is over returns. */
  openLedger(it: { account?: string; depositYocto: bigint }): Promise<void>;
  /** Money put down for storage (NEP-145); null: no ledger. */
  getStorageBalance(it: { account: string }): Promise<StorageBalance | null>;
  /** The least that opens a ledger. */
  getStorageBounds(): Promise<{ minYocto: bigint }>;
  depositStorage(it: { account?: string; amountYocto: bigint }): Promise<void>;
  /** What is not used, or `amountYocto` of it, to the caller's account. */
  withdrawStorage(it?: { amountYocto?: bigint }): Promise<void>;
  /** Removes the caller's empty ledger. False: there was none. */
  closeLedger(): Promise<boolean>;
  /** Feeds the treasury. */
  deposit(it: { amountYocto: bigint }): Promise<void>;
}

export interface StorageBalance {
  readonly totalYocto: bigint;
  readonly availableYocto: bigint;
}

export function moneyCalls(connection: Connection): MoneyCalls {
  return {
    getEarnings: (it) => connection.view('get_earnings', it),
    getReputation: (it) => connection.view('get_reputation', it),
    getAccounting: () => connection.view('get_accounting'),
    claim: () => connection.call('claim', {}, { gas: 100n * teraGas }),
    openLedger: ({ depositYocto, ...args }) =>
      connection.call(
        'storage_deposit',
        { ...storageOf(args), registration_only: true },
        { depositYocto },
      ),
    getStorageBalance: async (it) => {
      const args = storageOf(it);
      const view = await connection.view<Nep145Balance | null>('storage_balance_of', args);
      if (!view) return null;
      return { totalYocto: BigInt(view.total), availableYocto: BigInt(view.available) };
    },
    getStorageBounds: async () => {
      const { min } = await connection.view<{ min: string }>('storage_balance_bounds');
      return { minYocto: BigInt(min) };
    },
    depositStorage: async ({ amountYocto, ...it }) => {
      await connection.call('storage_deposit', storageOf(it), { depositYocto: amountYocto });
    },
    withdrawStorage: async ({ amountYocto } = {}) => {
      const args = amountYocto === undefined ? {} : { amount: `${amountYocto}` };
      const gas = 100n * teraGas;
      await connection.call('storage_withdraw', args, { depositYocto: 1n, gas });
    },
    closeLedger: () => connection.call('storage_unregister', {}, { depositYocto: 1n }),
    deposit: ({ amountYocto }) => connection.call('deposit', {}, { depositYocto: amountYocto }),
  };
}

/** The standard's own names. */
interface Nep145Balance {
  total: string;
  available: string;
}

function storageOf({ account }: { account?: string }): { account_id?: string } {
  return account === undefined ? {} : { account_id: account };
}
