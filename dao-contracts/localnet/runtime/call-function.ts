/** Runs the code of a function-call action against the account's draft, and of view calls. */
import { digestBytes } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest, type HashPart } from '@commonweights/dataset-registry/digest/tagged.js';
import { createHash } from 'node:crypto';
import { baseDecode } from 'near-api-js';
import { publicKeyBytes } from '../keys.js';
import type { Action } from '../protocol/action.js';
import { limits } from '../protocol/parameters.js';
import type { CallContext, CallOutcome, PromiseResult } from '../vm/call.js';
import { runContract } from '../vm/contract.js';
import { serializeFailure, type VmFailure } from '../vm/vm-error.js';
import { AccountDraft } from './account-draft.js';
import { epochLength } from './block-header.js';
import type { ActionReceipt } from './receipt.js';
import { refusalOfActions } from './validate-actions.js';
import type { World } from './world.js';

/** The block that code sees. */
export interface BlockNow {
  blockHeight: number;
  timeNs: bigint;
  chainSeed: string;
  /** Mixed into `random_seed`, except on the logical clock. */
  entropy: string | null;
  isYielded(accountId: string, yieldId: string): boolean;
  /** Their stakes. */
  validators: ReadonlyMap<string, bigint>;
}

export interface FunctionResult extends Omit<CallOutcome, 'failure'> {
  /** The protocol's `ActionErrorKind`. */
  failure: object | null;
}

export function callFunction(
  draft: AccountDraft,
  action: Action & { kind: 'functionCall' },
  index: number,
  receipt: ActionReceipt,
  promiseResults: readonly PromiseResult[],
  now: BlockNow,
): FunctionResult {
  const account = draft.account!;
  const code = draft.currentCode;
  if (!code) return withoutCode(draft);
  const context: CallContext = {
    ...sharedContext(draft, action.method, action.args, now),
    signerAccountId: receipt.signerId,
    signerPublicKey: Buffer.from([0, ...(publicKeyBytes(receipt.signerPublicKey) ?? [])]),
    predecessorAccountId: receipt.predecessorId,
    refundToAccountId: receipt.refundTo ?? receipt.predecessorId,
    promiseResults,
    attachedDepositYocto: action.depositYocto,
    prepaidGas: action.gas,
    isView: false,
    // What an action gives that is not the last goes nowhere, and pays for no way.
    outputReceivers:
      index === receipt.actions.length - 1 ? receipt.outputs.map((it) => it.receiverId) : [],
    yieldId: (count) =>
      createHash('sha256').update(`cw/localnet/yield/1:${receipt.id}:${index}:${count}`).digest(),
    isYielded: (yieldId) => now.isYielded(draft.id, yieldId),
  };
  let storage = draft.openStorage();
  const outcome = runContract(code, context, () => (storage = draft.openStorage()));
  if (outcome.failure) {
    return { ...outcome, failure: { FunctionCallError: serializeFailure(outcome.failure) } };
  }
  for (const created of outcome.receipts) {
    const refusal = refusalOfActions(created.actions);
    if (refusal) {
      const failure = { NewReceiptValidationError: { ActionsValidation: refusal } };
      return { ...outcome, usedGas: outcome.burntGas, failure };
    }
  }
  storage.keep();
  account.amountYocto = outcome.balanceYocto;
  account.storageUsageBytes = outcome.storageUsageBytes;
  return { ...outcome, failure: null };
}

export interface ViewResult {
  failure: VmFailure | null;
  logs: readonly string[];
  value: Uint8Array;
}

/** Runs a method that changes nothing. The account must exist. */
export function viewFunction(
  world: World,
  accountId: string,
  method: string,
  args: Uint8Array,
  now: BlockNow,
  maxGas: number = limits.defaultViewGas,
): ViewResult {
  const draft = new AccountDraft(world, accountId);
  const code = draft.currentCode;
  if (!code) return { failure: { kind: 'noCode', accountId }, logs: [], value: new Uint8Array() };
  const context: CallContext = {
    ...sharedContext(draft, method, args, now),
    signerAccountId: accountId,
    signerPublicKey: new Uint8Array(33),
    predecessorAccountId: accountId,
    refundToAccountId: accountId,
    promiseResults: [],
    attachedDepositYocto: 0n,
    prepaidGas: maxGas,
    isView: true,
    outputReceivers: [],
    yieldId: () => new Uint8Array(32),
    isYielded: () => false,
  };
  const { failure, logs, returned } = runContract(code, context, () => draft.openStorage());
  return { failure, logs, value: returned.kind === 'value' ? returned.value : new Uint8Array() };
}

function sharedContext(
  draft: AccountDraft,
  method: string,
  args: Uint8Array,
  now: BlockNow,
): Pick<
  CallContext,
  | 'currentAccountId'
  | 'method'
  | 'input'
  | 'blockHeight'
  | 'blockTimestampNs'
  | 'epochHeight'
  | 'balanceYocto'
  | 'storageUsageBytes'
  | 'randomSeed'
  | 'codeHash'
  | 'validators'
> {
  return {
    currentAccountId: draft.id,
    method,
    input: args,
    blockHeight: now.blockHeight,
    blockTimestampNs: now.timeNs,
    epochHeight: Math.floor(now.blockHeight / epochLength),
    balanceYocto: draft.account!.amountYocto,
    storageUsageBytes: draft.account!.storageUsageBytes,
    codeHash: baseDecode(draft.account!.codeHash!),
    validators: now.validators,
    randomSeed: drawSeed(draft.id, method, args, now),
  };
}

/**
 * `H("cw/localnet/seed/1", chain seed, receiver, method, args)`: on the logical clock a call draws
 * the same values however transactions interleave. A caller can therefore try arguments until it
 * likes the draw: fit for a local network, where nothing is at stake, and for nothing else.
 */
function drawSeed(accountId: string, method: string, args: Uint8Array, now: BlockNow): Uint8Array {
  const parts: HashPart[] = [now.chainSeed, accountId, method, args];
  if (now.entropy !== null) parts.push(now.entropy);
  return digestBytes(taggedDigest('cw/localnet/seed/1', parts));
}

function withoutCode(draft: AccountDraft): FunctionResult {
  return {
    failure: { FunctionCallError: serializeFailure({ kind: 'noCode', accountId: draft.id }) },
    burntGas: 0,
    usedGas: 0,
    logs: [],
    returned: { kind: 'none' },
    balanceYocto: 0n,
    storageUsageBytes: 0,
    receipts: [],
    resumed: [],
  };
}
