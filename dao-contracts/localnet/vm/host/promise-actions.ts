/** Host functions that add an action to a receipt that the call has created. */
import { transferFees, type Action } from '../../protocol/action.js';
import { fees, hostCosts as cost, limits, type Fee } from '../../protocol/parameters.js';
import { publicKeyText } from '../../keys.js';
import type { Call, CreatedReceipt } from '../call.js';
import { decodeUtf8 } from '../guest.js';
import { HostError } from '../vm-error.js';
import { host, type HostTable } from './host-function.js';
import { readAccountId } from './read-account-id.js';

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function receiptOf(call: Call, promise: bigint): { receipt: CreatedReceipt; local: boolean } {
  const found = call.promise(promise);
  if (found.kind === 'joint') throw new HostError('CannotAppendActionToJointPromise');
  const receipt = call.receipts[found.receipt]!;
  return { receipt, local: receipt.receiverId === call.context.currentAccountId };
}

/** A byte for the curve, then the key. Only ed25519 keys can sign on the local chain. */
function keyOf(raw: Uint8Array): string {
  if (raw.length !== 33 || raw[0] !== 0) throw new HostError('InvalidPublicKey');
  return publicKeyText(raw.slice(1));
}

/** Fees, once or so often; some depend on who gets the action. */
type Charged = [Fee, number?][] | ((receiverId: string) => [Fee, number?][]);

/**
 * A host function whose first argument is the promise that it adds an action to. What it reads is
 * understood as an action only once that is paid for.
 */
function adds(
  name: string,
  signature: string,
  read: (call: Call, ...args: bigint[]) => { action: () => Action; charged: Charged },
): ReturnType<typeof host> {
  return host(signature, (call, promise, ...args) => {
    call.gas.burn(cost.base);
    call.forbidInView(name);
    const { action: understand, charged } = read(call, ...args);
    const { receipt, local } = receiptOf(call, promise!);
    const due = typeof charged === 'function' ? charged(receipt.receiverId) : charged;
    for (const [fee, count] of due) call.gas.payFee(fee, local, count ?? 1);
    const action = understand();
    if (action.kind === 'transfer') call.spend(action.depositYocto);
    receipt.actions.push(action);
  });
}

/** `args`: method length and pointer, arguments length and pointer, deposit pointer, gas. */
export function addFunctionCall(
  call: Call,
  promise: bigint,
  args: readonly bigint[],
  weight: bigint,
): void {
  const [nameLength, nameAt, argsLength, argsAt, depositAt, gas] = args;
  call.gas.burn(cost.base);
  call.forbidInView('promise_batch_action_function_call');
  const depositYocto = call.guest.u128(depositAt!);
  const name = call.guest.read(nameLength!, nameAt!);
  if (name.length === 0) throw new HostError('EmptyMethodName');
  const input = call.guest.read(argsLength!, argsAt!).slice();
  const { receipt, local } = receiptOf(call, promise);
  call.gas.payFee(fees.functionCall, local);
  call.gas.payFee(fees.functionCallByte, local, name.length + input.length);
  const attached = call.gas.promiseUnits(u64(gas!));
  call.spend(depositYocto);
  const method = methodOf(name);
  receipt.actions.push({ kind: 'functionCall', method, args: input, gas: attached, depositYocto });
  if (weight > 0n) receipt.weights.push({ action: receipt.actions.length - 1, weight });
}

export const promiseActionFunctions: HostTable = {
  promise_batch_action_create_account: adds('promise_batch_action_create_account', 'j>', () => ({
    action: () => ({ kind: 'createAccount' }),
    charged: [[fees.createAccount]],
  })),
  promise_batch_action_deploy_contract: adds(
    'promise_batch_action_deploy_contract',
    'jjj>',
    (call, length, at) => {
      const code = call.guest.read(length!, at!).slice();
      if (code.length > limits.maxContractBytes) {
        throw new HostError({
          ContractSizeExceeded: { size: code.length, limit: limits.maxContractBytes },
        });
      }
      const charged: [Fee, number?][] = [
        [fees.deployContract],
        [fees.deployContractByte, code.length],
      ];
      return { action: () => ({ kind: 'deployContract', code }), charged };
    },
  ),
  promise_batch_action_function_call: host('jjjjjjj>', (call, promise, ...args) =>
    addFunctionCall(call, promise!, args, 0n),
  ),
  promise_batch_action_function_call_weight: host('jjjjjjjj>', (call, promise, ...args) =>
    addFunctionCall(call, promise!, args, u64(args[6]!)),
  ),
  promise_batch_action_transfer: adds('promise_batch_action_transfer', 'jj>', (call, amountAt) => {
    const depositYocto = call.guest.u128(amountAt!);
    return {
      action: () => ({ kind: 'transfer', depositYocto }),
      charged: (receiverId) => transferFees(receiverId).map((fee) => [fee]),
    };
  }),
  promise_batch_action_stake: adds(
    'promise_batch_action_stake',
    'jjjj>',
    (call, amountAt, length, at) => {
      const stakeYocto = call.guest.u128(amountAt!);
      const raw = call.guest.read(length!, at!);
      return {
        action: () => ({ kind: 'stake', stakeYocto, publicKey: keyOf(raw) }),
        charged: [[fees.stake]],
      };
    },
  ),
  promise_batch_action_add_key_with_full_access: adds(
    'promise_batch_action_add_key_with_full_access',
    'jjjj>',
    (call, length, at, nonce) => {
      const raw = call.guest.read(length!, at!);
      return {
        action: () => ({
          kind: 'addKey',
          publicKey: keyOf(raw),
          accessKey: { nonce: u64(nonce!), permission: 'FullAccess' },
        }),
        charged: [[fees.addFullAccessKey]],
      };
    },
  ),
  promise_batch_action_add_key_with_function_call: adds(
    'promise_batch_action_add_key_with_function_call',
    'jjjjjjjjj>',
    (call, length, at, nonce, allowanceAt, receiverLength, receiverAt, namesLength, namesAt) => {
      const raw = call.guest.read(length!, at!);
      const allowance = call.guest.u128(allowanceAt!);
      const receiverId = readAccountId(call, receiverLength!, receiverAt!);
      const names = splitNames(call.guest.read(namesLength!, namesAt!));
      const bytes = names.reduce((sum, name) => sum + name.length + 1, 0);
      return {
        action: () => ({
          kind: 'addKey',
          publicKey: keyOf(raw),
          accessKey: {
            nonce: u64(nonce!),
            permission: {
              allowanceYocto: allowance || null,
              receiverId,
              methodNames: names.map((name) => decodeUtf8(name, 'InvalidMethodName')),
            },
          },
        }),
        charged: [[fees.addFunctionCallKey], [fees.addFunctionCallKeyByte, bytes]],
      };
    },
  ),
  promise_batch_action_delete_key: adds(
    'promise_batch_action_delete_key',
    'jjj>',
    (call, length, at) => {
      const raw = call.guest.read(length!, at!);
      return {
        action: () => ({ kind: 'deleteKey', publicKey: keyOf(raw) }),
        charged: [[fees.deleteKey]],
      };
    },
  ),
  promise_batch_action_delete_account: adds(
    'promise_batch_action_delete_account',
    'jjj>',
    (call, length, at) => {
      const beneficiaryId = readAccountId(call, length!, at!);
      return {
        action: () => ({ kind: 'deleteAccount', beneficiaryId }),
        charged: [[fees.deleteAccount]],
      };
    },
  ),
};

/** Method names separated by commas; none at all is the empty list. */
function splitNames(raw: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let start = 0; raw.length > 0;) {
    const comma = raw.indexOf(44, start);
    const name = raw.subarray(start, comma < 0 ? raw.length : comma);
    if (name.length === 0) throw new HostError('EmptyMethodName');
    names.push(name);
    if (comma < 0) break;
    start = comma + 1;
  }
  return names;
}

/**
 * A method's name, byte for byte: what the receipt pays when it runs is counted by the name's bytes
 * again, so a decoding that loses or adds some would make or lose tokens.
 */
export function methodOf(name: Uint8Array): string {
  return decodeUtf8(name, 'InvalidMethodName');
}
