/**
 * Executes a receipt: all of its actions take effect or none does. Gas that was bought and not
 * used goes back to the signer, deposits of a failed receipt to the predecessor, and a share of
 * the gas that code burnt to the contract.
 */
import { systemAccount } from '../protocol/account-id.js';
import { delegatedSendFees, executionFee, totalDeposit, type Action } from '../protocol/action.js';
import { burntGasReward, fees } from '../protocol/parameters.js';
import type { PromiseResult, ReturnData } from '../vm/call.js';
import { AccountDraft } from './account-draft.js';
import { ActionFailure, applyAction, checkPlace, type ActionPlace } from './apply-action.js';
import { callFunction, type BlockNow } from './call-function.js';
import { acceptDelegate } from './apply-delegate.js';
import { ReceiptBuilder } from './receipt-builder.js';
import {
  gasInside,
  isRefund,
  type ActionReceipt,
  type OutcomeStatus,
  type Receipt,
} from './receipt.js';
import { lackForStorage, type World } from './world.js';

export interface AppliedReceipt {
  gasBurnt: number;
  /** Leaves circulation: gas, less the contract's share, and refunds that nobody can take. */
  burntYocto: bigint;
  tokensBurntYocto: bigint;
  logs: readonly string[];
  status: OutcomeStatus;
  /** Receipts for the next block, data receipts included. */
  receipts: readonly Receipt[];
}

/** A receipt under execution. */
interface Execution {
  readonly receipt: ActionReceipt;
  readonly promiseResults: readonly PromiseResult[];
  readonly now: BlockNow;
  readonly draft: AccountDraft;
  readonly builder: ReceiptBuilder;
  readonly place: ActionPlace;
  gasBurnt: number;
  gasUsed: number;
  callGas: number;
  logs: string[];
  returned: ReturnData;
  /** Receipts of the last call, which `returned` counts from. */
  firstReturned: number;
}

export function applyReceipt(
  world: World,
  receipt: ActionReceipt,
  promiseResults: readonly PromiseResult[],
  now: BlockNow,
): AppliedReceipt {
  const execution = begin(world, receipt, promiseResults, now);
  const { draft, builder } = execution;
  const failure = applyActions(execution);
  if (failure) builder.discard();

  const price = receipt.gasPriceYocto;
  const tokensBurntYocto = BigInt(execution.gasBurnt) * price;
  let burntYocto = tokensBurntYocto;
  if (!failure) {
    if (isRefund(receipt)) restoreAllowance(draft, receipt);
    draft.commit();
  } else if (isRefund(receipt)) {
    burntYocto += totalDeposit(receipt.actions);
  }
  burntYocto -= rewardContract(world, receipt.receiverId, execution.callGas, price);
  const status = settle(execution, failure);
  return {
    gasBurnt: execution.gasBurnt,
    burntYocto,
    tokensBurntYocto,
    logs: execution.logs,
    status,
    receipts: builder.receipts,
  };
}

function begin(
  world: World,
  receipt: ActionReceipt,
  promiseResults: readonly PromiseResult[],
  now: BlockNow,
): Execution {
  const { predecessorId, receiverId } = receipt;
  return {
    receipt,
    promiseResults,
    now,
    draft: new AccountDraft(world, receiverId),
    builder: new ReceiptBuilder(receipt),
    place: {
      predecessorId,
      blockHeight: now.blockHeight,
      actorId: predecessorId,
      mayCreateImplicit: receipt.actions.length === 1 && !isRefund(receipt),
    },
    gasBurnt: fees.actionReceipt.execution,
    gasUsed: fees.actionReceipt.execution,
    callGas: 0,
    logs: [],
    returned: { kind: 'none' },
    firstReturned: 0,
  };
}

/** Returns the failure, in the protocol's words, or null. */
function applyActions(execution: Execution): object | null {
  const { draft, place } = execution;
  for (const [index, action] of execution.receipt.actions.entries()) {
    const fee = executionFee(action, execution.receipt.receiverId);
    execution.gasBurnt += fee;
    execution.gasUsed += fee;
    execution.returned = { kind: 'none' };
    try {
      checkPlace(draft, action, place);
      applyOne(execution, action, index);
    } catch (error) {
      if (!(error instanceof ActionFailure)) throw error;
      return { ActionError: { index, kind: error.kind } };
    }
  }
  const lack = draft.account ? lackForStorage(draft.account) : 0n;
  if (lack === 0n) return null;
  const kind = { LackBalanceForState: { account_id: draft.id, amount: `${lack}` } };
  return { ActionError: { index: null, kind } };
}

function applyOne(execution: Execution, action: Action, index: number): void {
  const { draft, builder, receipt, promiseResults, now, place } = execution;
  switch (action.kind) {
    case 'functionCall': {
      const called = callFunction(draft, action, index, receipt, promiseResults, now);
      execution.gasBurnt += called.burntGas;
      execution.gasUsed += called.failure ? called.burntGas : called.usedGas;
      execution.callGas += called.burntGas;
      execution.logs.push(...called.logs);
      if (called.failure) throw new ActionFailure(called.failure);
      execution.firstReturned = builder.addCreated(called.receipts);
      execution.returned = called.returned;
      for (const { yieldId, payload } of called.resumed) builder.addResumption(yieldId, payload);
      return;
    }
    case 'delegate': {
      acceptDelegate(draft, action, now.blockHeight);
      const sending = delegatedSendFees([action]);
      execution.gasBurnt += sending;
      execution.gasUsed += sending + gasInside(action.delegate);
      builder.addDelegated(action.delegate);
      return;
    }
    default: {
      const left = applyAction(draft, action, place);
      if (left) builder.addRefund(left.beneficiaryId, left.yocto, null);
    }
  }
}

/** Refunds and then results, in this order, once it is known whether the receipt took effect. */
function settle(execution: Execution, failure: object | null): OutcomeStatus {
  if (!isRefund(execution.receipt)) refund(execution, failure);
  return failure ? deliverFailure(execution, failure) : deliverResult(execution);
}

function refund({ receipt, builder, gasBurnt, gasUsed }: Execution, failure: object | null): void {
  const deposit = failure ? totalDeposit(receipt.actions) : 0n;
  if (deposit > 0n) builder.addRefund(receipt.refundTo ?? receipt.predecessorId, deposit, null);
  const unused =
    BigInt(gasInside(receipt) - (failure ? gasBurnt : gasUsed)) * receipt.gasPriceYocto;
  if (unused > 0n) builder.addRefund(receipt.signerId, unused, receipt.signerPublicKey);
}

function deliverFailure({ receipt, builder }: Execution, failure: object): OutcomeStatus {
  for (const output of receipt.outputs) builder.addData(output, null);
  return { Failure: failure };
}

function deliverResult({ receipt, builder, returned, firstReturned }: Execution): OutcomeStatus {
  if (returned.kind === 'receipt') {
    const successor = builder.created(firstReturned + returned.receipt);
    successor.outputs = [...successor.outputs, ...receipt.outputs];
    return { SuccessReceiptId: successor.id };
  }
  const value = returned.kind === 'value' ? returned.value : new Uint8Array();
  for (const output of receipt.outputs) builder.addData(output, value);
  return { SuccessValue: Buffer.from(value).toString('base64') };
}

/** A gas refund also gives a function-call key its allowance back. */
function restoreAllowance(draft: AccountDraft, receipt: ActionReceipt): void {
  const key = draft.account ? draft.key(receipt.signerPublicKey) : null;
  if (!key || key.permission === 'FullAccess' || receipt.signerId !== receipt.receiverId) return;
  const { allowanceYocto } = key.permission;
  if (allowanceYocto === null) return;
  const restored = allowanceYocto + totalDeposit(receipt.actions);
  draft.setKey(receipt.signerPublicKey, {
    ...key,
    permission: { ...key.permission, allowanceYocto: restored },
  });
}

/** What the contract earns for the gas that its code burnt; nothing if it is gone. */
function rewardContract(world: World, accountId: string, callGas: number, price: bigint): bigint {
  const { numerator, denominator } = burntGasReward;
  const reward = ((BigInt(callGas) * numerator) / denominator) * price;
  if (reward === 0n || accountId === systemAccount) return 0n;
  const draft = new AccountDraft(world, accountId);
  if (!draft.account) return 0n;
  draft.account.amountYocto += reward;
  draft.commit();
  return reward;
}
