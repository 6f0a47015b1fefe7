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
  private yields = new Map<string, Yield>();

  constructor(private readonly world: World) {}

  get ready(): boolean {
    return this.current.length > 0 || this.next.length > 0;
  }

  get hasForThisBlock(): boolean {
    return this.current.length > 0;
  }

  push(receipt: Receipt, local: boolean): void {
    (local ? this.local : this.next).push(receipt);
  }

  /** Local receipts first, then what earlier blocks left. New ones wait for the next block. */
  beginBlock(): void {
    // Whatever this block's transactions pushed for other accounts stays for the next block.
    this.current = [...this.local, ...this.current];
    this.local = [];
  }

  endBlock(): void {
    this.current.push(...this.next);
    this.next = [];
    this.world.put(['record', 'queue', this.current]);
  }

  reload(): void {
    this.current = this.world.record<Receipt[]>('queue') ?? [];
    for (const name of this.world.recordNames('yield/')) {
      this.yields.set(name.slice('yield/'.length), this.world.record<Yield>(name)!);
    }
  }

  isYielded(accountId: string, yieldId: string): boolean {
    const found = this.yields.get(yieldId);
    return found !== undefined && found.receiverId === accountId && !found.resumed;
  }

  /** Promises that nobody resumed in time fail. */
  expireYields(height: number): void {
    for (const [yieldId, { receiverId, expiresAt, resumed }] of this.yields) {
      if (!resumed && height >= expiresAt) this.resume(yieldId, receiverId, null);
    }
  }

  /** Takes the next receipt: executes it, or puts it where it waits. */
  executeNext(now: BlockNow, ledger: Ledger): { gasBurnt: number; receipt: ActionReceipt | null } {
    const receipt = this.current.shift()!;
    if (receipt.kind === 'data') return this.deliver(receipt, now, ledger);
    if (receipt.yielded) this.startYield(receipt, now.blockHeight);
    if (receipt.inputDataIds.every((id) => this.hasData(receipt.receiverId, id))) {
      return this.execute(receipt, now, ledger);
    }
    this.world.put(['record', `postponed/${receipt.id}`, receipt]);
    for (const id of receipt.inputDataIds) {
      this.world.put(['record', `awaits/${receipt.receiverId}/${id}`, receipt.id]);
    }
    return { gasBurnt: 0, receipt: null };
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
      this.next.push(made);
    }
    for (const { yieldId, payload } of applied.resumed) {
      this.resume(yieldId, receipt.receiverId, payload);
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

  private startYield(receipt: ActionReceipt, height: number): void {
    const [yieldId] = receipt.inputDataIds;
    if (this.yields.has(yieldId!)) return;
    const expiresAt = height + limits.yieldTimeoutBlocks;
    this.saveYield(yieldId!, { receiverId: receipt.receiverId, expiresAt, resumed: false });
  }

  private resume(yieldId: string, receiverId: string, data: Uint8Array | null): void {
    // Resumed in the very call that created it: the receipt is still on its way here.
    const known = this.yields.get(yieldId);
    const expiresAt = known?.expiresAt ?? Number.MAX_SAFE_INTEGER;
    this.saveYield(yieldId, { receiverId, expiresAt, resumed: true });
    const id = childId(createHash('sha256').update(yieldId).digest('hex'), data ? 1 : 0);
    this.next.push({
      kind: 'data',
      id,
      predecessorId: receiverId,
      receiverId,
      dataId: yieldId,
      data,
    });
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
