/** What host functions and actions burn, reckoned from the parameters that the protocol publishes. */
import { expect } from 'chai';
import {
  executionFee,
  sendFees,
  type Action,
} from '@commonweights/dao-contracts/localnet/protocol/action.js';
import { cites, type Case } from './case.js';
import { call, dataAt, dropped, moduleOf, runModule, type Around } from './machine.js';

/** Copied digit by digit from the file that `cites.parameters` names, not from our own. */
const op = 822_756;
const loadedByte = 1_089_295;
const base = 264_768_111;
const readMemory = (bytes: number) => 2_609_863_200 + 3_801_333 * bytes;
const writeMemory = (bytes: number) => 2_803_794_861 + 2_723_772 * bytes;
const readRegister = (bytes: number) => 2_517_165_186 + 98_562 * bytes;
const writeRegister = (bytes: number) => 2_865_522_486 + 3_801_564 * bytes;
const utf8 = (bytes: number) => 3_111_779_061 + 291_580_479 * bytes;
const utf16 = (bytes: number) => 3_543_313_050 + 163_577_493 * bytes;
const log = (bytes: number) => 3_543_313_050 + 13_198_791 * bytes;
const receipt = 108_059_500_000;
const dataReceipt = 36_486_732_312;
const callBase = { send: 200_000_000_000, execution: 780_000_000_000 };
const callByte = { sir: 2_235_934, notSir: 47_683_715, execution: 2_235_934 };
const transfer = 115_123_062_500;
const createAccount = 3_850_000_000_000;
const addFullKey = 101_765_125_000;
const addCallKey = { send: 102_217_625_000, execution: 102_217_625_000 };
const addCallKeyByte = { sir: 1_925_331, notSir: 47_683_715, execution: 1_925_331 };
const deleteKey = 94_946_625_000;
const deleteAccount = 147_489_000_000;
const deploy = 184_765_750_000;
const deployByte = { sir: 6_812_999, notSir: 47_683_715, execution: 64_572_944 };
const stake = { send: 141_715_687_500, execution: 102_217_625_000 };

interface Spent {
  readonly burnt: number;
  readonly used: number;
}

/** What `code` costs after `before`, without its instructions and the bytes that it adds. */
function costOf(code: string, before = '', around: Around = {}): Spent {
  const [without, whole] = [moduleOf(before, around), moduleOf(before + code, around)];
  const [less, more] = [runModule(without, around), runModule(whole, around)];
  expect(less.failure).to.equal(null);
  expect(more.failure).to.equal(null);
  const instructions = code.split('(').length - 1;
  const own = instructions * op + (whole.length - without.length) * loadedByte;
  return {
    burnt: more.burntGas - less.burntGas - own,
    used: more.usedGas - less.usedGas - own,
  };
}

type Row = [says: string, code: string, burnt: number, more?: More];

interface More extends Around {
  readonly before?: string;
  /** Beside what is burnt: for what will be executed later. */
  readonly setAside?: number;
}

const stored = { k: 'old value' };
const bob = dropped('promise_batch_create', 3, dataAt);
const me = dropped('promise_batch_create', 13, dataAt);
const [forBob, forMe] = [
  { data: 'bob', before: bob },
  { data: 'contract.near', before: me },
];
const publicKey = new Uint8Array(33).fill(7).fill(0, 0, 1);
const withKey = { data: new Uint8Array([...Buffer.from('bob'), ...publicKey]), before: bob };
/** A call of promise 0 by a name of one byte with two bytes of arguments. */
const calling = (gas: number) =>
  call('promise_batch_action_function_call', 0, 1, dataAt, 2, dataAt, 512, gas);

const rows: Row[] = [
  ['register_len', dropped('register_len', 7), base],
  [
    'read_register of 3 bytes',
    call('read_register', 5, 0),
    base + readRegister(3) + writeMemory(3),
    { before: call('write_register', 5, 3, dataAt) },
  ],
  [
    'write_register of 100 bytes',
    call('write_register', 5, 100, dataAt),
    base + readMemory(100) + writeRegister(100),
  ],
  ['current_account_id', call('current_account_id', 5), base + writeRegister(13)],
  ['signer_account_id', call('signer_account_id', 5), base + writeRegister(11)],
  ['signer_account_pk', call('signer_account_pk', 5), base + writeRegister(33)],
  ['predecessor_account_id', call('predecessor_account_id', 5), base + writeRegister(16)],
  ['block_index', dropped('block_index'), base],
  ['block_timestamp', dropped('block_timestamp'), base],
  ['epoch_height', dropped('epoch_height'), base],
  ['storage_usage', dropped('storage_usage'), base],
  ['account_balance', call('account_balance', 0), base + writeMemory(16)],
  ['account_locked_balance', call('account_locked_balance', 0), base + writeMemory(16)],
  ['attached_deposit', call('attached_deposit', 0), base + writeMemory(16)],
  ['prepaid_gas', dropped('prepaid_gas'), base],
  ['used_gas', dropped('used_gas'), base],
  ['random_seed', call('random_seed', 5), base + writeRegister(32)],
  [
    'sha256 of 10 bytes',
    call('sha256', 10, dataAt, 5),
    4_540_970_250 + 24_117_351 * 10 + readMemory(10) + writeRegister(32),
  ],
  [
    'keccak256 of 10 bytes',
    call('keccak256', 10, dataAt, 5),
    5_879_491_275 + 21_471_105 * 10 + readMemory(10) + writeRegister(32),
  ],
  [
    'keccak512 of 10 bytes',
    call('keccak512', 10, dataAt, 5),
    5_811_388_236 + 36_649_701 * 10 + readMemory(10) + writeRegister(64),
  ],
  ...[0, 55, 56, 64, 120].map((bytes): Row => {
    const blocks = Math.ceil((bytes + 9) / 64);
    return [
      `ripemd160 of ${bytes} bytes, which are ${blocks} blocks`,
      call('ripemd160', bytes, dataAt, 5),
      853_675_086 + 680_107_584 * blocks + readMemory(bytes) + writeRegister(20),
    ];
  }),
  [
    'ecrecover that finds no key',
    dropped('ecrecover', 32, dataAt, 64, dataAt, 0, 0, 5),
    278_821_988_457 + readMemory(64) + readMemory(32),
  ],
  [
    'ed25519_verify of 10 bytes',
    dropped('ed25519_verify', 64, dataAt, 10, dataAt, 32, dataAt),
    210_000_000_000 + 9_000_000 * 10 + readMemory(64) + readMemory(10) + readMemory(32),
  ],
  [
    'p256_verify of a signature that is none',
    dropped('p256_verify', 64, dataAt, 10, dataAt, 33, dataAt),
    1_300_000_000_000 + readMemory(64),
  ],
  [
    'alt_bn128_g1_sum of two points at infinity',
    call('alt_bn128_g1_sum', 130, dataAt, 5),
    3_000_000_000 + 2 * 5_000_000_000 + readMemory(130) + writeRegister(64),
  ],
  [
    'alt_bn128_g1_multiexp of a point at infinity',
    call('alt_bn128_g1_multiexp', 96, dataAt, 5),
    713_000_000_000 + 320_000_000_000 + readMemory(96) + writeRegister(64),
  ],
  [
    'alt_bn128_pairing_check of a pair at infinity',
    dropped('alt_bn128_pairing_check', 192, dataAt),
    9_686_000_000_000 + 5_102_000_000_000 + readMemory(192),
  ],
  ['value_return of 10 bytes', call('value_return', 10, dataAt), base + readMemory(10)],
  [
    'log_utf8 of 10 bytes',
    call('log_utf8', 10, dataAt),
    base + readMemory(10) + utf8(10) + log(10),
    { data: 'abcdefghij' },
  ],
  [
    'log_utf16 of 10 bytes, which are 5 of UTF-8',
    call('log_utf16', 10, dataAt),
    base + readMemory(10) + utf16(10) + log(5),
    { data: new Uint8Array(Buffer.from('abcde', 'utf16le')) },
  ],
  [
    'storage_write of a new record',
    dropped('storage_write', 4, dataAt, 20, dataAt, 5),
    base + 64_196_736_000 + readMemory(4) + readMemory(20) + 70_482_867 * 4 + 31_018_539 * 20,
  ],
  [
    'storage_write over another value, which goes into a register',
    dropped('storage_write', 1, dataAt, 20, dataAt, 5),
    base +
      (64_196_736_000 + readMemory(1) + readMemory(20) + 70_482_867 + 31_018_539 * 20) +
      (32_117_307 * 9 + writeRegister(9)),
    { data: 'k', stored },
  ],
  [
    'storage_read of nothing',
    dropped('storage_read', 4, dataAt, 5),
    base + 56_356_845_749 + readMemory(4) + 30_952_533 * 4,
  ],
  [
    'storage_read of 9 bytes',
    dropped('storage_read', 1, dataAt, 5),
    base + 56_356_845_749 + readMemory(1) + 30_952_533 + 5_611_004 * 9 + writeRegister(9),
    { data: 'k', stored },
  ],
  [
    'storage_remove of nothing',
    dropped('storage_remove', 4, dataAt, 5),
    base + 53_473_030_500 + readMemory(4) + 38_220_384 * 4,
  ],
  [
    'storage_remove of 9 bytes',
    dropped('storage_remove', 1, dataAt, 5),
    base + 53_473_030_500 + readMemory(1) + 38_220_384 + 11_531_556 * 9 + writeRegister(9),
    { data: 'k', stored },
  ],
  [
    'storage_has_key',
    dropped('storage_has_key', 4, dataAt),
    base + 54_039_896_625 + readMemory(4) + 30_790_845 * 4,
  ],
  ['promise_results_count', dropped('promise_results_count'), base],
  [
    'promise_result, whose bytes were paid for when they were sent',
    dropped('promise_result', 0, 5),
    base + writeRegister(0),
    { context: { promiseResults: [{ ok: true, value: new Uint8Array(500) }] } },
  ],
  [
    'promise_result of a failure',
    dropped('promise_result', 0, 5),
    base,
    { context: { promiseResults: [{ ok: false }] } },
  ],
  [
    'promise_batch_create',
    bob,
    base + readMemory(3) + utf8(3) + receipt,
    { data: 'bob', setAside: receipt },
  ],
  [
    'promise_batch_then, with the data that it waits for',
    dropped('promise_batch_then', 0, 3, dataAt),
    base + readMemory(3) + utf8(3) + receipt + 2 * dataReceipt,
    { ...forBob, setAside: receipt },
  ],
  [
    'promise_and of two',
    dropped('promise_and', 64, 2),
    base + 1_465_013_400 + 5_452_176 * 16 + readMemory(16),
    { ...forBob, before: `${bob} ${bob} (i64.store (i32.const 72) (i64.const 1))` },
  ],
  ['promise_return', call('promise_return', 0), base + 560_152_386, forBob],
  [
    'creating an account',
    call('promise_batch_action_create_account', 0),
    base + createAccount,
    { ...forBob, setAside: createAccount },
  ],
  [
    'deploying 100 bytes to another',
    call('promise_batch_action_deploy_contract', 0, 100, dataAt),
    base + readMemory(100) + deploy + deployByte.notSir * 100,
    { ...forBob, setAside: deploy + deployByte.execution * 100 },
  ],
  [
    'deploying 100 bytes to oneself',
    call('promise_batch_action_deploy_contract', 0, 100, dataAt),
    base + readMemory(100) + deploy + deployByte.sir * 100,
    { ...forMe, setAside: deploy + deployByte.execution * 100 },
  ],
  [
    'calling another, by name and arguments',
    calling(1_000),
    base + readMemory(16) + readMemory(1) + readMemory(2) + callBase.send + callByte.notSir * 3,
    { ...forBob, setAside: callBase.execution + callByte.execution * 3 + 1_000 },
  ],
  [
    'calling oneself, by name and arguments',
    calling(1_000),
    base + readMemory(16) + readMemory(1) + readMemory(2) + callBase.send + callByte.sir * 3,
    { ...forMe, setAside: callBase.execution + callByte.execution * 3 + 1_000 },
  ],
  [
    'transferring',
    call('promise_batch_action_transfer', 0, 512),
    base + readMemory(16) + transfer,
    { ...forBob, setAside: transfer },
  ],
  [
    'staking',
    call('promise_batch_action_stake', 0, 512, 33, dataAt + 3),
    base + readMemory(16) + readMemory(33) + stake.send,
    { ...withKey, setAside: stake.execution },
  ],
  [
    'adding a full-access key',
    call('promise_batch_action_add_key_with_full_access', 0, 33, dataAt + 3, 0),
    base + readMemory(33) + addFullKey,
    { ...withKey, setAside: addFullKey },
  ],
  [
    'adding a function-call key, by the bytes of its method names and a byte after each',
    call(
      'promise_batch_action_add_key_with_function_call',
      ...[0, 33, dataAt + 3, 0, 512, 3, dataAt, 3, dataAt],
    ),
    base +
      (readMemory(33) + readMemory(16) + readMemory(3) + utf8(3) + readMemory(3)) +
      (addCallKey.send + addCallKeyByte.notSir * 4),
    { ...withKey, setAside: addCallKey.execution + addCallKeyByte.execution * 4 },
  ],
  [
    'deleting a key',
    call('promise_batch_action_delete_key', 0, 33, dataAt + 3),
    base + readMemory(33) + deleteKey,
    { ...withKey, setAside: deleteKey },
  ],
  [
    'deleting an account',
    call('promise_batch_action_delete_account', 0, 3, dataAt),
    base + readMemory(3) + utf8(3) + deleteAccount,
    { ...forBob, setAside: deleteAccount },
  ],
  [
    'validator_stake',
    call('validator_stake', 3, dataAt, 0),
    base + readMemory(3) + utf8(3) + 911_834_726_400 + writeMemory(16),
    { data: 'bob' },
  ],
  [
    'validator_total_stake',
    call('validator_total_stake', 0),
    base + 911_834_726_400 + writeMemory(16),
  ],
];

const none = new Uint8Array();
const accessKey = (methodNames: string[]) => ({
  nonce: 0n,
  permission: { allowanceYocto: null, receiverId: 'bob.near', methodNames },
});
const callOf = (method: string, args: Uint8Array): Action => {
  return { kind: 'functionCall', method, args, gas: 7, depositYocto: 0n };
};

/** Action, what sending it to another burns, what to oneself, what executing it. */
const actionRows: [string, Action, number, number, number][] = [
  ['createAccount', { kind: 'createAccount' }, createAccount, createAccount, createAccount],
  ['transfer', { kind: 'transfer', depositYocto: 1n }, transfer, transfer, transfer],
  [
    'deployContract of 1,000 bytes',
    { kind: 'deployContract', code: new Uint8Array(1_000) },
    deploy + deployByte.notSir * 1_000,
    deploy + deployByte.sir * 1_000,
    deploy + deployByte.execution * 1_000,
  ],
  [
    'functionCall without arguments',
    callOf('run', none),
    callBase.send + callByte.notSir * 3,
    callBase.send + callByte.sir * 3,
    callBase.execution + callByte.execution * 3,
  ],
  [
    'functionCall with 1,000 bytes of arguments',
    callOf('run', new Uint8Array(1_000)),
    callBase.send + callByte.notSir * 1_003,
    callBase.send + callByte.sir * 1_003,
    callBase.execution + callByte.execution * 1_003,
  ],
  [
    'stake',
    { kind: 'stake', stakeYocto: 1n, publicKey: 'k' },
    ...([stake.send, stake.send, stake.execution] as const),
  ],
  [
    'addKey with full access',
    { kind: 'addKey', publicKey: 'k', accessKey: { nonce: 0n, permission: 'FullAccess' } },
    ...([addFullKey, addFullKey, addFullKey] as const),
  ],
  [
    'addKey for any method',
    { kind: 'addKey', publicKey: 'k', accessKey: accessKey([]) },
    ...([addCallKey.send, addCallKey.send, addCallKey.execution] as const),
  ],
  [
    'addKey for two methods',
    { kind: 'addKey', publicKey: 'k', accessKey: accessKey(['one', 'three']) },
    addCallKey.send + addCallKeyByte.notSir * 10,
    addCallKey.send + addCallKeyByte.sir * 10,
    addCallKey.execution + addCallKeyByte.execution * 10,
  ],
  [
    'deleteKey',
    { kind: 'deleteKey', publicKey: 'k' },
    ...([deleteKey, deleteKey, deleteKey] as const),
  ],
  [
    'deleteAccount',
    { kind: 'deleteAccount', beneficiaryId: 'bob.near' },
    ...([deleteAccount, deleteAccount, deleteAccount] as const),
  ],
];

const receiver = 'bob.near';

export const gasCases: Case[] = [
  ...rows.map(([says, code, burnt, { before, setAside = 0, ...around } = {}]) => ({
    says: `${says} burns what its parameters add up to`,
    cites: cites.parameters,
    check: () => {
      const spent = costOf(code, before, around);
      expect(spent).to.deep.equal({ burnt, used: burnt + setAside });
    },
  })),
  ...actionRows.flatMap(([name, action, remote, local, execution]): Case[] => [
    {
      says: `${name} burns its fee when it is sent to another`,
      cites: cites.parameters,
      check: () => void expect(sendFees([action], receiver, false)).to.equal(remote),
    },
    {
      says: `${name} burns its fee when it is sent to oneself`,
      cites: cites.parameters,
      check: () => void expect(sendFees([action], receiver, true)).to.equal(local),
    },
    {
      says: `${name} burns its fee when it is executed`,
      cites: cites.parameters,
      check: () => void expect(executionFee(action, receiver)).to.equal(execution),
    },
  ]),
];
