/** Receipts: what one account sends another, to act on or as data that a callback waits for. */
import { createHash } from 'node:crypto';
import { attachedGas, delegatedSendFees, executionFees, totalDeposit } from '../protocol/action.js';
import type { Action } from '../protocol/action.js';
import { systemAccount } from '../protocol/account-id.js';
import { fees } from '../protocol/parameters.js';

export interface ActionReceipt {
  kind: 'action';
  id: string;
  /** The transaction that it descends from. */
  transaction: string;
  predecessorId: string;
  receiverId: string;
  /** Who gets the deposits back should it fail; null, or not kept by an older node: the predecessor. */
  refundTo?: string | null;
  signerId: string;
  signerPublicKey: string;
  gasPriceYocto: bigint;
  actions: readonly Action[];
  inputDataIds: readonly string[];
  outputs: readonly DataOutput[];
  /** Waits for somebody to resume it. */
  yielded: boolean;
}

export interface DataOutput {
  dataId: string;
  receiverId: string;
}

export interface DataReceipt {
  kind: 'data';
  id: string;
  predecessorId: string;
  receiverId: string;
  dataId: string;
  /** Null: the promise failed. */
  data: Uint8Array | null;
  /** For a promise that was yielded, of which the first one counts. */
  resumes?: true;
}

export type Receipt = ActionReceipt | DataReceipt;

/** Where a receipt's outcome stands, in the protocol's JSON. */
export type OutcomeStatus =
  { SuccessValue: string } | { SuccessReceiptId: string } | { Failure: object };

export interface Outcome {
  id: string;
  executorId: string;
  /** Null until its block is full. */
  block: OutcomePlace | null;
  gasBurnt: number;
  tokensBurntYocto: bigint;
  logs: readonly string[];
  receiptIds: readonly string[];
  status: OutcomeStatus;
}

/** Where an outcome stands, with the way from it to the root over all of its block's. */
export interface OutcomePlace {
  readonly hash: string;
  readonly path: readonly { readonly hash: string; readonly direction: 'Left' | 'Right' }[];
}

/** Tokens that travel in a receipt: its deposits, and the gas that was bought for it. */
export function tokensInside(receipt: Receipt): bigint {
  if (receipt.kind === 'data') return 0n;
  return totalDeposit(receipt.actions) + BigInt(gasInside(receipt)) * receipt.gasPriceYocto;
}

/** Gas bought for a receipt: to execute its actions, run their code and send what they delegate. */
export function gasInside(receipt: Pick<ActionReceipt, 'actions' | 'receiverId'>): number {
  const { actions, receiverId } = receipt;
  return (
    attachedGas(actions) +
    delegatedSendFees(actions) +
    executionFees(actions, receiverId) +
    fees.actionReceipt.execution
  );
}

export function isRefund(receipt: ActionReceipt): boolean {
  return receipt.predecessorId === systemAccount;
}

/** For keeping: code is replaced by its hash, which is also how clients are shown it. */
export function withoutCode(actions: readonly Action[]): readonly Action[] {
  return actions.map((action) => {
    if (action.kind !== 'deployContract') return action;
    return { ...action, code: new Uint8Array(createHash('sha256').update(action.code).digest()) };
  });
}
