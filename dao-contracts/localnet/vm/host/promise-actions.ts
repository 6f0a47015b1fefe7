/** Host functions that add an action to a receipt that the call has created. */
import { isAccountId } from '../../protocol/account-id.js';
import { namesBytes, transferFees, type Action } from '../../protocol/action.js';
import { fees, hostCosts as cost, limits, type Fee } from '../../protocol/parameters.js';
import { publicKeyText } from '../../keys.js';
import type { Call, CreatedReceipt } from '../call.js';
import { decodeUtf8 } from '../guest.js';
import { HostError } from '../vm-error.js';
import { host, type HostTable } from './host-function.js';

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function receiptOf(call: Call, promise: bigint): { receipt: CreatedReceipt; local: boolean } {
  const found = call.promise(promise);
  if (found.kind === 'joint') throw new HostError('CannotAppendActionToJointPromise');
  const receipt = call.receipts[found.receipt]!;
  return { receipt, local: receipt.receiverId === call.context.currentAccountId };
}

function readPublicKey(call: Call, length: bigint, pointer: bigint): string {
  const raw = call.guest.read(length, pointer);
  // A byte for the curve, then the key. Only ed25519 keys can sign on the local chain.
  if (raw.length !== 33 || raw[0] !== 0) throw new HostError('InvalidPublicKey');
  return publicKeyText(raw.slice(1));
}

function readAccount(call: Call, length: bigint, pointer: bigint): string {
  const text = call.guest.accountText(length, pointer);
  if (!isAccountId(text)) throw new HostError('InvalidAccountId');
  return text;
}

/** Fees, once or so often; some depend on who gets the action. */
type Charged = [Fee, number?][] | ((receiverId: string) => [Fee, number?][]);

/** A host function whose first argument is the promise that it adds an action to. */
function adds(
  name: string,
  signature: string,
  read: (call: Call, ...args: bigint[]) => { action: Action; charged: Charged },
): ReturnType<typeof host> {
  return host(signature, (call, promise, ...args) => {
    call.gas.burn(cost.base);
    call.forbidInView(name);
    const { action, charged } = read(call, ...args);
    const { receipt, local } = receiptOf(call, promise!);
    const due = typeof charged === 'function' ? charged(receipt.receiverId) : charged;
    for (const [fee, count] of due) call.gas.payFee(fee, local, count ?? 1);
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
  const method = methodOf(name);
  const input = call.guest.read(argsLength!, argsAt!).slice();
  const { receipt, local } = receiptOf(call, promise);
  call.gas.payFee(fees.functionCall, local);
  call.gas.payFee(fees.functionCallByte, local, name.length + input.length);
  // More gas than any call can hold is refused by its size alone, before it becomes a number.
  if (u64(gas!) > 1n << 53n) throw new HostError('GasExceeded');
  const attached = Number(u64(gas!));
  call.gas.promise(attached);
  call.spend(depositYocto);
  receipt.actions.push({ kind: 'functionCall', method, args: input, gas: attached, depositYocto });
  if (weight > 0n) receipt.weights.push({ action: receipt.actions.length - 1, weight });
}

export const promiseActionFunctions: HostTable = {
  promise_batch_action_create_account: adds('promise_batch_action_create_account', 'j>', () => ({
    action: { kind: 'createAccount' },
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
      return { action: { kind: 'deployContract', code }, charged };
    },
  ),
  promise_batch_action_function_call: host('jjjjjjj>', (call, promise, ...args) =>
    addFunctionCall(call, promise!, args, 0n),
  ),
  promise_batch_action_function_call_weight: host('jjjjjjjj>', (call, promise, ...args) =>
    addFunctionCall(call, promise!, args, u64(args[6]!)),
  ),
  promise_batch_action_transfer: adds('promise_batch_action_transfer', 'jj>', (call, amountAt) => ({
    action: { kind: 'transfer', depositYocto: call.guest.u128(amountAt!) },
    charged: (receiverId) => transferFees(receiverId).map((fee) => [fee]),
  })),
  promise_batch_action_stake: adds(
    'promise_batch_action_stake',
    'jjjj>',
    (call, amountAt, length, at) => {
      const stakeYocto = call.guest.u128(amountAt!);
      const publicKey = readPublicKey(call, length!, at!);
      return { action: { kind: 'stake', stakeYocto, publicKey }, charged: [[fees.stake]] };
    },
  ),
  promise_batch_action_add_key_with_full_access: adds(
    'promise_batch_action_add_key_with_full_access',
    'jjjj>',
    (call, length, at, nonce) => ({
      action: {
        kind: 'addKey',
        publicKey: readPublicKey(call, length!, at!),
        accessKey: { nonce: u64(nonce!), permission: 'FullAccess' },
      },
      charged: [[fees.addFullAccessKey]],
    }),
  ),
  promise_batch_action_add_key_with_function_call: adds(
    'promise_batch_action_add_key_with_function_call',
    'jjjjjjjjj>',
    (call, length, at, nonce, allowanceAt, receiverLength, receiverAt, namesLength, namesAt) => {
      const publicKey = readPublicKey(call, length!, at!);
      const allowance = call.guest.u128(allowanceAt!);
      const receiverId = readAccount(call, receiverLength!, receiverAt!);
      const methodNames = splitNames(call.guest.read(namesLength!, namesAt!));
      return {
        action: {
          kind: 'addKey',
          publicKey,
          accessKey: {
            nonce: u64(nonce!),
            permission: { allowanceYocto: allowance || null, receiverId, methodNames },
          },
        },
        charged: [
          [fees.addFunctionCallKey],
          [fees.addFunctionCallKeyByte, namesBytes(methodNames)],
        ],
      };
    },
  ),
  promise_batch_action_delete_key: adds(
    'promise_batch_action_delete_key',
    'jjj>',
    (call, length, at) => ({
      action: { kind: 'deleteKey', publicKey: readPublicKey(call, length!, at!) },
      charged: [[fees.deleteKey]],
    }),
  ),
  promise_batch_action_delete_account: adds(
    'promise_batch_action_delete_account',
    'jjj>',
    (call, length, at) => ({
      action: { kind: 'deleteAccount', beneficiaryId: readAccount(call, length!, at!) },
      charged: [[fees.deleteAccount]],
    }),
  ),
};

/** Method names separated by commas; none at all is the empty list. */
function splitNames(raw: Uint8Array): string[] {
  if (raw.length === 0) return [];
  const names = decodeUtf8(raw, 'InvalidMethodName').split(',');
  if (names.some((name) => name === '')) throw new HostError('EmptyMethodName');
  return names;
}

/**
 * A method's name, byte for byte: what the receipt pays when it runs is counted by the name's bytes
 * again, so a decoding that loses or adds some would make or lose tokens.
 */
export function methodOf(name: Uint8Array): string {
  if (name.length === 0) throw new HostError('EmptyMethodName');
  return decodeUtf8(name, 'InvalidMethodName');
}
