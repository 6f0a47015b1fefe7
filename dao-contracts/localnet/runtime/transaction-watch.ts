/** Who waits for what becomes of a transaction, and what blocks have refused lately. */
import type { InvalidTransaction } from './charge-transaction.js';

/** Of refusals: whoever asks later than that many others learns nothing of its own. */
const refusedMax = 10_000;

export class TransactionWatch {
  private readonly watchers = new Map<string, (() => void)[]>();
  private readonly refused = new Map<string, InvalidTransaction>();

  /** Resolves at the next change. */
  change(hash: string): Promise<void> {
    return new Promise((resolve) => {
      this.watchers.set(hash, [...(this.watchers.get(hash) ?? []), resolve]);
    });
  }

  notify(hash: string): void {
    const watchers = this.watchers.get(hash) ?? [];
    this.watchers.delete(hash);
    for (const resolve of watchers) resolve();
  }

  notifyAll(): void {
    for (const hash of [...this.watchers.keys()]) this.notify(hash);
  }

  refuse(hash: string, reason: InvalidTransaction): void {
    this.refused.set(hash, reason);
    if (this.refused.size > refusedMax) this.refused.delete(this.refused.keys().next().value!);
  }

  /** It was sent again. */
  forgetRefusal(hash: string): void {
    this.refused.delete(hash);
  }

  refusalOf(hash: string): InvalidTransaction | undefined {
    return this.refused.get(hash);
  }
}
