/** What is kept of the last transactions: their records, with receipts and outcomes. */
import type { ChargedTransaction } from './charge-transaction.js';
import { withoutCode } from './receipt.js';
import type { Transaction } from './transaction.js';
import type { TransactionRecord } from './transaction-record.js';
import type { World } from './world.js';

const keptMax = 20_000;

export class KeptTransactions {
  /** Hashes, oldest first. */
  private hashes: string[] = [];

  constructor(private readonly world: World) {}

  /** From what is on disk. */
  reload(): void {
    this.hashes = this.world.recordNames('transaction/').map((name) => name.slice(12));
  }

  get(hash: string): TransactionRecord | undefined {
    return this.world.record<TransactionRecord>(`transaction/${hash}`);
  }

  /** Keeps a transaction that a block took in. */
  add(transaction: Transaction, charged: ChargedTransaction): void {
    const { hash, signerId } = transaction;
    const receiptId = charged.receipt.id;
    const record: TransactionRecord = {
      transaction: { ...transaction, actions: withoutCode(transaction.actions) },
      outcome: {
        id: hash,
        executorId: signerId,
        block: null,
        gasBurnt: charged.gasBurnt,
        tokensBurntYocto: charged.tokensBurntYocto,
        logs: [],
        receiptIds: [receiptId],
        status: { SuccessReceiptId: receiptId },
      },
      executed: [],
      open: 1,
    };
    this.world.put(['record', `transaction/${hash}`, record]);
    this.hashes.push(hash);
  }

  /** Forgets the oldest that are done. */
  prune(): void {
    while (this.hashes.length > keptMax) {
      const hash = this.hashes[0]!;
      const record = this.get(hash);
      if (record && record.open > 0) return;
      this.hashes.shift();
      for (const id of record?.executed ?? []) {
        this.world.put(['record', `outcome/${id}`, null]);
        this.world.put(['record', `receipt/${id}`, null]);
      }
      this.world.put(['record', `transaction/${hash}`, null]);
    }
  }
}
