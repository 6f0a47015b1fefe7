/** In which order host functions pay, read and refuse, where that shows in gas or in which error it is. */
import { expect } from 'chai';
import { describeFailure } from '@commonweights/dao-contracts/localnet/vm/vm-error.js';
import { cites, type Case } from './case.js';
import { call, dataAt, dropped, runCode, told, type Around } from './machine.js';

const bob = dropped('promise_batch_create', 3, dataAt);
const register = call('value_return', -1, 5);
const integer = (made: string) => `(i64.store (i32.const 0) ${made}) ${call('value_return', 8, 0)}`;
const wide = call('value_return', 16, 0);
const text = (value: string) => Buffer.from(value).toString('hex');
const long = (bytes: number) => ({ stored: { k: 'x'.repeat(bytes) }, data: 'k' });

const values: [says: string, code: string, expected: string, around?: Around][] = [
  [
    'refund_to_account_id gives who gets the deposit back',
    call('refund_to_account_id', 5) + register,
    text('refunds.near'),
  ],
  [
    'current_contract_code says that the code is the account’s own',
    integer(call('current_contract_code', 5)),
    '0100000000000000',
  ],
  [
    'current_contract_code gives the hash of the code',
    dropped('current_contract_code', 5) + register,
    '03'.repeat(32),
  ],
  [
    'validator_stake gives the stake of a validator',
    call('validator_stake', 3, dataAt, 0) + wide,
    '07'.padEnd(32, '0'),
    { data: 'bob' },
  ],
  [
    'validator_total_stake gives all stakes together',
    call('validator_total_stake', 0) + wide,
    '0c'.padEnd(32, '0'),
  ],
  [
    'ed25519_verify of a signature whose number is out of the group gives 0',
    integer(call('ed25519_verify', 64, dataAt, 1, dataAt, 32, dataAt)),
    '0000000000000000',
    { data: new Uint8Array(64).fill(0xff) },
  ],
  [
    'promise_yield_resume of the same promise again gives 1 again',
    dropped('promise_yield_create', 1, dataAt, 0, dataAt, 5_000_000_000_000n, 0, 5) +
      `(drop ${call('promise_yield_resume', -1, 5, 1, dataAt)})` +
      `(i32.store (i32.const 0) ${call('promise_yield_resume', -1, 5, 1, dataAt)})` +
      call('value_return', 4, 0),
    '01000000',
    { data: 'm' },
  ],
];

const sentences: [says: string, code: string, sentence: string, around?: Around][] = [
  [
    'ecrecover of a short signature',
    dropped('ecrecover', 32, 0, 63, 0, 0, 0, 5),
    'ECDSA recover error: The length of the signature: 63, exceeds the limit of 64 bytes',
  ],
  [
    'ecrecover by a number of 4',
    dropped('ecrecover', 32, 0, 64, 0, 4, 0, 5),
    'ECDSA recover error: V recovery byte 0 through 3 are valid but was provided 4',
  ],
  [
    'ecrecover of a long hash',
    dropped('ecrecover', 33, 0, 64, 0, 0, 0, 5),
    'ECDSA recover error: The length of the hash: 33, exceeds the limit of 32 bytes',
  ],
  [
    'ecrecover with a flag of 2',
    dropped('ecrecover', 32, 0, 64, 0, 0, 2, 5),
    'ECDSA recover error: Malleability flag needs to be 0 or 1, but is instead 2',
  ],
  [
    'a log that fills up counts what was there before',
    call('log_utf8', 16_000, 4_096) + call('log_utf8', 400, 4_096),
    'The length of a log message 16400 exceeds the limit 16384',
  ],
  [
    'text of an odd length is no UTF-16, however long',
    call('log_utf16', 20_001, 4_096),
    'String encoding is bad UTF-16 sequence.',
  ],
  [
    'resuming in a view is refused by the name that it had first',
    dropped('promise_yield_resume', 32, 0, 1, 0),
    'promise_submit_data is not allowed in view calls',
    { context: { isView: true } },
  ],
  [
    'a key that is none, for a promise that there is not',
    call('promise_batch_action_delete_key', 9, 5, dataAt),
    '9 does not correspond to existing promises',
  ],
  [
    'gas of 2^64 − 1 attached to a call',
    bob + call('promise_batch_action_function_call', 0, 1, dataAt, 0, dataAt, 512, -1),
    'Integer overflow.',
    { data: 'bob' },
  ],
];

const errors: [says: string, code: string, error: string, around?: Around][] = [
  [
    'who gets refunds of two promises at once',
    `${bob} ${dropped('promise_and', 64, 1)} ${call('promise_set_refund_to', 1, 3, dataAt)}`,
    'CannotSetRefundToOnJointPromise',
    { data: 'bob' },
  ],
  [
    'the stake of what is no account',
    call('validator_stake', 1, dataAt, 0),
    'InvalidAccountId',
    { data: 'B' },
  ],
  [
    'reading more than 4,000,000 bytes in one receipt',
    dropped('storage_read', 1, dataAt, 5) + dropped('storage_read', 1, dataAt + 1, 6),
    'RecordedStorageExceeded',
    { stored: { a: 'x'.repeat(2_000_001), b: 'y'.repeat(2_000_000) }, data: 'ab' },
  ],
];

const burnt = (code: string, around: Around = {}) => runCode(code, around).burntGas;
const read = (bytes: number) => 2_609_863_200 + 3_801_333 * bytes;
const [op, base] = [822_756, 264_768_111];

export const orderCases: Case[] = [
  ...values.map(([says, code, expected, around]) => ({
    says,
    cites: cites.vm,
    check: () => void expect(told(runCode(code, around))).to.equal(expected),
  })),
  ...sentences.map(([says, code, sentence, around]) => ({
    says: `${says} is told as nearcore does`,
    cites: cites.vm,
    check: () => void expect(describeFailure(runCode(code, around).failure!)).to.equal(sentence),
  })),
  ...errors.map(([says, code, error, around]) => ({
    says: `${says}: ${error}`,
    cites: cites.vmErrors,
    triggers: [`HostError.${error}`],
    check: () => void expect(told(runCode(code, around))).to.equal(error),
  })),
  {
    says: 'a view may read more than a receipt may',
    cites: cites.vm,
    check: () => {
      const stored = { a: 'x'.repeat(2_000_001), b: 'y'.repeat(2_000_000) };
      const code =
        dropped('storage_read', 1, dataAt, 5) + dropped('storage_read', 1, dataAt + 1, 6);
      const around = { stored, data: 'ab', context: { isView: true } };
      expect(runCode(code, around).failure).to.equal(null);
    },
  },
  {
    says: 'reading a value of more than 4,000 bytes costs one gas and one for each byte more',
    cites: cites.parameters,
    check: () => {
      const code = dropped('storage_read', 1, dataAt, 5);
      const perByte = 5_611_004 + 3_801_564;
      expect(burnt(code, long(4_000)) - burnt(code, long(3_999))).to.equal(perByte);
      expect(burnt(code, long(4_001)) - burnt(code, long(4_000))).to.equal(perByte + 1 + 4_001);
    },
  },
  {
    says: 'a signature that cannot be one is all that ed25519_verify reads',
    cites: cites.vm,
    check: () => {
      const code = dropped('ed25519_verify', 64, dataAt, 32, dataAt, 32, dataAt);
      const [good, bad] = [new Uint8Array(64), new Uint8Array(64).fill(0xff)];
      const spared = burnt(code, { data: good }) - burnt(code, { data: bad });
      expect(spared).to.equal(2 * read(32) + 9_000_000 * 32);
    },
  },
  {
    says: 'UTF-16 is read before it is found too long, UTF-8 is not',
    cites: cites.vm,
    check: () => {
      const reading =
        burnt(call('log_utf16', 20_000, 4_096)) - burnt(call('log_utf8', 20_000, 4_096));
      expect(reading).to.equal(3_543_313_050 - 3_111_779_061 + read(20_000));
    },
  },
  {
    says: 'abort pays for what it says, and not for the word before it',
    cites: cites.vm,
    check: () => {
      const data = new Uint8Array([0, 0, 0, 0]);
      const at = dataAt + 4;
      const outcome = runCode(call('abort', at, at, 1, 2), { data });
      const said = ', filename: "" line: 1 col: 2';
      expect(outcome.logs).to.deep.equal([`ABORT: ${said}`]);
      expect(outcome.failure).to.deep.equal({
        kind: 'host',
        error: { GuestPanic: { panic_msg: said } },
      });
      const log = 3_543_313_050 + 13_198_791 * said.length;
      const utf16 = 2 * (3_543_313_050 + read(0));
      const other = burnt(call('panic'), { data }) - base - op;
      const own = outcome.burntGas - other - base - 5 * op - 2 * read(4) - utf16 - log;
      // The module is longer by so many bytes of arguments.
      expect(own % 1_089_295).to.equal(0);
    },
  },
  {
    says: 'a method’s name is looked at when it is paid for',
    cites: cites.vm,
    check: () => {
      const around = { data: new Uint8Array([...Buffer.from('bob'), 0xff]) };
      const calling = (at: number) =>
        bob + call('promise_batch_action_function_call', 0, 1, at, 0, dataAt, 512, 1);
      const [good, bad] = [runCode(calling(dataAt), around), runCode(calling(dataAt + 3), around)];
      expect(told(bad)).to.equal('InvalidMethodName');
      expect(good.burntGas).to.equal(bad.burntGas);
    },
  },
];
