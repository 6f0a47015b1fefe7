/**
 * Receipts on their way: those ready to be executed, in order; those that wait for data; data
 * that came before its receipt; and promises that wait to be resumed or to expire. All of it is
 * kept in the world's records, so that it survives a restart.
 */
import { createHash } from 'node:crypto';
import { limits } from '../protocol/parameters.js';
import type { PromiseResult } from '../vm/call.js';
import { applyReceipt } from './apply-receipt.js';
import type { BlockNow } from './call-function.js';
import type { TransactionRecord } from './transaction-record.js';
import type { Ledger } from './ledger.js';
import { childId } from './receipt-builder.js';
import {
  tokensInside,
  withoutCode,
  type ActionReceipt,
  type DataReceipt,
  type Receipt,
} from './receipt.js';
import type { World } from './world.js';

interface Yield {
  receiverId: string;
  expiresAt: number;
  resumed: boolean;
}

export class ReceiptQueue {
  /** For this block: receipts of blocks before it, and local ones of its own transactions. */
  private current: Receipt[] = [];
  private next: Receipt[] = [];
  private local: Receipt[] = [];
  /** How many of `current` are local ones of this block. */
  private now = 0;
  private yields = new Map<string, Yield>();

  constructor(private readonly world: World) {}

  get ready(): boolean {
    return this.current.length > 0 || this.next.length > 0;
  }

  push(receipt: Receipt, local: boolean): void {
    (local ? this.local : this.next).push(receipt);
  }

  /** Local receipts come first, then what earlier blocks left. New ones wait for the next block. */
  beginBlock(): void {
    this.now = this.local.length;
    // Whatever this block's transactions pushed for other accounts stays for the next block.
    this.current = [...this.local, ...this.current];
    this.local = [];
  }

  /** Local receipts for which there was no gas are delayed: behind those that were delayed before. */
  endBlock(): void {
    const delayed = this.current.splice(0, this.now);
    this.current.push(...delayed, ...this.next);
    this.next = [];
    this.world.put(['record', 'queue', this.current]);
  }

  reload(): void {
    this.current = this.world.record<Receipt[]>('queue') ?? [];
    for (const name of this.world.recordNames('yield/')) {
      this.yields.set(name.slice('yield/'.length), this.world.record<Yield>(name)!);
    }
  }

  /** Also where it is resumed already, and the one that it is resumed by is on its way. */
  isYielded(accountId: string, yieldId: string): boolean {
    return this.yields.get(yieldId)?.receiverId === accountId;
  }

  /** Promises that nobody resumed in time fail. */
  expireYields(height: number): void {
    for (const [yieldId, { receiverId, expiresAt, resumed }] of this.yields) {
      if (!resumed && height >= expiresAt) this.expire(yieldId, receiverId);
    }
  }

  /** Takes the next receipt: executes it, or puts it where it waits. Null: there is none. */
  executeNext(
    now: BlockNow,
    ledger: Ledger,
  ): { gasBurnt: number; receipt: ActionReceipt | null } | null {
    const receipt = this.current.shift();
    if (!receipt) return null;
    this.now = Math.max(0, this.now - 1);
    if (receipt.kind === 'data') return this.deliver(receipt, now, ledger);
    if (receipt.inputDataIds.every((id) => this.hasData(receipt.receiverId, id))) {
      return this.execute(receipt, now, ledger);
    }
    this.postpone(receipt);
    return { gasBurnt: 0, receipt: null };
  }

  /** Until the data that it waits for is there. */
  private postpone(receipt: ActionReceipt): void {
    this.world.put(['record', `postponed/${receipt.id}`, receipt]);
    for (const id of receipt.inputDataIds) {
      this.world.put(['record', `awaits/${receipt.receiverId}/${id}`, receipt.id]);
    }
  }

  private deliver(
    { receiverId, dataId, data }: DataReceipt,
    now: BlockNow,
    ledger: Ledger,
  ): { gasBurnt: number; receipt: ActionReceipt | null } {
    this.world.put(['record', dataName(receiverId, dataId), { data }]);
    const waiting = this.world.record<string>(`awaits/${receiverId}/${dataId}`);
    const receipt = waiting && this.world.record<ActionReceipt>(`postponed/${waiting}`);
    if (!receipt || !receipt.inputDataIds.every((id) => this.hasData(receiverId, id))) {
      return { gasBurnt: 0, receipt: null };
    }
    this.world.put(['record', `postponed/${receipt.id}`, null]);
    for (const id of receipt.inputDataIds) {
      this.world.put(['record', `awaits/${receiverId}/${id}`, null]);
    }
    return this.execute(receipt, now, ledger);
  }

  private execute(
    receipt: ActionReceipt,
    now: BlockNow,
    ledger: Ledger,
  ): { gasBurnt: number; receipt: ActionReceipt } {
    const results = receipt.inputDataIds.map((id) => this.takeData(receipt.receiverId, id));
    const applied = applyReceipt(this.world, receipt, results, now);
    ledger.arrive(tokensInside(receipt));
    ledger.burn(applied.burntYocto);
    let created = 0;
    for (const made of applied.receipts) {
      ledger.send(tokensInside(made));
      if (made.kind === 'action') created++;
      this.take(made, now.blockHeight);
    }
    this.world.put([
      'record',
      `outcome/${receipt.id}`,
      {
        id: receipt.id,
        executorId: receipt.receiverId,
        block: null,
        gasBurnt: applied.gasBurnt,
        tokensBurntYocto: applied.tokensBurntYocto,
        logs: applied.logs,
        receiptIds: applied.receipts.filter((made) => made.kind === 'action').map(({ id }) => id),
        status: applied.status,
      },
    ]);
    const kept = { ...receipt, actions: withoutCode(receipt.actions) };
    this.world.put(['record', `receipt/${receipt.id}`, kept]);
    this.closeOne(receipt, created);
    return { gasBurnt: applied.gasBurnt, receipt };
  }

  /** One receipt of the transaction is done and `created` more are to come. */
  private closeOne(receipt: ActionReceipt, created: number): void {
    const name = `transaction/${receipt.transaction}`;
    const record = this.world.record<TransactionRecord>(name);
    if (!record) return;
    const executed = [...record.executed, receipt.id];
    this.world.put(['record', name, { ...record, executed, open: record.open - 1 + created }]);
  }

  /** Promises that are yielded wait from the block on that made them; the rest comes with the next. */
  private take(made: Receipt, height: number): void {
    if (made.kind === 'action' && made.yielded) {
      const [yieldId] = made.inputDataIds;
      const expiresAt = height + limits.yieldTimeoutBlocks;
      this.saveYield(yieldId!, { receiverId: made.receiverId, expiresAt, resumed: false });
      return this.postpone(made);
    }
    if (made.kind === 'data' && made.resumes) {
      const found = this.yields.get(made.dataId);
      // Whoever resumes a promise that is resumed already is told so, and nothing else comes of it.
      if (!found || found.resumed) return;
      this.saveYield(made.dataId, { ...found, resumed: true });
    }
    this.next.push(made);
  }

  private expire(yieldId: string, receiverId: string): void {
    const id = childId(createHash('sha256').update(yieldId).digest('hex'), 0);
    const wires = { predecessorId: receiverId, receiverId, dataId: yieldId };
    this.take({ kind: 'data', id, ...wires, data: null, resumes: true }, 0);
  }

  private saveYield(yieldId: string, value: Yield | null): void {
    if (value) this.yields.set(yieldId, value);
    else this.yields.delete(yieldId);
    this.world.put(['record', `yield/${yieldId}`, value]);
  }

  private hasData(receiverId: string, dataId: string): boolean {
    return this.world.record(dataName(receiverId, dataId)) !== undefined;
  }

  private takeData(receiverId: string, dataId: string): PromiseResult {
    const name = dataName(receiverId, dataId);
    const { data } = this.world.record<{ data: Uint8Array | null }>(name)!;
    this.world.put(['record', name, null]);
    if (this.yields.has(dataId)) this.saveYield(dataId, null);
    return data ? { ok: true, value: data } : { ok: false };
  }
}

function dataName(receiverId: string, dataId: string): string {
  return `data/${receiverId}/${dataId}`;
}
