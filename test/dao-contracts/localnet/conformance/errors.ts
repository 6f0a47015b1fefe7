/** How calls fail: each of the host's errors, and what views may not do. */
import { expect } from 'chai';
import { describeFailure } from '@commonweights/dao-contracts/localnet/vm/vm-error.js';
import { cites, type Case } from './case.js';
import { call, dataAt, dropped, runCode, told, type Around } from './machine.js';

type Row = [says: string, cites: string, code: string, error: string, around?: Around];

const bob = dropped('promise_batch_create', 3, dataAt);
const forBob = { data: 'bob' };
/** `code` that often. */
const repeated = (times: number, code: string) =>
  `(local.set $r (i64.const 0)) (loop $again ${code}
    (local.set $r (i64.add (local.get $r) (i64.const 1)))
    (br_if $again (i64.lt_u (local.get $r) (i64.const ${times}))))`;
const noKey = new Uint8Array([...Buffer.from('bob'), ...new Uint8Array(32)]);
const farAway = 2n ** 32n;
const emptyName = call('promise_batch_action_function_call', 0, 0, dataAt, 0, dataAt, 512, 1);
const unread = call('promise_batch_action_function_call', 0, 1, dataAt + 3, 0, dataAt, 512, 1);
const deploying = (bytes: number) => call('promise_batch_action_deploy_contract', 0, bytes, 0);
const yielding = dropped('promise_yield_create', 1, dataAt, 0, dataAt, 10_000_000_000_000n, 0, 5);
const half = new Uint8Array([0x00, 0xd8, 0x41, 0x00]);

const rows: Row[] = [
  [
    'log_utf8 of bytes that are no UTF-8',
    cites.misc,
    call('log_utf8', 1, dataAt),
    'BadUTF8',
    { data: new Uint8Array([0xff]) },
  ],
  [
    'log_utf16 of half a surrogate pair',
    cites.misc,
    call('log_utf16', 4, dataAt),
    'BadUTF16',
    { data: half },
  ],
  [
    'log_utf16 of an odd number of bytes',
    cites.misc,
    call('log_utf16', 3, dataAt),
    'BadUTF16',
    { data: 'abc' },
  ],
  ['panic', cites.misc, call('panic'), 'GuestPanic'],
  ['panic_utf8', cites.misc, call('panic_utf8', 2, dataAt), 'GuestPanic', { data: 'no' }],
  [
    'panic_utf8 of bytes that are no UTF-8',
    cites.misc,
    call('panic_utf8', 1, dataAt),
    'BadUTF8',
    { data: new Uint8Array([0xff]) },
  ],
  ['abort whose message is before the memory', cites.misc, call('abort', 0, 0, 1, 1), 'BadUTF16'],
  [
    'reading a register that was never written',
    cites.registers,
    call('read_register', 9, 0),
    'InvalidRegisterId',
  ],
  [
    'reading the memory beyond its end',
    cites.registers,
    call('write_register', 1, 1, 2n ** 26n),
    'MemoryAccessViolation',
  ],
  [
    'reading the memory beyond 2^32',
    cites.registers,
    call('write_register', 1, 1, farAway),
    'MemoryAccessViolation',
  ],
  [
    'reading a part of the memory that ends beyond it',
    cites.registers,
    call('write_register', 1, 2, 2n ** 26n - 1n),
    'MemoryAccessViolation',
  ],
  [
    'writing to the memory beyond its end',
    cites.economics,
    call('account_balance', 2n ** 26n - 15n),
    'MemoryAccessViolation',
  ],
  [
    'a 101st register',
    cites.parameters,
    repeated(101, '(call $write_register (local.get $r) (i64.const 1) (i64.const 0))'),
    'MemoryAccessViolation',
  ],
  [
    'a 101st line in the log',
    cites.parameters,
    repeated(101, call('log_utf8', 1, dataAt)),
    'NumberOfLogsExceeded',
    { data: 'a' },
  ],
  [
    'a log of 16,385 bytes',
    cites.parameters,
    call('log_utf8', 16_385, 4096),
    'TotalLogLengthExceeded',
  ],
  [
    'logs of 16,385 bytes together',
    cites.parameters,
    call('log_utf8', 16_384, 4096) + call('log_utf8', 1, dataAt),
    'TotalLogLengthExceeded',
  ],
  [
    'a key of 2,049 bytes',
    cites.parameters,
    dropped('storage_write', 2_049, 0, 1, 0, 5),
    'KeyLengthExceeded',
  ],
  [
    'reading a key of 2,049 bytes',
    cites.parameters,
    dropped('storage_read', 2_049, 0, 5),
    'KeyLengthExceeded',
  ],
  [
    'removing a key of 2,049 bytes',
    cites.parameters,
    dropped('storage_remove', 2_049, 0, 5),
    'KeyLengthExceeded',
  ],
  [
    'asking for a key of 2,049 bytes',
    cites.parameters,
    dropped('storage_has_key', 2_049, 0),
    'KeyLengthExceeded',
  ],
  [
    'a value of 4,194,305 bytes',
    cites.parameters,
    dropped('storage_write', 1, 0, 4_194_305, 0, 5),
    'ValueLengthExceeded',
  ],
  [
    'a return value of 4,194,305 bytes',
    cites.parameters,
    call('value_return', 4_194_305, 0),
    'ReturnedValueLengthExceeded',
  ],
  ['storage_iter_prefix', cites.vm, dropped('storage_iter_prefix', 1, dataAt), 'Deprecated'],
  [
    'storage_iter_range',
    cites.vm,
    dropped('storage_iter_range', 1, dataAt, 1, dataAt),
    'Deprecated',
  ],
  ['storage_iter_next', cites.vm, dropped('storage_iter_next', 1, 5, 6), 'Deprecated'],
  [
    'an action for a promise that was never made',
    cites.promises,
    call('promise_batch_action_create_account', 0),
    'InvalidPromiseIndex',
  ],
  [
    'following a promise that was never made',
    cites.promises,
    dropped('promise_batch_then', 3, 3, dataAt),
    'InvalidPromiseIndex',
    forBob,
  ],
  [
    'joining a promise that was never made',
    cites.promises,
    dropped('promise_and', 64, 1),
    'InvalidPromiseIndex',
  ],
  [
    'returning a promise that was never made',
    cites.promises,
    call('promise_return', 0),
    'InvalidPromiseIndex',
  ],
  [
    'an action for joined promises',
    cites.promises,
    `${bob} ${dropped('promise_and', 64, 1)} ${call('promise_batch_action_create_account', 1)}`,
    'CannotAppendActionToJointPromise',
    forBob,
  ],
  [
    'returning joined promises',
    cites.promises,
    `${bob} ${dropped('promise_and', 64, 1)} ${call('promise_return', 1)}`,
    'CannotReturnJointPromise',
    forBob,
  ],
  [
    'a result that the call does not follow',
    cites.promises,
    dropped('promise_result', 0, 5),
    'InvalidPromiseResultIndex',
  ],
  [
    'a promise to what is no account',
    cites.promises,
    dropped('promise_batch_create', 3, dataAt),
    'InvalidAccountId',
    { data: 'BOB' },
  ],
  [
    'leaving an account to what is no account',
    cites.promises,
    `${bob} ${call('promise_batch_action_delete_account', 0, 1, dataAt)}`,
    'InvalidAccountId',
    forBob,
  ],
  [
    'a promise to a name that is no UTF-8',
    cites.promises,
    dropped('promise_batch_create', 2, dataAt),
    'BadUTF8',
    { data: new Uint8Array([0xc3, 0x28]) },
  ],
  ['calling a method without a name', cites.promises, bob + emptyName, 'EmptyMethodName', forBob],
  [
    'calling a method whose name is no UTF-8',
    cites.promises,
    bob + unread,
    'InvalidMethodName',
    { data: new Uint8Array([...Buffer.from('bob'), 0xff]) },
  ],
  [
    'a key of 32 bytes, without its curve',
    cites.promises,
    bob + call('promise_batch_action_delete_key', 0, 32, dataAt + 3),
    'InvalidPublicKey',
    { data: noKey },
  ],
  [
    'a method name between two commas in a key',
    cites.promises,
    bob +
      call(
        'promise_batch_action_add_key_with_function_call',
        0,
        33,
        dataAt + 3,
        0,
        512,
        3,
        dataAt,
        2,
        dataAt + 36,
      ),
    'EmptyMethodName',
    { data: new Uint8Array([...Buffer.from('bob'), ...new Uint8Array(33), 0x2c, 0x2c]) },
  ],
  [
    'transferring more than the balance',
    cites.promises,
    `(i64.store (i32.const 512) (i64.const 8)) ${bob} ${call('promise_batch_action_transfer', 0, 512)}`,
    'BalanceExceeded',
    forBob,
  ],
  [
    'transferring the balance twice',
    cites.promises,
    `(i64.store (i32.const 512) (i64.const 4)) ${bob} ${call('promise_batch_action_transfer', 0, 512).repeat(2)}`,
    'BalanceExceeded',
    forBob,
  ],
  [
    'attaching more gas than is left',
    cites.promises,
    bob +
      call(
        'promise_batch_action_function_call',
        0,
        1,
        dataAt,
        0,
        dataAt,
        512,
        300_000_000_000_000n,
      ),
    'GasExceeded',
    forBob,
  ],
  [
    'a 1,025th promise',
    cites.parameters,
    repeated(1_025, bob),
    'NumberPromisesExceeded',
    { ...forBob, context: { prepaidGas: 900e12 } },
  ],
  [
    'joining 129 promises',
    cites.parameters,
    `${bob} ${dropped('promise_and', 4096, 129)}`,
    'NumberInputDataDependenciesExceeded',
    forBob,
  ],
  [
    'deploying 4,194,305 bytes',
    cites.parameters,
    bob + deploying(4_194_305),
    'ContractSizeExceeded',
    { ...forBob, context: { prepaidGas: 900e12 } },
  ],
  [
    'ecrecover of a signature of 63 bytes',
    cites.vm,
    dropped('ecrecover', 32, 0, 63, 0, 0, 0, 5),
    'ECRecoverError',
  ],
  [
    'ecrecover of a hash of 31 bytes',
    cites.vm,
    dropped('ecrecover', 31, 0, 64, 0, 0, 0, 5),
    'ECRecoverError',
  ],
  [
    'ecrecover with v of 4',
    cites.vm,
    dropped('ecrecover', 32, 0, 64, 0, 4, 0, 5),
    'ECRecoverError',
  ],
  [
    'ecrecover with a malleability flag of 2',
    cites.vm,
    dropped('ecrecover', 32, 0, 64, 0, 0, 2, 5),
    'ECRecoverError',
  ],
  [
    'ed25519_verify of a signature of 63 bytes',
    cites.vm,
    dropped('ed25519_verify', 63, 0, 1, 0, 32, 0),
    'Ed25519VerifyInvalidInput',
  ],
  [
    'ed25519_verify with a key of 31 bytes',
    cites.vm,
    dropped('ed25519_verify', 64, 0, 1, 0, 31, 0),
    'Ed25519VerifyInvalidInput',
  ],
  [
    'p256_verify of a signature of 63 bytes',
    cites.vm,
    dropped('p256_verify', 63, 0, 1, 0, 33, 0),
    'P256VerifyInvalidInput',
  ],
  [
    'alt_bn128_g1_sum of 64 bytes',
    cites.vm,
    call('alt_bn128_g1_sum', 64, 0, 5),
    'AltBn128InvalidInput',
  ],
  [
    'resuming by an id of 31 bytes',
    cites.vm,
    dropped('promise_yield_resume', 31, 0, 1, 0),
    'DataIdMalformed',
  ],
  [
    'resuming with 1,025 bytes',
    cites.parameters,
    dropped('promise_yield_resume', 32, 0, 1_025, 0),
    'YieldPayloadLength',
  ],
  [
    'yielding to a method without a name',
    cites.vm,
    yielding.replace('(i64.const 1)', '(i64.const 0)'),
    'EmptyMethodName',
  ],
  [
    'reading so much that no gas pays for it',
    cites.vm,
    call('value_return', 2n ** 40n, 0),
    'GasLimitExceeded',
  ],
  [
    'reading so much that its price has more than 64 bits',
    cites.vm,
    call('value_return', 2n ** 44n, 0),
    'IntegerOverflow',
  ],
  [
    'joining more promises than 64 bits can address',
    cites.vm,
    dropped('promise_and', 64, 2n ** 61n),
    'IntegerOverflow',
  ],
  [
    'more gas than was prepaid',
    cites.parameters,
    '(loop $again (br $again))',
    'GasExceeded',
    { context: { prepaidGas: 5e12 } },
  ],
  [
    'more gas than a call may burn',
    cites.parameters,
    '(loop $again (br $again))',
    'GasLimitExceeded',
    { context: { prepaidGas: 2_000e12 } },
  ],
];

/** Each with arguments that are good outside of a view. */
const inViews: [string, ...(number | bigint)[]][] = [
  ['signer_account_id', 5],
  ['signer_account_pk', 5],
  ['predecessor_account_id', 5],
  ['prepaid_gas'],
  ['used_gas'],
  ['promise_create', 3, dataAt, 1, dataAt, 0, dataAt, 512, 1],
  ['promise_then', 0, 3, dataAt, 1, dataAt, 0, dataAt, 512, 1],
  ['promise_and', 64, 0],
  ['promise_batch_create', 3, dataAt],
  ['promise_batch_then', 0, 3, dataAt],
  ['promise_batch_action_create_account', 0],
  ['promise_batch_action_deploy_contract', 0, 1, dataAt],
  ['promise_batch_action_function_call', 0, 1, dataAt, 0, dataAt, 512, 1],
  ['promise_batch_action_transfer', 0, 512],
  ['promise_batch_action_stake', 0, 512, 33, dataAt],
  ['promise_batch_action_add_key_with_full_access', 0, 33, dataAt, 0],
  ['promise_batch_action_add_key_with_function_call', 0, 33, dataAt, 0, 512, 3, dataAt, 0, dataAt],
  ['promise_batch_action_delete_key', 0, 33, dataAt],
  ['promise_batch_action_delete_account', 0, 3, dataAt],
  ['promise_yield_create', 1, dataAt, 0, dataAt, 1, 0, 5],
  ['promise_results_count'],
  ['promise_result', 0, 5],
  ['promise_return', 0],
  ['storage_write', 1, dataAt, 1, dataAt, 5],
  ['storage_remove', 1, dataAt, 5],
];

/** What views may ask. */
const fineInViews: [string, ...(number | bigint)[]][] = [
  ['current_account_id', 5],
  ['input', 5],
  ['block_index'],
  ['block_timestamp'],
  ['epoch_height'],
  ['storage_usage'],
  ['account_balance', 0],
  ['attached_deposit', 0],
  ['random_seed', 5],
  ['sha256', 1, dataAt, 5],
  ['storage_read', 1, dataAt, 5],
  ['storage_has_key', 1, dataAt],
  ['log_utf8', 1, dataAt],
  ['value_return', 1, dataAt],
];

const viewing = { data: 'bob', context: { isView: true } };

/** In the words of the node that the protocol is defined by. */
const sentences: [code: string, sentence: string, around?: Around][] = [
  [
    dropped('ed25519_verify', 63, 0, 1, 0, 32, 0),
    'ED25519 signature verification error: invalid signature length',
  ],
  [
    call('alt_bn128_g1_sum', 64, 0, 5),
    'AltBn128 invalid input: slice of size 64 cannot be precisely split into chunks of size 65',
  ],
  [call('promise_return', 7), '7 does not correspond to existing promises'],
  [dropped('promise_result', 3, 5), 'Accessed invalid promise result index: 3'],
  [call('read_register', 9, 0), 'Accessed invalid register id: 9'],
  [dropped('storage_read', 2_049, 0, 5), 'The length of a storage key 2049 exceeds the limit 2048'],
  [
    dropped('storage_write', 1, 0, 4_194_305, 0, 5),
    'The length of a storage value 4194305 exceeds the limit 4194304',
  ],
  [repeated(101, call('log_utf8', 0, 0)), 'The number of logs will exceed the limit 100'],
  [call('log_utf8', 16_385, 0), 'The length of a log message 16385 exceeds the limit 16384'],
  [
    call('value_return', 4_194_305, 0),
    'The length of a returned value 4194305 exceeds the limit 4194304',
  ],
  [dropped('promise_yield_resume', 31, 0, 1, 0), 'yield resumption token is malformed'],
  [
    dropped('promise_yield_resume', 32, 0, 1_025, 0),
    'Yield resume payload is 1025 bytes which exceeds the 1024 byte limit',
  ],
  [dropped('promise_results_count'), 'promise_results_count is not allowed in view calls', viewing],
];

export const errorCases: Case[] = [
  ...rows.map(([says, from, code, error, around]) => ({
    says: `${says} ends a call with ${error}`,
    cites: from,
    triggers: [`HostError.${error}`],
    check: () => void expect(told(runCode(code, around))).to.equal(error),
  })),
  ...sentences.map(([code, sentence, around]) => ({
    says: `an outcome says "${sentence}"`,
    cites: cites.vmErrors,
    check: () => {
      const { failure } = runCode(code, around);
      expect(failure && describeFailure(failure)).to.equal(sentence);
    },
  })),
  ...inViews.map(([name, ...args]) => ({
    says: `${name} is prohibited in views`,
    cites: cites.vm,
    triggers: ['HostError.ProhibitedInView'],
    check: () => {
      const { failure } = runCode(dropped(name, ...args), viewing);
      expect(failure).to.deep.equal({
        kind: 'host',
        error: { ProhibitedInView: { method_name: prohibitedAs(name) } },
      });
    },
  })),
  ...fineInViews.map(([name, ...args]) => ({
    says: `${name} is fine in views`,
    cites: cites.vm,
    check: () => void expect(runCode(dropped(name, ...args), viewing).failure).to.equal(null),
  })),
];

/** The two short forms are the long ones, and are refused by their names. */
function prohibitedAs(name: string): string {
  if (name === 'promise_create') return 'promise_batch_create';
  return name === 'promise_then' ? 'promise_batch_then' : name;
}
