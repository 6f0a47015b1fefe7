/**
 * Host functions that create receipts: calls to other accounts, what follows them, and promises
 * that wait until somebody resumes them. Each receipt pays for being sent at once and sets aside
 * what its execution will burn.
 */
import { fees, hostCosts as cost, limits } from '../../protocol/parameters.js';
import type { Call, CreatedReceipt } from '../call.js';
import { priceOfBytes } from '../gas-counter.js';
import { HostError } from '../vm-error.js';
import { addFunctionCall, methodOf } from './promise-actions.js';
import { host, type HostTable } from './host-function.js';
import { readAccountId } from './read-account-id.js';

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function createBatch(call: Call, accountId: string, dependsOn: readonly number[]): bigint {
  const here = accountId === call.context.currentAccountId;
  let burnt = here ? fees.actionReceipt.local : fees.actionReceipt.remote;
  for (const dependency of dependsOn) {
    const local = call.receipts[dependency]!.receiverId === accountId;
    const { dataReceipt } = fees;
    burnt += (local ? dataReceipt.local : dataReceipt.remote) + dataReceipt.execution;
  }
  call.gas.deduct(burnt, burnt + fees.actionReceipt.execution);
  return addReceipt(call, { receiverId: accountId, dependsOn, yieldId: null });
}

type Made = Pick<CreatedReceipt, 'receiverId' | 'dependsOn' | 'yieldId'>;

function addReceipt(call: Call, made: Made): bigint {
  const index = call.addPromise({ kind: 'receipt', receipt: call.receipts.length });
  call.receipts.push({ ...made, actions: [], weights: [], refundTo: null });
  return index;
}

function dependencies(call: Call, promise: bigint): readonly number[] {
  const found = call.promise(promise);
  return found.kind === 'receipt' ? [found.receipt] : found.receipts;
}

export const promiseFunctions: HostTable = {
  promise_create: host('jjjjjjjj>j', (call, idLength, idAt, ...functionCall) => {
    const promise = batchCreate(call, idLength!, idAt!);
    addFunctionCall(call, promise, functionCall, 0n);
    return promise;
  }),
  promise_then: host('jjjjjjjjj>j', (call, after, idLength, idAt, ...functionCall) => {
    const promise = batchThen(call, after!, idLength!, idAt!);
    addFunctionCall(call, promise, functionCall, 0n);
    return promise;
  }),
  promise_and: host('jj>j', (call, indicesAt, count) => {
    call.gas.burn(cost.base);
    call.forbidInView('promise_and');
    call.gas.burn(cost.promiseAndBase);
    const bytes = u64(count!) * 8n;
    if (bytes >= 2n ** 64n) throw new HostError('IntegerOverflow');
    call.gas.burn(priceOfBytes(cost.promiseAndByte, bytes));
    const raw = call.guest.readMemory(bytes, u64(indicesAt!));
    const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
    const receipts: number[] = [];
    for (let i = 0; i < raw.length; i += 8) {
      receipts.push(...dependencies(call, view.getBigUint64(i, true)));
      if (receipts.length > limits.maxInputDependencies) {
        throw new HostError({
          NumberInputDataDependenciesExceeded: {
            number_of_input_data_dependencies: receipts.length,
            limit: limits.maxInputDependencies,
          },
        });
      }
    }
    return call.addPromise({ kind: 'joint', receipts });
  }),
  promise_batch_create: host('jj>j', (call, length, at) => batchCreate(call, length!, at!)),
  promise_batch_then: host('jjj>j', (call, after, length, at) =>
    batchThen(call, after!, length!, at!),
  ),
  promise_set_refund_to: host('jjj>', (call, index, length, at) => {
    call.gas.burn(cost.base);
    call.forbidInView('promise_set_refund_to');
    const refundTo = readAccountId(call, length!, at!);
    const promise = call.promise(index!);
    if (promise.kind === 'joint') throw new HostError('CannotSetRefundToOnJointPromise');
    call.receipts[promise.receipt]!.refundTo = refundTo;
  }),
  promise_results_count: host('>j', (call) => {
    call.gas.burn(cost.base);
    call.forbidInView('promise_results_count');
    return BigInt(call.context.promiseResults.length);
  }),
  promise_result: host('jj>j', (call, index, register) => {
    call.gas.burn(cost.base);
    call.forbidInView('promise_result');
    const result = call.context.promiseResults[Number(u64(index!))];
    if (!result) {
      throw new HostError({ InvalidPromiseResultIndex: { result_idx: Number(index) } });
    }
    if (!result.ok) return 2n;
    call.guest.setRegister(register!, result.value, true);
    return 1n;
  }),
  promise_return: host('j>', (call, index) => {
    call.gas.burn(cost.base);
    call.gas.burn(cost.promiseReturn);
    call.forbidInView('promise_return');
    const promise = call.promise(index!);
    if (promise.kind === 'joint') throw new HostError('CannotReturnJointPromise');
    call.returned = { kind: 'receipt', receipt: promise.receipt };
  }),
  promise_yield_create: host(
    'jjjjjjj>j',
    (call, nameLength, nameAt, argsLength, argsAt, gas, weight, register) => {
      call.gas.burn(cost.base);
      call.forbidInView('promise_yield_create');
      call.gas.burn(cost.yieldCreateBase);
      const name = call.guest.read(nameLength!, nameAt!);
      if (name.length === 0) throw new HostError('EmptyMethodName');
      const args = call.guest.read(argsLength!, argsAt!).slice();
      call.gas.burn(cost.yieldCreateByte * (name.length + args.length));
      const attached = call.gas.promiseUnits(u64(gas!));
      const { dataReceipt, actionReceipt } = fees;
      const burnt = actionReceipt.local + dataReceipt.local + dataReceipt.execution;
      call.gas.deduct(burnt, burnt + actionReceipt.execution);
      const id = call.context.yieldId(call.yields++);
      const yieldId = Buffer.from(id).toString('hex');
      const receiverId = call.context.currentAccountId;
      const promise = addReceipt(call, { receiverId, dependsOn: [], yieldId });
      call.gas.payFee(fees.functionCall, true);
      call.gas.payFee(fees.functionCallByte, true, name.length + args.length);
      const receipt = call.receipts[call.receipts.length - 1]!;
      receipt.actions.push({
        kind: 'functionCall',
        method: methodOf(name),
        args,
        gas: attached,
        depositYocto: 0n,
      });
      if (u64(weight!) > 0n) receipt.weights.push({ action: 0, weight: u64(weight!) });
      call.guest.setRegister(register!, id);
      return promise;
    },
  ),
  promise_yield_resume: host('jjjj>i', (call, idLength, idAt, payloadLength, payloadAt) => {
    call.gas.burn(cost.base);
    // The name that it had once.
    call.forbidInView('promise_submit_data');
    call.gas.burn(cost.yieldResumeBase);
    const bytes = u64(payloadLength!);
    call.gas.burn(priceOfBytes(cost.yieldResumeByte, bytes));
    const id = call.guest.read(idLength!, idAt!);
    const payload = call.guest.read(payloadLength!, payloadAt!).slice();
    if (payload.length > limits.maxYieldPayloadBytes) {
      throw new HostError({
        YieldPayloadLength: { length: payload.length, limit: limits.maxYieldPayloadBytes },
      });
    }
    if (id.length !== 32) throw new HostError('DataIdMalformed');
    const yieldId = Buffer.from(id).toString('hex');
    const created = call.receipts.some((receipt) => receipt.yieldId === yieldId);
    if (!created && !call.context.isYielded(yieldId)) return 0;
    // The first one counts, and the others are told the same.
    call.resumed.push({ yieldId, payload });
    return 1;
  }),
};

function batchCreate(call: Call, length: bigint, at: bigint): bigint {
  call.gas.burn(cost.base);
  call.forbidInView('promise_batch_create');
  return createBatch(call, readAccountId(call, length, at), []);
}

function batchThen(call: Call, after: bigint, length: bigint, at: bigint): bigint {
  call.gas.burn(cost.base);
  call.forbidInView('promise_batch_then');
  const accountId = readAccountId(call, length, at);
  const dependsOn = dependencies(call, after);
  return createBatch(call, accountId, dependsOn);
}
