/** What the node answers to clients: results with the fields that they read, errors by their names. */
import { expect } from 'chai';
import {
  actions,
  baseDecode,
  createTransaction,
  KeyPairSigner,
  PublicKey,
  type KeyPairString,
} from 'near-api-js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { cites, type Case } from './case.js';

const seed = 'chain test';
const { publicKey: key, secretKey } = deriveKey(seed, 'local');
const hash = '11111111111111111111111111111111';
const local = { finality: 'final', account_id: 'local' };
const nobody = { finality: 'final', account_id: 'nobody.local' };

/** Answered with an error whose cause has this name. */
const errors: [string, unknown, string][] = [
  ['query', { ...nobody, request_type: 'view_account' }, 'UNKNOWN_ACCOUNT'],
  ['query', { ...nobody, request_type: 'view_access_key_list' }, 'UNKNOWN_ACCOUNT'],
  ['query', { ...nobody, request_type: 'view_code' }, 'UNKNOWN_ACCOUNT'],
  ['query', { ...nobody, request_type: 'view_state', prefix_base64: '' }, 'UNKNOWN_ACCOUNT'],
  ['query', { ...local, request_type: 'view_code' }, 'NO_CONTRACT_CODE'],
  [
    'query',
    { ...local, request_type: 'view_access_key', public_key: `ed25519:${hash}` },
    'UNKNOWN_ACCESS_KEY',
  ],
  [
    'query',
    { ...local, request_type: 'call_function', method_name: 'any', args_base64: '' },
    'CONTRACT_EXECUTION_ERROR',
  ],
  ['query', { ...local, request_type: 'view_everything' }, 'PARSE_ERROR'],
  [
    'query',
    { finality: 'final', account_id: 'NO NAME', request_type: 'view_account' },
    'PARSE_ERROR',
  ],
  ['query', { finality: 'final', request_type: 'view_account' }, 'PARSE_ERROR'],
  ['block', { block_id: 999 }, 'UNKNOWN_BLOCK'],
  ['block', { block_id: hash }, 'UNKNOWN_BLOCK'],
  ['chunk', { chunk_id: hash }, 'UNKNOWN_CHUNK'],
  ['chunk', { block_id: 1, shard_id: 1 }, 'INVALID_SHARD_ID'],
  ['tx', { tx_hash: hash, sender_account_id: 'local' }, 'UNKNOWN_TRANSACTION'],
  ['EXPERIMENTAL_tx_status', [hash, 'local'], 'UNKNOWN_TRANSACTION'],
  ['EXPERIMENTAL_receipt', { receipt_id: hash }, 'UNKNOWN_RECEIPT'],
  ['next_light_client_block', { last_block_hash: hash }, 'UNKNOWN_BLOCK'],
  [
    'light_client_proof',
    { type: 'transaction', transaction_hash: hash, sender_id: 'local', light_client_head: hash },
    'UNKNOWN_BLOCK',
  ],
  [
    'EXPERIMENTAL_light_client_block_proof',
    { block_hash: hash, light_client_head: hash },
    'UNKNOWN_BLOCK',
  ],
  ['sandbox_patch_state', { records: [{ Nothing: {} }] }, 'PARSE_ERROR'],
  ['send_tx', { signed_tx_base64: 'AAAA' }, 'PARSE_ERROR'],
  ['send_tx', { signed_tx_base64: 'not base64' }, 'PARSE_ERROR'],
  ['send_tx', {}, 'PARSE_ERROR'],
  ['broadcast_tx_commit', ['AAAA'], 'PARSE_ERROR'],
  ['no_such_method', {}, 'METHOD_NOT_FOUND'],
  ['toString', {}, 'METHOD_NOT_FOUND'],
];

/** Answered with these fields, among others. */
const results: [string, unknown, string[]][] = [
  [
    'query',
    { ...local, request_type: 'view_account' },
    [
      'amount',
      'locked',
      'code_hash',
      'storage_usage',
      'storage_paid_at',
      'block_height',
      'block_hash',
    ],
  ],
  [
    'query',
    { ...local, request_type: 'view_access_key', public_key: key },
    ['nonce', 'permission', 'block_height', 'block_hash'],
  ],
  [
    'query',
    { ...local, request_type: 'view_access_key_list' },
    ['keys', 'block_height', 'block_hash'],
  ],
  [
    'query',
    { ...local, request_type: 'view_state', prefix_base64: '' },
    ['values', 'block_height', 'block_hash'],
  ],
  ['block', { finality: 'final' }, ['author', 'header', 'chunks']],
  ['block', { finality: 'optimistic' }, ['author', 'header', 'chunks']],
  ['block', { block_id: 1 }, ['author', 'header', 'chunks']],
  ['chunk', { block_id: 1, shard_id: 0 }, ['author', 'header', 'transactions', 'receipts']],
  [
    'status',
    [],
    [
      'chain_id',
      'protocol_version',
      'latest_protocol_version',
      'sync_info',
      'validators',
      'version',
    ],
  ],
  ['gas_price', [null], ['gas_price']],
  [
    'validators',
    [null],
    ['current_validators', 'next_validators', 'epoch_height', 'epoch_start_height'],
  ],
  [
    'EXPERIMENTAL_protocol_config',
    { finality: 'final' },
    [
      'protocol_version',
      'genesis_height',
      'runtime_config',
      'chain_id',
      'transaction_validity_period',
    ],
  ],
  [
    'EXPERIMENTAL_changes',
    { changes_type: 'account_changes', account_ids: ['local'], block_id: 1 },
    ['block_hash', 'changes'],
  ],
  ['EXPERIMENTAL_changes_in_block', { block_id: 1 }, ['block_hash', 'changes']],
];

/** `wait_until`, and what a client is told of a transaction then. */
const waits: [string, string[]][] = [
  ['NONE', ['NONE']],
  ['INCLUDED', ['INCLUDED', 'INCLUDED_FINAL', 'EXECUTED_OPTIMISTIC', 'EXECUTED', 'FINAL']],
  ['EXECUTED_OPTIMISTIC', ['EXECUTED_OPTIMISTIC', 'EXECUTED', 'FINAL']],
  ['EXECUTED', ['EXECUTED', 'FINAL']],
  ['FINAL', ['FINAL']],
];

interface Reply {
  id?: unknown;
  jsonrpc?: string;
  result?: Record<string, unknown>;
  error?: { name: string; code: number; message: string; cause: { name: string; info: object } };
}

/** One node for all of them: none changes what another one sees but for its own transaction. */
let node: Promise<Localnet> | undefined;
const started = () => (node ??= startLocalnet({ seed }));

export async function stopNode(): Promise<void> {
  await (await node)?.stop();
  node = undefined;
}

async function ask(method: string, params: unknown, headers = {}): Promise<Reply> {
  const { url } = await started();
  const body = JSON.stringify({ jsonrpc: '2.0', id: 'mine', method, params });
  const response = await fetch(url, { method: 'POST', body, headers });
  expect(response.status).to.equal(200);
  return (await response.json()) as Reply;
}

let payments = 0n;

/** A payment from local to itself that no other case makes. */
async function payment(): Promise<string> {
  const block = (await ask('block', { finality: 'final' })).result as { header: { hash: string } };
  const view = { ...local, request_type: 'view_access_key', public_key: key };
  const { nonce } = (await ask('query', view)).result as { nonce: number };
  const plain = createTransaction(
    'local',
    PublicKey.fromString(key),
    'local',
    BigInt(nonce) + 1n,
    [actions.transfer(++payments)],
    baseDecode(block.header.hash),
  );
  const signer = KeyPairSigner.fromSecretKey(secretKey as KeyPairString);
  const { signedTransaction } = await signer.signTransaction(plain);
  return Buffer.from(signedTransaction.encode()).toString('base64');
}

async function proofAsked(id: string, type: 'transaction' | 'receipt' = 'transaction') {
  const block = (await ask('block', { finality: 'final' })).result as { header: { hash: string } };
  const named =
    type === 'transaction'
      ? { transaction_hash: id, sender_id: 'local' }
      : { receipt_id: id, receiver_id: 'local' };
  return { type, ...named, light_client_head: block.header.hash };
}

const kindOf = (params: unknown) =>
  (params as { request_type?: string } | null)?.request_type ?? JSON.stringify(params);

export const rpcCases: Case[] = [
  ...errors.map(([method, params, name]) => ({
    says: `${method} ${JSON.stringify(params)} is answered with ${name}`,
    cites: `${cites.rpc}/errors`,
    triggers: [`RpcCause.${name}`],
    check: async () => {
      const { error, id } = await ask(method, params);
      expect(error?.cause.name).to.equal(name);
      expect(error).to.include.keys('name', 'code', 'message', 'cause', 'data');
      expect(error!.cause).to.have.property('info');
      expect(id).to.equal('mine');
    },
  })),
  ...results.map(([method, params, fields]) => ({
    says: `${method} ${kindOf(params)} has ${fields.join(', ')}`,
    cites: cites.rpc,
    check: async () => {
      const { result, id, jsonrpc } = await ask(method, params);
      expect(result).to.include.keys(...fields);
      expect([id, jsonrpc]).to.deep.equal(['mine', '2.0']);
    },
  })),
  ...waits.map(([level, told]) => ({
    says: `send_tx that waits until ${level} tells at least that`,
    cites: `${cites.rpc}/transactions`,
    check: async () => {
      const { result } = await ask('send_tx', {
        signed_tx_base64: await payment(),
        wait_until: level,
      });
      expect(told).to.include(result?.['final_execution_status']);
      await new Promise((resolve) => setImmediate(resolve));
    },
  })),
  {
    says: 'view_state of more than 50,000 bytes is answered with TOO_LARGE_CONTRACT_STATE',
    cites: `${cites.rpc}/contracts`,
    triggers: ['RpcCause.TOO_LARGE_CONTRACT_STATE'],
    check: async () => {
      const account_id = 'large.local';
      const account = {
        amount: '1',
        locked: '0',
        code_hash: hash,
        storage_usage: 0,
        version: 'V1',
      };
      const value = Buffer.alloc(50_001).toString('base64');
      const records = [
        { Account: { account_id, account: { ...account, amount: `${10n ** 24n}` } } },
        { Data: { account_id, data_key: Buffer.from('key').toString('base64'), value } },
      ];
      expect((await ask('sandbox_patch_state', { records })).error).to.equal(undefined);
      const asked = {
        finality: 'final',
        account_id,
        request_type: 'view_state',
        prefix_base64: '',
      };
      const { error } = await ask('query', asked);
      expect(error!.cause.name).to.equal('TOO_LARGE_CONTRACT_STATE');
      expect(error!.cause.info).to.include({ contract_account_id: account_id });
    },
  },
  {
    says: 'a proof of what no block has is answered with UNKNOWN_TRANSACTION_OR_RECEIPT',
    cites: `${cites.rpc}/errors`,
    triggers: ['RpcCause.UNKNOWN_TRANSACTION_OR_RECEIPT'],
    check: async () => {
      const { error } = await ask('light_client_proof', await proofAsked(hash));
      expect(error!.cause.name).to.equal('UNKNOWN_TRANSACTION_OR_RECEIPT');
    },
  },
  {
    says: 'a proof of what no later block has confirmed is answered with NOT_CONFIRMED',
    cites: `${cites.rpc}/errors`,
    triggers: ['RpcCause.NOT_CONFIRMED'],
    check: async () => {
      const { result } = await ask('send_tx', { signed_tx_base64: await payment() });
      const { receipts_outcome } = result as { receipts_outcome: { id: string }[] };
      const id = receipts_outcome.at(-1)!.id;
      // A page elsewhere does not make the node go on.
      const headers = { Origin: 'https://page.example', 'Content-Type': 'application/json' };
      const { error } = await ask('light_client_proof', await proofAsked(id, 'receipt'), headers);
      expect(error!.cause.name).to.equal('NOT_CONFIRMED');
    },
  },
  {
    says: 'broadcast_tx_async answers with the hash alone',
    cites: `${cites.rpc}/transactions`,
    check: async () => {
      const { result } = await ask('broadcast_tx_async', [await payment()]);
      expect(baseDecode(result as unknown as string)).to.have.length(32);
      const told = await ask('tx', { tx_hash: result, sender_account_id: 'local' });
      expect(told.result).to.have.property('status');
    },
  },
  {
    says: 'a sent transaction has its outcome, those of its receipts, and a status',
    cites: `${cites.rpc}/transactions`,
    check: async () => {
      const { result } = await ask('broadcast_tx_commit', [await payment()]);
      expect(result).to.include.keys(
        ...['status', 'transaction', 'transaction_outcome', 'receipts_outcome'],
      );
      expect(result!['status']).to.deep.equal({ SuccessValue: '' });
      const { outcome } = result!['transaction_outcome'] as { outcome: object };
      expect(outcome).to.include.keys(
        ...['logs', 'receipt_ids', 'gas_burnt', 'tokens_burnt', 'executor_id', 'status'],
      );
    },
  },
  {
    says: 'a refused transaction has the refusal in its data',
    cites: `${cites.rpc}/transactions`,
    triggers: ['RpcCause.INVALID_TRANSACTION'],
    check: async () => {
      const bytes = Buffer.from(await payment(), 'base64');
      // The signature comes last.
      bytes[bytes.length - 1]! ^= 1;
      const { error } = await ask('send_tx', { signed_tx_base64: bytes.toString('base64') });
      expect(error!.cause.name).to.equal('INVALID_TRANSACTION');
      expect(error).to.have.deep.property('data', {
        TxExecutionError: { InvalidTxError: 'InvalidSignature' },
      });
    },
  },
];
