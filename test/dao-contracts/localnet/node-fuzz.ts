/**
 * Requests and modules that no honest client makes, drawn from a seed: valid ones that were changed
 * in a place or two, and nonsense. Whatever comes, the node answers with a result or with a named
 * error, and code ends within its gas.
 */
import { actions } from 'near-api-js';
import { limits } from '@commonweights/dao-contracts/localnet/protocol/parameters.js';
import { runContract } from '@commonweights/dao-contracts/localnet/vm/contract.js';
import { splitMix } from '../../support/seeded-numbers.js';
import { ChainClient, openChain } from './chain-client.js';
import { demoContract, laterContract } from './contracts.js';

export interface FuzzOptions {
  readonly rounds: number;
  readonly seed: number;
}

/** How often each answer came: `result`, or the name of an error's cause. */
export type Tally = Map<string, number>;

export type Draw = () => number;

const somebody = { finality: 'final', account_id: 'local' };
const hash32 = '1'.repeat(32);
const key = `ed25519:${hash32}`;

/** One that a chain of the seed `chain test` would take. */
export async function signedPayment(): Promise<Uint8Array> {
  const chain = openChain();
  const bytes = await new ChainClient(chain).sign('local', 'local', [actions.transfer(1n)]);
  await chain.stop();
  return bytes;
}

/** Records of each kind that a patch of the state may have. */
const patched = [
  {
    Account: {
      account_id: 'patched.near',
      account: { amount: '9', locked: '0', code_hash: hash32, storage_usage: 0, version: 'V1' },
    },
  },
  { Data: { account_id: 'patched.near', data_key: 'AA==', value: 'AA==' } },
  { Contract: { account_id: 'patched.near', code: 'AGFzbQEAAAA=' } },
  {
    AccessKey: {
      account_id: 'patched.near',
      public_key: key,
      access_key: {
        nonce: 1,
        permission: {
          FunctionCall: { allowance: '1', receiver_id: 'local', method_names: ['a'] },
        },
      },
    },
  },
];

/** What clients ask; `signed`: a transaction that the chain would take. */
function requestsOf(signed: string): [string, unknown][] {
  const hash = '1'.repeat(32);
  return [
    ['query', { ...somebody, request_type: 'view_account' }],
    ['query', { ...somebody, request_type: 'view_access_key', public_key: key }],
    ['query', { ...somebody, request_type: 'view_access_key_list' }],
    ['query', { ...somebody, request_type: 'view_code' }],
    ['query', { ...somebody, request_type: 'view_state', prefix_base64: '' }],
    [
      'query',
      { ...somebody, request_type: 'call_function', method_name: 'get', args_base64: 'e30=' },
    ],
    ['query', ['account/local', '']],
    ['block', { finality: 'final' }],
    ['block', { block_id: 1 }],
    ['chunk', { chunk_id: hash }],
    ['chunk', { block_id: 1, shard_id: 0 }],
    ['status', []],
    ['gas_price', [null]],
    ['validators', [null]],
    ['health', []],
    ['network_info', []],
    ['EXPERIMENTAL_protocol_config', { finality: 'final' }],
    [
      'EXPERIMENTAL_changes',
      { changes_type: 'account_changes', account_ids: ['local'], finality: 'final' },
    ],
    [
      'EXPERIMENTAL_changes',
      {
        changes_type: 'single_access_key_changes',
        keys: [{ account_id: 'local', public_key: key }],
        block_id: 1,
      },
    ],
    ['EXPERIMENTAL_changes_in_block', { block_id: 1 }],
    ['EXPERIMENTAL_receipt', { receipt_id: hash }],
    ['EXPERIMENTAL_tx_status', { tx_hash: hash, sender_account_id: 'local', wait_until: 'NONE' }],
    ['tx', [hash, 'local']],
    ['tx', { signed_tx_base64: signed, wait_until: 'NONE' }],
    ['send_tx', { signed_tx_base64: signed, wait_until: 'NONE' }],
    ['broadcast_tx_async', [signed]],
    ['next_light_client_block', { last_block_hash: hash }],
    [
      'light_client_proof',
      { type: 'receipt', receipt_id: hash, receiver_id: 'local', light_client_head: hash },
    ],
    ['EXPERIMENTAL_light_client_block_proof', { block_hash: hash, light_client_head: hash }],
    ['EXPERIMENTAL_validators_ordered', [null]],
    ['sandbox_patch_state', { records: patched }],
    ['sandbox_fast_forward', { delta_height: 1 }],
    ['localnet_supply', {}],
  ];
}

const strange: readonly unknown[] = [
  ...[null, true, 0, -1, 1, 0.5, 2 ** 53, 1e308, -1e308, 5e-324],
  ...['', ' ', 'local', 'LOCAL', 'a'.repeat(65), 'x'.repeat(10_000), '\0', '\ud800', '🜁', '%', '='],
  ...['final', 'FINAL', 'latest', 'earliest', '__proto__', 'constructor', 'AA==', '//8='],
  ...[[], {}, [[]], [null], { '': null }, { length: 1 }, { account_id: 'local' }, [[[[[[]]]]]]],
  Array.from({ length: 200 }, () => 'local'),
];

/** `pick(list)`: one of them. */
export const pick = <T>(draw: Draw, list: readonly T[]): T =>
  list[Math.floor(draw() * list.length)]!;

/** The value, changed in one place: something else there, or less, or more. */
function change(draw: Draw, value: unknown): unknown {
  if (draw() < 0.2) return pick(draw, strange);
  if (typeof value === 'string') return changeText(draw, value);
  if (typeof value !== 'object' || value === null) return pick(draw, strange);
  if (Array.isArray(value)) {
    const at = Math.floor(draw() * (value.length + 1));
    if (draw() < 0.3) return value.filter((_, i) => i !== at);
    return value.length === 0
      ? [pick(draw, strange)]
      : value.map((one: unknown, i) => (i === at ? change(draw, one) : one));
  }
  const entries = Object.entries(value as object);
  if (entries.length === 0 || draw() < 0.1) {
    return Object.fromEntries([...entries, [String(pick(draw, strange)), pick(draw, strange)]]);
  }
  const at = Math.floor(draw() * entries.length);
  if (draw() < 0.2) return Object.fromEntries(entries.filter((_, i) => i !== at));
  return Object.fromEntries(
    entries.map(([name, one], i) => [name, i === at ? change(draw, one) : one]),
  );
}

function changeText(draw: Draw, text: string): string {
  const at = Math.floor(draw() * (text.length + 1));
  const more = draw() < 0.5 ? pick(draw, [...'aA0_.-=+/:@ %\0é']) : '';
  return text.slice(0, at) + more + text.slice(at + (draw() < 0.7 ? 1 : 0));
}

function bodyOf(draw: Draw, requests: readonly [string, unknown][]): string {
  const kind = draw();
  if (kind < 0.05) {
    const bytes = Array.from({ length: Math.floor(draw() * 60) }, () => Math.floor(draw() * 256));
    return String.fromCharCode(...bytes);
  }
  const [method, params] = pick(draw, requests);
  let request: unknown = { jsonrpc: '2.0', id: 'x', method, params };
  if (kind < 0.15) request = change(draw, request);
  else {
    const times = 1 + Math.floor(draw() * 2);
    let changed = params;
    for (let i = 0; i < times; i++) changed = change(draw, changed);
    request = { jsonrpc: '2.0', id: 'x', method, params: changed };
  }
  const text = JSON.stringify(request) ?? '';
  return kind > 0.97 ? changeText(draw, text) : text;
}

/** Throws with the request when an answer is neither a result nor an error that the node means. */
export async function fuzzRequests(
  it: FuzzOptions & { url: string; signed: Uint8Array },
): Promise<Tally> {
  const requests = requestsOf(Buffer.from(it.signed).toString('base64'));
  const tally: Tally = new Map();
  for (let round = 0; round < it.rounds; round++) {
    const body = bodyOf(splitMix(it.seed, round), requests);
    const response = await fetch(it.url, { method: 'POST', body });
    const text = await response.text();
    const fail = (why: string) => {
      throw new Error(`round ${round} of seed ${it.seed}: ${why}: ${body} → ${text.slice(0, 500)}`);
    };
    if (response.status !== 200) fail(`HTTP status ${response.status}`);
    for (const reply of [JSON.parse(text)].flat() as Reply[]) {
      const name = reply.error ? reply.error.cause.name : 'result';
      // The node has one inner error of its own; any other is a mistake in it.
      const said = reply.error?.cause.info?.['error_message'] ?? '';
      if (name === 'INTERNAL_ERROR' && !/is ahead of head block/.test(said)) fail('broke inside');
      if (!reply.error && !('result' in reply)) fail('says nothing');
      tally.set(name, (tally.get(name) ?? 0) + 1);
    }
  }
  return tally;
}

interface Reply {
  error?: { cause: { name: string; info?: Record<string, string> } };
  result?: unknown;
}

const prepaidGas = 20e12;
const methods = ['echo', 'set', 'get', 'time', 'seed', 'fail', 'relay', 'done', 'later', 'nothing'];

/** Throws when a module makes the machine fail in another way than a contract may. */
export function fuzzModules(it: FuzzOptions): Tally {
  const wholes = [demoContract('echo'), laterContract()];
  const tally: Tally = new Map();
  for (let round = 0; round < it.rounds; round++) {
    const draw = splitMix(it.seed, round);
    const bytes = changeBytes(draw, wholes[round % wholes.length]!);
    const method = pick(draw, methods);
    const data = new Map<string, Uint8Array>();
    const outcome = runContract(
      { hash: `fuzz ${it.seed} ${round}`, bytes },
      { ...call, method, input: new Uint8Array(5) },
      () => data as never,
    );
    const { burntGas, usedGas, failure } = outcome;
    if (!(burntGas <= usedGas && usedGas <= prepaidGas)) {
      throw new Error(`round ${round} of seed ${it.seed}: ${burntGas} burnt, ${usedGas} used`);
    }
    const kind = failure === null ? 'result' : failure.kind;
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
  }
  return tally;
}

/** Some bytes changed, cut out or put in, or a random tail behind a true head. */
export function changeBytes(draw: Draw, whole: Uint8Array): Uint8Array {
  const bytes = [...whole];
  const times = 1 + Math.floor(draw() ** 2 * 4);
  for (let i = 0; i < times; i++) {
    // More often near the end: the code is there, and before it the imports, whose names must fit.
    const at = bytes.length - 1 - Math.floor(draw() ** 3 * bytes.length);
    const byte = Math.floor(draw() * 256);
    const kind = draw();
    if (kind < 0.7) bytes[at] = byte;
    else if (kind < 0.8) bytes.splice(at, 1 + Math.floor(draw() * 8));
    else if (kind < 0.9) bytes.splice(at, 0, byte);
    else
      bytes.splice(at, bytes.length, ...Array.from({ length: 40 }, () => Math.floor(draw() * 256)));
  }
  return Uint8Array.from(bytes);
}

const call = {
  currentAccountId: 'contract.local',
  signerAccountId: 'local',
  signerPublicKey: new Uint8Array(33),
  predecessorAccountId: 'local',
  promiseResults: [],
  blockHeight: 7,
  blockTimestampNs: 9n,
  epochHeight: 0,
  balanceYocto: 10n ** 24n,
  attachedDepositYocto: 0n,
  storageUsageBytes: limits.initialMemoryPages,
  prepaidGas,
  randomSeed: new Uint8Array(32),
  isView: false,
  outputReceivers: [],
  yieldId: () => new Uint8Array(32),
  isYielded: () => false,
  refundToAccountId: 'local',
  codeHash: new Uint8Array(32),
  validators: new Map(),
};
