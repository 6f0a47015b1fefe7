import type { Outcome } from './receipt.js';
import type { Transaction } from './transaction.js';

/** What is kept of a transaction. */
export interface TransactionRecord {
  transaction: Transaction;
  outcome: Outcome;
  /** Ids of its receipts, in the order they were executed. */
  executed: string[];
  /** Receipts that are still to be executed. */
  open: number;
}
