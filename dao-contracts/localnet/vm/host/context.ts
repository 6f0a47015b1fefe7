/** Host functions through which a contract learns who called it, when, and with what. */
import { hostCosts as cost } from '../../protocol/parameters.js';
import type { Call } from '../call.js';
import { encodeUtf8 } from '../guest.js';

import { host, type HostTable } from './host-function.js';
import { readAccountId } from './read-account-id.js';

const base = (call: Call): void => call.gas.burn(cost.base);

export const contextFunctions: HostTable = {
  read_register: host('jj>', (call, register, pointer) => {
    base(call);
    const value = call.guest.register(BigInt.asUintN(64, register!));
    call.guest.writeMemory(pointer!, value);
  }),
  register_len: host('j>j', (call, register) => {
    base(call);
    return call.guest.registerLength(register!);
  }),
  write_register: host('jjj>', (call, register, length, pointer) => {
    base(call);
    const value = call.guest.readMemory(BigInt.asUintN(64, length!), BigInt.asUintN(64, pointer!));
    call.guest.setRegister(register!, value);
  }),
  current_account_id: host('j>', (call, register) => {
    base(call);
    call.guest.setRegister(register!, encodeUtf8(call.context.currentAccountId));
  }),
  signer_account_id: host('j>', (call, register) => {
    base(call);
    call.forbidInView('signer_account_id');
    call.guest.setRegister(register!, encodeUtf8(call.context.signerAccountId));
  }),
  signer_account_pk: host('j>', (call, register) => {
    base(call);
    call.forbidInView('signer_account_pk');
    call.guest.setRegister(register!, call.context.signerPublicKey);
  }),
  predecessor_account_id: host('j>', (call, register) => {
    base(call);
    call.forbidInView('predecessor_account_id');
    call.guest.setRegister(register!, encodeUtf8(call.context.predecessorAccountId));
  }),
  refund_to_account_id: host('j>', (call, register) => {
    base(call);
    call.forbidInView('refund_to_account_id');
    call.guest.setRegister(register!, encodeUtf8(call.context.refundToAccountId));
  }),
  /** 1: it is the account's own code, not one that several share. */
  current_contract_code: host('j>j', (call, register) => {
    base(call);
    call.guest.setRegister(register!, call.context.codeHash);
    return 1n;
  }),
  input: host('j>', (call, register) => {
    base(call);
    call.guest.setRegister(register!, call.context.input, true);
  }),
  block_index: host('>j', (call) => {
    base(call);
    return BigInt(call.context.blockHeight);
  }),
  block_timestamp: host('>j', (call) => {
    base(call);
    return call.context.blockTimestampNs;
  }),
  epoch_height: host('>j', (call) => {
    base(call);
    return BigInt(call.context.epochHeight);
  }),
  storage_usage: host('>j', (call) => {
    base(call);
    return BigInt(call.storageUsageBytes);
  }),
  account_balance: host('j>', (call, pointer) => {
    base(call);
    call.guest.writeU128(pointer!, call.balanceYocto);
  }),
  account_locked_balance: host('j>', (call, pointer) => {
    base(call);
    call.guest.writeU128(pointer!, 0n);
  }),
  attached_deposit: host('j>', (call, pointer) => {
    base(call);
    call.guest.writeU128(pointer!, call.context.attachedDepositYocto);
  }),
  prepaid_gas: host('>j', (call) => {
    base(call);
    call.forbidInView('prepaid_gas');
    return BigInt(call.context.prepaidGas);
  }),
  used_gas: host('>j', (call) => {
    base(call);
    call.forbidInView('used_gas');
    return BigInt(call.gas.used);
  }),
  random_seed: host('j>', (call, register) => {
    base(call);
    call.guest.setRegister(register!, call.context.randomSeed);
  }),
  validator_stake: host('jjj>', (call, length, pointer, stakePointer) => {
    base(call);
    const accountId = readAccountId(call, length!, pointer!);
    call.gas.burn(cost.validatorStakeBase);
    call.guest.writeU128(stakePointer!, call.context.validators.get(accountId) ?? 0n);
  }),
  validator_total_stake: host('j>', (call, stakePointer) => {
    base(call);
    call.gas.burn(cost.validatorStakeBase);
    const stakes = [...call.context.validators.values()];
    call.guest.writeU128(
      stakePointer!,
      stakes.reduce((sum, stake) => sum + stake, 0n),
    );
  }),
};
