/** What host functions give back. */
import { expect } from 'chai';
import { cites, type Case } from './case.js';
import { call, dataAt, runCode, told, type Around } from './machine.js';

/** Register 5 is what is returned. */
const register = call('value_return', -1, 5);
/** The integer that `made` gives, as eight bytes. */
const integer = (made: string) => `(i64.store (i32.const 0) ${made}) ${call('value_return', 8, 0)}`;
/** The sixteen bytes that are written to 0. */
const wide = call('value_return', 16, 0);

const text = (value: string) => Buffer.from(value, 'utf8').toString('hex');
const u64 = (value: bigint | number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes.toString('hex');
};
const u128 = (value: bigint) => u64(value & (2n ** 64n - 1n)) + u64(value >> 64n);

type Row = [says: string, cites: string, code: string, expected: string, around?: Around];

const key = Uint8Array.from({ length: 33 }, (_, i) => i);
const stored = { k: 'old value' };
const promiseResults = [
  { ok: true as const, value: new Uint8Array(Buffer.from('first')) },
  { ok: false as const },
];

/** `call` on the data, its result into register 5. */
const hashed = (name: string, length: number) => call(name, length, dataAt, 5) + register;

const rfc8032 = [
  {
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
      '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
      '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

function verifies({ key: publicKey, message, signature }: (typeof rfc8032)[number]) {
  const [sig, said, pk] = [signature, message, publicKey].map((one) => Buffer.from(one, 'hex'));
  const data = Buffer.concat([sig!, said!, pk!]);
  const at = dataAt + 64;
  const code = integer(call('ed25519_verify', 64, dataAt, said!.length, at, 32, at + said!.length));
  return { code, around: { data } };
}

const rows: Row[] = [
  [
    'a register that was never written has the length 2^64 − 1',
    cites.registers,
    integer(call('register_len', 7)),
    u64(-1),
  ],
  [
    'register_len is the length of what was written',
    cites.registers,
    call('write_register', 7, 3, dataAt) + integer(call('register_len', 7)),
    u64(3),
  ],
  [
    'an empty register has the length 0',
    cites.registers,
    call('write_register', 7, 0, dataAt) + integer(call('register_len', 7)),
    u64(0),
  ],
  [
    'read_register copies a register to memory',
    cites.registers,
    call('write_register', 5, 3, dataAt) + call('read_register', 5, 0) + call('value_return', 3, 0),
    text('abc'),
    { data: 'abc' },
  ],
  [
    'writing a register again replaces what it held',
    cites.registers,
    call('write_register', 5, 3, dataAt) + call('write_register', 5, 1, dataAt + 2) + register,
    text('c'),
    { data: 'abc' },
  ],
  [
    'a length of 2^64 − 1 means the register of that number',
    cites.registers,
    call('write_register', 5, 2, dataAt) + call('sha256', -1, 5, 5) + register,
    'fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603',
    { data: 'ab' },
  ],
  [
    'current_account_id',
    cites.context,
    call('current_account_id', 5) + register,
    text('contract.near'),
  ],
  [
    'signer_account_id',
    cites.context,
    call('signer_account_id', 5) + register,
    text('signer.near'),
  ],
  [
    'signer_account_pk, with the byte of its curve before it',
    cites.context,
    call('signer_account_pk', 5) + register,
    Buffer.from(key).toString('hex'),
  ],
  [
    'predecessor_account_id',
    cites.context,
    call('predecessor_account_id', 5) + register,
    text('predecessor.near'),
  ],
  ['input', cites.context, call('input', 5) + register, text('the input')],
  ['block_index', cites.context, integer(call('block_index')), u64(71)],
  [
    'block_timestamp, in nanoseconds',
    cites.context,
    integer(call('block_timestamp')),
    u64(1_600_000_000_000_000_009n),
  ],
  ['epoch_height', cites.context, integer(call('epoch_height')), u64(3)],
  ['storage_usage', cites.context, integer(call('storage_usage')), u64(1_234)],
  [
    'storage_usage grows with a record by its key, its value and 40 bytes',
    cites.trie,
    `(drop ${call('storage_write', 1, dataAt, 4, dataAt, 5)})` + integer(call('storage_usage')),
    u64(1_234 + 1 + 4 + 40),
    { data: 'kkkk' },
  ],
  [
    'storage_usage falls with what a shorter value no longer takes',
    cites.trie,
    `(drop ${call('storage_write', 1, dataAt, 1, dataAt, 5)})` + integer(call('storage_usage')),
    u64(1_234 - 8),
    { data: 'k', stored },
  ],
  [
    'storage_usage falls with a removed record by its key, its value and 40 bytes',
    cites.trie,
    `(drop ${call('storage_remove', 1, dataAt, 5)})` + integer(call('storage_usage')),
    u64(1_234 - 1 - 9 - 40),
    { data: 'k', stored },
  ],
  [
    'account_balance has the attached deposit in it',
    cites.economics,
    call('account_balance', 0) + wide,
    u128(7n),
  ],
  [
    'account_balance takes sixteen bytes',
    cites.economics,
    call('account_balance', 0) + wide,
    u128(2n ** 100n + 2n),
    { context: { balanceYocto: 2n ** 100n } },
  ],
  [
    'account_balance falls with what promises carry',
    cites.economics,
    `(i64.store (i32.const 64) (i64.const 3))
    ${call('promise_batch_action_transfer', 0, 64).replace(
      '(i64.const 0)',
      call('promise_batch_create', 3, dataAt),
    )}` +
      call('account_balance', 0) +
      wide,
    u128(4n),
    { data: 'bob' },
  ],
  ['account_locked_balance', cites.economics, call('account_locked_balance', 0) + wide, u128(0n)],
  ['attached_deposit', cites.economics, call('attached_deposit', 0) + wide, u128(2n)],
  ['prepaid_gas', cites.economics, integer(call('prepaid_gas')), u64(300_000_000_000_000n)],
  ['random_seed', cites.math, call('random_seed', 5) + register, '09'.repeat(32)],
  [
    'sha256 of nothing',
    cites.sha,
    hashed('sha256', 0),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ],
  [
    'sha256 of "abc"',
    cites.sha,
    hashed('sha256', 3),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    { data: 'abc' },
  ],
  [
    'sha256 of two blocks',
    cites.sha,
    hashed('sha256', 56),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    { data: 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq' },
  ],
  [
    'keccak256 of nothing',
    cites.keccak,
    hashed('keccak256', 0),
    'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  ],
  [
    'keccak256 of "abc"',
    cites.keccak,
    hashed('keccak256', 3),
    '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
    { data: 'abc' },
  ],
  [
    'keccak512 of nothing',
    cites.keccak,
    hashed('keccak512', 0),
    '0eab42de4c3ceb9235fc91acffe746b29c29a8c366b7c60e4e67c466f36a4304' +
      'c00fa9caf9d87976ba469bcbe06713b435f091ef2769fb160cdab33d3670680e',
  ],
  [
    'ripemd160 of nothing',
    cites.ripemd,
    hashed('ripemd160', 0),
    '9c1185a5c5e9fc54612808977ee8f548b2258d31',
  ],
  [
    'ripemd160 of "a"',
    cites.ripemd,
    hashed('ripemd160', 1),
    '0bdc9d2d256b3ee9daae347be6f4dc835a467ffe',
    { data: 'a' },
  ],
  [
    'ripemd160 of "abc"',
    cites.ripemd,
    hashed('ripemd160', 3),
    '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc',
    { data: 'abc' },
  ],
  [
    'ripemd160 of "message digest"',
    cites.ripemd,
    hashed('ripemd160', 14),
    '5d0689ef49d2fae572b881b123a85ffa21595f36',
    { data: 'message digest' },
  ],
  ...rfc8032.flatMap((vector, i): Row[] => {
    const good = verifies(vector);
    const other = verifies({ ...vector, message: `${vector.message}00` });
    return [
      [`ed25519_verify takes test ${i + 1}`, cites.rfc8032, good.code, u64(1), good.around],
      [
        `ed25519_verify does not take test ${i + 1} for a longer message`,
        cites.rfc8032,
        other.code,
        u64(0),
        other.around,
      ],
    ];
  }),
  [
    'value_return from memory',
    cites.misc,
    call('value_return', 3, dataAt),
    text('abc'),
    { data: 'abc' },
  ],
  [
    'the last value_return counts',
    cites.misc,
    call('value_return', 3, dataAt) + call('value_return', 1, dataAt),
    text('a'),
    { data: 'abc' },
  ],
  [
    'storage_read of a key that is not there gives 0',
    cites.trie,
    integer(call('storage_read', 1, dataAt, 5)),
    u64(0),
    { data: 'x', stored },
  ],
  [
    'storage_read of a key that is there gives 1',
    cites.trie,
    integer(call('storage_read', 1, dataAt, 5)),
    u64(1),
    { data: 'k', stored },
  ],
  [
    'storage_read puts the value into the register',
    cites.trie,
    `(drop ${call('storage_read', 1, dataAt, 5)})` + register,
    text('old value'),
    { data: 'k', stored },
  ],
  [
    'storage_write of a new key gives 0',
    cites.trie,
    integer(call('storage_write', 1, dataAt, 1, dataAt, 5)),
    u64(0),
    { data: 'x', stored },
  ],
  [
    'storage_write of a known key gives 1',
    cites.trie,
    integer(call('storage_write', 1, dataAt, 1, dataAt, 5)),
    u64(1),
    { data: 'k', stored },
  ],
  [
    'storage_write puts what it evicts into the register',
    cites.trie,
    `(drop ${call('storage_write', 1, dataAt, 1, dataAt, 5)})` + register,
    text('old value'),
    { data: 'k', stored },
  ],
  [
    'storage_remove of a key that is not there gives 0',
    cites.trie,
    integer(call('storage_remove', 1, dataAt, 5)),
    u64(0),
    { data: 'x', stored },
  ],
  [
    'storage_remove puts what it removes into the register',
    cites.trie,
    `(drop ${call('storage_remove', 1, dataAt, 5)})` + register,
    text('old value'),
    { data: 'k', stored },
  ],
  [
    'a removed key is not there any more',
    cites.trie,
    `(drop ${call('storage_remove', 1, dataAt, 5)})` + integer(call('storage_has_key', 1, dataAt)),
    u64(0),
    { data: 'k', stored },
  ],
  [
    'storage_has_key of a key that is there gives 1',
    cites.trie,
    integer(call('storage_has_key', 1, dataAt)),
    u64(1),
    { data: 'k', stored },
  ],
  [
    'a written value is read in the same call',
    cites.trie,
    `(drop ${call('storage_write', 1, dataAt, 3, dataAt, 4)})
    (drop ${call('storage_read', 1, dataAt, 5)})` + register,
    text('xyz'),
    { data: 'xyz' },
  ],
  [
    'an empty value is a value',
    cites.trie,
    `(drop ${call('storage_write', 1, dataAt, 0, dataAt, 4)})` +
      integer(call('storage_has_key', 1, dataAt)),
    u64(1),
    { data: 'x' },
  ],
  [
    'promises are numbered in the order they are made',
    cites.promises,
    `(drop ${call('promise_batch_create', 3, dataAt)})` +
      integer(call('promise_batch_create', 3, dataAt)),
    u64(1),
    { data: 'bob' },
  ],
  [
    'promise_results_count',
    cites.promises,
    integer(call('promise_results_count')),
    u64(2),
    { context: { promiseResults } },
  ],
  [
    'promise_results_count is 0 in a call that follows no promise',
    cites.promises,
    integer(call('promise_results_count')),
    u64(0),
  ],
  [
    'promise_result of one that succeeded is 1',
    cites.promises,
    integer(call('promise_result', 0, 5)),
    u64(1),
    { context: { promiseResults } },
  ],
  [
    'promise_result puts what was answered into the register',
    cites.promises,
    `(drop ${call('promise_result', 0, 5)})` + register,
    text('first'),
    { context: { promiseResults } },
  ],
  [
    'promise_result of one that failed is 2',
    cites.promises,
    integer(call('promise_result', 1, 5)),
    u64(2),
    { context: { promiseResults } },
  ],
  [
    'promise_return leaves the result to the promise',
    cites.promises,
    `(call $promise_return ${call('promise_batch_create', 3, dataAt)})`,
    'receipt',
    { data: 'bob' },
  ],
  [
    'promise_yield_create puts the id that resumes it into the register',
    cites.vm,
    `(drop ${call('promise_yield_create', 1, dataAt, 0, dataAt, 5_000_000_000_000n, 0, 5)})` +
      register,
    '01'.repeat(32),
    { data: 'm' },
  ],
];

const logs: [string, string, string, Around][] = [
  ['log_utf8', call('log_utf8', 6, dataAt), 'grüß', { data: 'grüße' }],
  ['log_utf8 up to the first zero', call('log_utf8', -1, dataAt), 'ab', { data: 'ab\0c' }],
  [
    'log_utf16',
    call('log_utf16', 4, dataAt),
    'hé',
    { data: new Uint8Array(Buffer.from('hé', 'utf16le')) },
  ],
  [
    'log_utf16 up to the first zero',
    call('log_utf16', -1, dataAt),
    'hé',
    { data: new Uint8Array(Buffer.from('hé\0x', 'utf16le')) },
  ],
];

export const valueCases: Case[] = [
  ...rows.map(([says, from, code, expected, around]) => ({
    says,
    cites: from,
    check: () => void expect(told(runCode(code, around))).to.equal(expected),
  })),
  ...logs.map(([says, code, line, around]) => ({
    says: `${says} adds a line to the log`,
    cites: cites.misc,
    check: () => {
      const outcome = runCode(code, around);
      expect(outcome.failure).to.equal(null);
      expect(outcome.logs).to.deep.equal([line]);
    },
  })),
];
