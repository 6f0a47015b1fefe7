/**
 * The receipts that one receipt leaves behind. Ids are hashes of the parent's id and a counter,
 * so that they are the same on every run.
 */
import { createHash } from 'node:crypto';
import { baseEncode } from 'near-api-js';
import { systemAccount } from '../protocol/account-id.js';
import type { DelegateAction } from '../protocol/action.js';
import type { CreatedReceipt } from '../vm/call.js';
import type { ActionReceipt, DataOutput, Receipt } from './receipt.js';

type Draft = { -readonly [K in keyof ActionReceipt]: ActionReceipt[K] };

/** The key of refunds of deposits, which no key has signed. */
const nobodysKey = 'ed25519:11111111111111111111111111111111';

export class ReceiptBuilder {
  private made: (Draft | Receipt)[] = [];
  private count = 0;

  constructor(private readonly parent: ActionReceipt) {}

  get receipts(): readonly Receipt[] {
    return this.made;
  }

  /** Drops what was made so far: the receipt has failed. */
  discard(): void {
    this.made = [];
  }

  /** Receipts that a call created, wired to each other; returns where they start. */
  addCreated(list: readonly CreatedReceipt[]): number {
    const first = this.made.length;
    for (const { receiverId, actions, dependsOn, yieldId, refundTo } of list) {
      const waitsFor: string[] = yieldId ? [yieldId] : [];
      for (const dependency of dependsOn) {
        const dataId = this.nextId();
        const source = this.created(first + dependency);
        source.outputs = [...source.outputs, { dataId, receiverId }];
        waitsFor.push(dataId);
      }
      this.made.push({
        ...this.child(this.parent.receiverId, receiverId),
        actions,
        inputDataIds: waitsFor,
        yielded: yieldId !== null,
        ...(refundTo === null ? {} : { refundTo }),
      });
    }
    return first;
  }

  created(index: number): Draft {
    return this.made[index] as Draft;
  }

  addDelegated(delegate: DelegateAction): void {
    const { actions, senderId, receiverId } = delegate;
    this.made.push({ ...this.child(senderId, receiverId), actions });
  }

  /** Tokens back to an account; `gasKey`: unused gas, which also restores that key's allowance. */
  addRefund(receiverId: string, yocto: bigint, gasKey: string | null): void {
    this.made.push({
      ...this.child(systemAccount, receiverId),
      signerId: gasKey ? receiverId : systemAccount,
      signerPublicKey: gasKey ?? nobodysKey,
      gasPriceYocto: 0n,
      actions: [{ kind: 'transfer', depositYocto: yocto }],
    });
  }

  addData({ dataId, receiverId }: DataOutput, data: Uint8Array | null): void {
    const predecessorId = this.parent.receiverId;
    this.made.push({ kind: 'data', id: this.nextId(), predecessorId, receiverId, dataId, data });
  }

  /** What a promise that was yielded waits for. */
  addResumption(yieldId: string, data: Uint8Array): void {
    const { receiverId } = this.parent;
    const id = this.nextId();
    const wires = { predecessorId: receiverId, receiverId, dataId: yieldId };
    this.made.push({ kind: 'data', id, ...wires, data, resumes: true });
  }

  private child(predecessorId: string, receiverId: string): Draft {
    const { transaction, signerId, signerPublicKey, gasPriceYocto } = this.parent;
    return {
      kind: 'action',
      id: this.nextId(),
      transaction,
      predecessorId,
      receiverId,
      signerId,
      signerPublicKey,
      gasPriceYocto,
      actions: [],
      inputDataIds: [],
      outputs: [],
      yielded: false,
    };
  }

  private nextId(): string {
    return childId(this.parent.id, this.count++);
  }
}

export function childId(parent: string, index: number): string {
  return baseEncode(createHash('sha256').update(`cw/localnet/id/1:${parent}:${index}`).digest());
}
