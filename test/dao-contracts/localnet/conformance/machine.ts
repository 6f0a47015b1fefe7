/** A contract of a few instructions that imports every host function, run without a chain. */
import type { CallContext, CallOutcome } from '@commonweights/dao-contracts/localnet/vm/call.js';
import { runContract } from '@commonweights/dao-contracts/localnet/vm/contract.js';
import { assemble } from '../contracts.js';

/** As the specification declares them: `j` is a u64, `i` a u32, results come after `>`. */
const signatures: Readonly<Record<string, string>> = {
  read_register: 'jj',
  register_len: 'j>j',
  write_register: 'jjj',
  current_account_id: 'j',
  signer_account_id: 'j',
  signer_account_pk: 'j',
  predecessor_account_id: 'j',
  refund_to_account_id: 'j',
  current_contract_code: 'j>j',
  input: 'j',
  block_index: '>j',
  block_timestamp: '>j',
  epoch_height: '>j',
  storage_usage: '>j',
  account_balance: 'j',
  account_locked_balance: 'j',
  attached_deposit: 'j',
  prepaid_gas: '>j',
  used_gas: '>j',
  random_seed: 'j',
  sha256: 'jjj',
  keccak256: 'jjj',
  keccak512: 'jjj',
  ripemd160: 'jjj',
  ecrecover: 'jjjjjjj>j',
  ed25519_verify: 'jjjjjj>j',
  p256_verify: 'jjjjjj>j',
  bls12381_p1_sum: 'jjj>j',
  bls12381_p2_sum: 'jjj>j',
  bls12381_g1_multiexp: 'jjj>j',
  bls12381_g2_multiexp: 'jjj>j',
  bls12381_map_fp_to_g1: 'jjj>j',
  bls12381_map_fp2_to_g2: 'jjj>j',
  bls12381_pairing_check: 'jj>j',
  bls12381_p1_decompress: 'jjj>j',
  bls12381_p2_decompress: 'jjj>j',
  alt_bn128_g1_multiexp: 'jjj',
  alt_bn128_g1_sum: 'jjj',
  alt_bn128_pairing_check: 'jj>j',
  value_return: 'jj',
  panic: '',
  panic_utf8: 'jj',
  log_utf8: 'jj',
  log_utf16: 'jj',
  abort: 'iiii',
  promise_create: 'jjjjjjjj>j',
  promise_then: 'jjjjjjjjj>j',
  promise_and: 'jj>j',
  promise_batch_create: 'jj>j',
  promise_batch_then: 'jjj>j',
  promise_set_refund_to: 'jjj',
  promise_batch_action_create_account: 'j',
  promise_batch_action_deploy_contract: 'jjj',
  promise_batch_action_function_call: 'jjjjjjj',
  promise_batch_action_function_call_weight: 'jjjjjjjj',
  promise_batch_action_transfer: 'jj',
  promise_batch_action_stake: 'jjjj',
  promise_batch_action_add_key_with_full_access: 'jjjj',
  promise_batch_action_add_key_with_function_call: 'jjjjjjjjj',
  promise_batch_action_delete_key: 'jjj',
  promise_batch_action_delete_account: 'jjj',
  promise_yield_create: 'jjjjjjj>j',
  promise_yield_resume: 'jjjj>i',
  promise_results_count: '>j',
  promise_result: 'jj>j',
  promise_return: 'j',
  storage_write: 'jjjjj>j',
  storage_read: 'jjj>j',
  storage_remove: 'jjj>j',
  storage_has_key: 'jj>j',
  storage_iter_prefix: 'jj>j',
  storage_iter_range: 'jjjj>j',
  storage_iter_next: 'jjj>j',
  validator_stake: 'jjj',
  validator_total_stake: 'j',
};

const typeOf = (letter: string) => (letter === 'i' ? 'i32' : 'i64');

const imports = Object.entries(signatures)
  .map(([name, signature]) => {
    const [taken = '', given = ''] = signature.split('>');
    const parameters = [...taken].map((letter) => ` ${typeOf(letter)}`).join('');
    const result = given === '' ? '' : ` (result ${typeOf(given)})`;
    return `(import "env" "${name}" (func $${name} (param${parameters})${result}))`;
  })
  .join('\n');

export interface Around {
  /** At 1024 in memory. */
  readonly data?: string | Uint8Array;
  readonly context?: Partial<CallContext>;
  /** What the contract has stored. */
  readonly stored?: Readonly<Record<string, string>>;
}

/** Where data stands. */
export const dataAt = 1024;

export function moduleOf(code: string, { data = '' }: Around = {}): Uint8Array {
  const bytes = [...(typeof data === 'string' ? Buffer.from(data, 'utf8') : data)];
  const escaped = bytes.map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return assemble(`(module ${imports} (memory 1)
    (data (i32.const ${dataAt}) "${escaped}")
    (func (export "run") (local $r i64) ${code}))`);
}

let count = 0;

export function runModule(bytes: Uint8Array, { context, stored = {} }: Around = {}): CallOutcome {
  const kept = new Map(
    Object.entries(stored).map(([key, value]) => [key, new Uint8Array(Buffer.from(value))]),
  );
  return runContract(
    { hash: `conformance ${count++}`, bytes },
    {
      currentAccountId: 'contract.near',
      signerAccountId: 'signer.near',
      signerPublicKey: Uint8Array.from({ length: 33 }, (_, i) => i),
      predecessorAccountId: 'predecessor.near',
      method: 'run',
      input: new Uint8Array(Buffer.from('the input')),
      promiseResults: [],
      blockHeight: 71,
      blockTimestampNs: 1_600_000_000_000_000_009n,
      epochHeight: 3,
      balanceYocto: 5n,
      attachedDepositYocto: 2n,
      storageUsageBytes: 1_234,
      prepaidGas: 300e12,
      randomSeed: new Uint8Array(32).fill(9),
      isView: false,
      outputReceivers: [],
      yieldId: (n) => new Uint8Array(32).fill(n + 1),
      isYielded: () => false,
      refundToAccountId: 'refunds.near',
      codeHash: new Uint8Array(32).fill(3),
      validators: new Map([
        ['bob', 7n],
        ['alice', 5n],
      ]),
      ...context,
    },
    () => kept as never,
  );
}

export function runCode(code: string, around: Around = {}): CallOutcome {
  return runModule(moduleOf(code, around), around);
}

/** What it returned, in hex; a failure as the protocol's name for it. */
export function told({ failure, returned }: CallOutcome): string {
  if (failure) return nameOf(failure);
  return returned.kind === 'value' ? Buffer.from(returned.value).toString('hex') : returned.kind;
}

function nameOf(failure: NonNullable<CallOutcome['failure']>): string {
  switch (failure.kind) {
    case 'host':
      return typeof failure.error === 'string' ? failure.error : Object.keys(failure.error)[0]!;
    case 'trap':
      return failure.trap;
    case 'method':
    case 'prepare':
      return failure.error;
    default:
      return failure.kind;
  }
}

/** `$name` called with numbers. */
export function call(name: string, ...args: (number | bigint)[]): string {
  const [taken = ''] = signatures[name]!.split('>');
  const pushed = args.map((arg, i) => `(${typeOf(taken[i]!)}.const ${arg})`);
  return `(call $${name} ${pushed.join(' ')})`;
}

/** The same, with its result thrown away. */
export function dropped(name: string, ...args: (number | bigint)[]): string {
  const made = call(name, ...args);
  return signatures[name]!.includes('>') ? `(drop ${made})` : made;
}

export const functions = Object.keys(signatures);
