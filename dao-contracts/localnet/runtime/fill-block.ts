/**
 * What one block does: it takes transactions in, oldest first, and executes the receipts that earlier
 * blocks left, within its gas. Transactions from an account to itself are executed at once; whatever is
 * made on the way waits for the next block.
 */
import type { BlockNow } from './call-function.js';
import { chargeTransaction, InvalidTransaction, type ChainNow } from './charge-transaction.js';
import type { KeptTransactions } from './kept-transactions.js';
import type { Ledger } from './ledger.js';
import { childId } from './receipt-builder.js';
import type { ReceiptQueue } from './receipt-queue.js';
import { tokensInside } from './receipt.js';
import type { TransactionWatch } from './transaction-watch.js';
import type { Transaction } from './transaction.js';
import type { WaitingTransactions } from './waiting-transactions.js';
import type { World } from './world.js';

/** Nearcore's `gas_limit` of a chunk. */
const gasPerBlock = 1_000e12;
/** Nearcore's `max_tx_gas`: the other half is for what transactions lead to, so that it comes on. */
const gasTakingIn = 500e12;
const transactionsPerBlock = 100;

export interface BlockParts {
  readonly world: World;
  readonly ledger: Ledger;
  readonly queue: ReceiptQueue;
  readonly waiting: WaitingTransactions;
  readonly kept: KeptTransactions;
  readonly watch: TransactionWatch;
}

export interface FilledBlock {
  /** Hashes of the transactions that were taken in. */
  readonly included: readonly string[];
  /** Ids of the receipts that were executed. */
  readonly executed: readonly string[];
  /** Hashes of transactions of which something has become. */
  readonly touched: ReadonlySet<string>;
}

export function fillBlock(parts: BlockParts, now: BlockNow, chainNow: ChainNow): FilledBlock {
  const { queue, waiting, ledger } = parts;
  const touched = new Set<string>();
  const [included, executed]: [string[], string[]] = [[], []];
  let gasBurnt = 0;
  queue.expireYields(now.blockHeight);
  for (let taken = 0; taken < transactionsPerBlock && gasBurnt < gasTakingIn; taken++) {
    const transaction = waiting.take();
    if (!transaction) break;
    touched.add(transaction.hash);
    const burnt = include(parts, transaction, chainNow);
    if (burnt === null) continue;
    gasBurnt += burnt;
    included.push(transaction.hash);
  }
  queue.beginBlock();
  while (gasBurnt < gasPerBlock) {
    const applied = queue.executeNext(now, ledger);
    if (!applied) break;
    gasBurnt += applied.gasBurnt;
    if (!applied.receipt) continue;
    touched.add(applied.receipt.transaction);
    executed.push(applied.receipt.id);
  }
  queue.endBlock();
  return { included, executed, touched };
}

/** Charges a transaction and queues its receipt; returns the gas that it burnt, null if refused. */
function include(parts: BlockParts, transaction: Transaction, now: ChainNow): number | null {
  const { world, ledger, queue, kept, watch } = parts;
  const { hash, signerId, receiverId } = transaction;
  try {
    const charged = chargeTransaction(world, transaction, now, childId(hash, 0));
    const inside = tokensInside(charged.receipt);
    charged.draft.commit();
    ledger.burn(charged.tokensBurntYocto);
    ledger.send(inside);
    queue.push(charged.receipt, signerId === receiverId);
    kept.add(transaction, charged);
    return charged.gasBurnt;
  } catch (error) {
    if (!(error instanceof InvalidTransaction)) throw error;
    watch.refuse(hash, error);
    return null;
  }
}
