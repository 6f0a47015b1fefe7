/** What accounts earned, what the DAO holds, and taking the one out of the other. */
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
  /** Feeds the treasury. */
  deposit(it: { amountYocto: bigint }): Promise<void>;
}

export function moneyCalls(connection: Connection): MoneyCalls {
  return {
    getEarnings: (it) => connection.view('get_earnings', it),
    getReputation: (it) => connection.view('get_reputation', it),
    getAccounting: () => connection.view('get_accounting'),
    claim: () => connection.call('claim', {}, { gas: 100n * teraGas }),
    openLedger: ({ depositYocto, ...args }) =>
      connection.call('open_ledger', args, { depositYocto }),
    deposit: ({ amountYocto }) => connection.call('deposit', {}, { depositYocto: amountYocto }),
  };
}
