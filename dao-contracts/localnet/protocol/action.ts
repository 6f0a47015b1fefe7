/** The actions of transactions and receipts, as decoded values. Keys are in their text form. */
import { isEthImplicitAccountId, isImplicitAccountId } from './account-id.js';
import { fees, sendCost, type Fee, type Gas } from './parameters.js';

export interface FunctionCallPermission {
  allowanceYocto: bigint | null;
  receiverId: string;
  /** Empty: any method. */
  methodNames: readonly string[];
}

export interface AccessKey {
  nonce: bigint;
  permission: 'FullAccess' | FunctionCallPermission;
}

export type Action =
  | { kind: 'createAccount' }
  | { kind: 'deployContract'; code: Uint8Array }
  | {
      kind: 'functionCall';
      method: string;
      args: Uint8Array;
      gas: Gas;
      depositYocto: bigint;
    }
  | { kind: 'transfer'; depositYocto: bigint }
  | { kind: 'stake'; stakeYocto: bigint; publicKey: string }
  | { kind: 'addKey'; publicKey: string; accessKey: AccessKey }
  | { kind: 'deleteKey'; publicKey: string }
  | { kind: 'deleteAccount'; beneficiaryId: string }
  | { kind: 'delegate'; delegate: DelegateAction; signature: Uint8Array; encoded: Uint8Array };

/** A meta transaction (NEP-366): signed by the sender, paid for by whoever submits it. */
export interface DelegateAction {
  senderId: string;
  receiverId: string;
  actions: readonly Action[];
  nonce: bigint;
  maxBlockHeight: bigint;
  publicKey: string;
}

export function depositOf(action: Action): bigint {
  switch (action.kind) {
    case 'functionCall':
    case 'transfer':
      return action.depositYocto;
    case 'delegate':
      return totalDeposit(action.delegate.actions);
    default:
      return 0n;
  }
}

export function totalDeposit(actions: readonly Action[]): bigint {
  return actions.reduce((sum, action) => sum + depositOf(action), 0n);
}

/** Gas that the actions attach for code to run. */
export function attachedGas(actions: readonly Action[]): Gas {
  return actions.reduce((sum, action) => {
    if (action.kind === 'functionCall') return sum + action.gas;
    return action.kind === 'delegate' ? sum + attachedGas(action.delegate.actions) : sum;
  }, 0);
}

/** What a delegate action's receipt will burn to send its inner actions on. */
export function delegatedSendFees(actions: readonly Action[]): Gas {
  return actions.reduce((sum, action) => {
    if (action.kind !== 'delegate') return sum;
    const { actions: inner, senderId, receiverId } = action.delegate;
    return sum + sendFees(inner, receiverId, senderId === receiverId);
  }, 0);
}

/** What sending the actions to `receiverId` burns. */
export function sendFees(actions: readonly Action[], receiverId: string, local: boolean): Gas {
  return actions.reduce(
    (sum, action) => sum + actionFee(action, receiverId, (f, n) => sendCost(f, local, n)),
    0,
  );
}

/** What executing one action burns, apart from the code that it runs. */
export function executionFee(action: Action, receiverId: string): Gas {
  return actionFee(action, receiverId, (charged, count) => charged.execution * count);
}

/** What executing the actions burns, with those inside delegate actions and their receipts. */
export function executionFees(actions: readonly Action[], receiverId: string): Gas {
  return actions.reduce((sum, action) => {
    if (action.kind !== 'delegate') return sum + executionFee(action, receiverId);
    const { delegate } = action;
    const inner =
      fees.actionReceipt.execution + executionFees(delegate.actions, delegate.receiverId);
    return sum + executionFee(action, receiverId) + inner;
  }, 0);
}

/**
 * A transfer to an account that is named by a key or an address pays for making it, each time: when
 * it is sent, nobody knows whether the account is there by then. An address has no key of its own.
 */
export function transferFees(receiverId: string): readonly Fee[] {
  if (isImplicitAccountId(receiverId)) {
    return [fees.transfer, fees.createAccount, fees.addFullAccessKey];
  }
  if (isEthImplicitAccountId(receiverId)) return [fees.transfer, fees.createAccount];
  return [fees.transfer];
}

/** What a key pays by: each name's bytes and one that ends it. */
export function namesBytes(methodNames: readonly string[]): number {
  return methodNames.reduce((sum, name) => sum + Buffer.byteLength(name) + 1, 0);
}

type Cost = (charged: Fee, count: number) => Gas;

function actionFee(action: Action, receiverId: string, cost: Cost): Gas {
  switch (action.kind) {
    case 'createAccount':
      return cost(fees.createAccount, 1);
    case 'deployContract':
      return cost(fees.deployContract, 1) + cost(fees.deployContractByte, action.code.length);
    case 'functionCall': {
      const bytes = Buffer.byteLength(action.method) + action.args.length;
      return cost(fees.functionCall, 1) + cost(fees.functionCallByte, bytes);
    }
    case 'transfer':
      return transferFees(receiverId).reduce((sum, charged) => sum + cost(charged, 1), 0);
    case 'stake':
      return cost(fees.stake, 1);
    case 'addKey': {
      const { permission } = action.accessKey;
      if (permission === 'FullAccess') return cost(fees.addFullAccessKey, 1);
      const bytes = namesBytes(permission.methodNames);
      return cost(fees.addFunctionCallKey, 1) + cost(fees.addFunctionCallKeyByte, bytes);
    }
    case 'deleteKey':
      return cost(fees.deleteKey, 1);
    case 'deleteAccount':
      return cost(fees.deleteAccount, 1);
    case 'delegate':
      return cost(fees.delegate, 1);
  }
}
