/** The JSON-RPC methods of the node, by name. */
import { publicKeyText } from '../keys.js';
import {
  gasPriceYocto,
  latestProtocolVersion,
  limits,
  protocolVersion,
} from '../protocol/parameters.js';
import { epochLength } from '../runtime/block-header.js';
import type { Chain } from '../runtime/chain.js';
import { InvalidTransaction } from '../runtime/charge-transaction.js';
import { blockNs } from '../runtime/clock.js';
import { DecodeError } from '../runtime/transaction.js';
import type { ActionReceipt } from '../runtime/receipt.js';
import { blockView, chunkView, findBlock } from './block-views.js';
import { changes, changesInBlock } from './change-views.js';
import {
  blockProof,
  executionProof,
  nextLightClientBlock,
  producerView,
} from './light-client-views.js';
import type { Parameters } from './parameters.js';
import { protocolConfig } from './protocol-config.js';
import { query } from './query.js';
import { handlerError, invalidTransaction, methodNotFound, parseError } from './rpc-error.js';
import { patchState } from './state-records.js';
import { receiptView, receiptsOf, transactionView } from './transaction-views.js';

type Method = (chain: Chain, parameters: Parameters) => unknown;

/** How long a request waits for its transaction before it says so. */
const waitMs = 60_000;
/** Ten years: beyond, timestamps would leave the range of clients' numbers. */
const forwardMsMax = 315_360_000_000;
const forwardHeightMax = 100_000_000;

/** Refused to pages of other machines. */
export const localMethods = new Set(['sandbox_fast_forward', 'sandbox_patch_state']);
/** Asked from this machine, they bring the blocks that make what was executed final. */
export const finalMethods = new Set([
  'next_light_client_block',
  'light_client_proof',
  'EXPERIMENTAL_light_client_proof',
  'EXPERIMENTAL_light_client_block_proof',
]);

const methods: Readonly<Record<string, Method>> = {
  query,
  block: (chain, parameters) => blockView(chain, findBlock(chain, parameters, 0)),
  chunk: (chain, parameters) => {
    const id = parameters.get('chunk_id', 0) ?? parameters.get('block_id');
    const shard = parameters.get('shard_id', 1) ?? 0;
    if (shard !== 0) {
      const said = `Shard id ${JSON.stringify(shard)} does not exist`;
      throw handlerError('INVALID_SHARD_ID', { shard_id: shard }, said);
    }
    const block = typeof id === 'string' ? chain.history.byHash(id) : chain.head;
    if (!block) throw handlerError('UNKNOWN_CHUNK', { chunk_hash: id }, `no chunk ${String(id)}`);
    return chunkView(chain, block);
  },
  status,
  gas_price: () => ({ gas_price: `${gasPriceYocto}` }),
  validators,
  EXPERIMENTAL_validators_ordered: (chain) => [producerView(chain.validator)],
  health: () => null,
  network_info: () => ({ active_peers: [], num_active_peers: 0, known_producers: [] }),
  EXPERIMENTAL_protocol_config: (chain) => protocolConfig(chain),
  EXPERIMENTAL_changes: changes,
  EXPERIMENTAL_changes_in_block: changesInBlock,
  EXPERIMENTAL_receipt: (chain, parameters) => {
    const id = parameters.text('receipt_id');
    const receipt = chain.world.record<ActionReceipt>(`receipt/${id}`);
    if (receipt) return receiptView(receipt);
    throw handlerError('UNKNOWN_RECEIPT', { receipt_id: id }, `no receipt ${id}`);
  },
  send_tx: (chain, parameters) =>
    send(chain, parameters.bytes('signed_tx_base64', 0), waitUntil(parameters, 1)),
  broadcast_tx_commit: (chain, parameters) =>
    send(chain, parameters.bytes('signed_tx_base64', 0), 'executed'),
  broadcast_tx_async: (chain, parameters) => submit(chain, parameters.bytes('signed_tx_base64', 0)),
  tx: (chain, parameters) => transactionStatus(chain, parameters, false),
  EXPERIMENTAL_tx_status: (chain, parameters) => transactionStatus(chain, parameters, true),
  next_light_client_block: nextLightClientBlock,
  light_client_proof: executionProof,
  EXPERIMENTAL_light_client_proof: executionProof,
  EXPERIMENTAL_light_client_block_proof: blockProof,
  sandbox_fast_forward: fastForward,
  sandbox_patch_state: patchState,
  localnet_supply: (chain) => {
    const { totalSupply, burnt, accountsTotal, inFlight } = chain.ledger.supply();
    return {
      totalSupply: `${totalSupply}`,
      burnt: `${burnt}`,
      accountsTotal: `${accountsTotal}`,
      inFlight: `${inFlight}`,
    };
  },
};

/** Answers one request, or throws an `RpcError`. */
export async function answer(
  chain: Chain,
  method: string,
  parameters: Parameters,
): Promise<unknown> {
  const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (!found) throw methodNotFound(method);
  chain.requireSound();
  return found(chain, parameters);
}

function validators(chain: Chain): object {
  const { head, validator } = chain;
  const known = producerView(validator);
  const produced = head.ordinal;
  const current = {
    ...known,
    is_slashed: false,
    shards: [0],
    shards_produced: [0],
    num_produced_blocks: produced,
    num_expected_blocks: produced,
    num_produced_chunks: produced,
    num_expected_chunks: produced,
    num_produced_endorsements: 0,
    num_expected_endorsements: 0,
  };
  return {
    current_validators: [current],
    next_validators: [{ ...known, shards: [0] }],
    current_fishermen: [],
    next_fishermen: [],
    current_proposals: [],
    prev_epoch_kickout: [],
    epoch_start_height: head.epochStart,
    epoch_height: Math.floor(head.height / epochLength),
  };
}

function status(chain: Chain): object {
  const textOf = (timeNs: bigint): string => new Date(Number(timeNs / 1_000_000n)).toISOString();
  return {
    version: { version: 'commonweights-localnet', build: '0', rustc_version: '' },
    chain_id: 'localnet',
    genesis_hash: chain.genesis.hash,
    protocol_version: protocolVersion,
    latest_protocol_version: latestProtocolVersion,
    rpc_addr: chain.servedOn,
    validators: [{ account_id: chain.validator.producer.accountId, is_slashed: false }],
    sync_info: {
      latest_block_hash: chain.head.hash,
      latest_block_height: chain.head.height,
      latest_state_root: chain.head.left.stateRoot,
      latest_block_time: textOf(chain.viewNow().timeNs),
      syncing: false,
      earliest_block_hash: chain.genesis.hash,
      earliest_block_height: chain.genesis.height,
      earliest_block_time: textOf(chain.genesis.timeNs),
      epoch_id: chain.head.epochId,
      epoch_start_height: chain.head.epochStart,
    },
    validator_account_id: chain.validator.producer.accountId,
    validator_public_key: chain.validator.publicKey,
    node_public_key: publicKeyText(new Uint8Array(32)),
    node_key: null,
    uptime_sec: 0,
    detailed_debug_status: null,
  };
}

type Wait = 'none' | 'included' | 'executed';

function waitUntil(parameters: Parameters, place?: number): Wait {
  const level = parameters.optionalText('wait_until', place) ?? 'EXECUTED_OPTIMISTIC';
  if (level === 'NONE') return 'none';
  if (level === 'INCLUDED' || level === 'INCLUDED_FINAL') return 'included';
  if (['EXECUTED_OPTIMISTIC', 'EXECUTED', 'FINAL'].includes(level)) return 'executed';
  throw parseError(`wait_until "${level}" is not known`);
}

function submit(chain: Chain, bytes: Uint8Array): string {
  // A transaction may be larger than the limit by what only its refusal needs to see.
  if (bytes.length > limits.maxTransactionBytes * 2) throw parseError('the transaction is too big');
  try {
    return chain.submit(bytes).hash;
  } catch (error) {
    throw refusal(error);
  }
}

async function send(chain: Chain, bytes: Uint8Array, until: Wait): Promise<unknown> {
  const hash = submit(chain, bytes);
  if (until === 'none') return { final_execution_status: 'NONE' };
  return outcome(chain, hash, until, false);
}

async function transactionStatus(
  chain: Chain,
  parameters: Parameters,
  withReceipts: boolean,
): Promise<unknown> {
  const signed = parameters.optionalText('signed_tx_base64');
  const until = waitUntil(parameters, 2);
  const hash = signed
    ? submit(chain, parameters.bytes('signed_tx_base64'))
    : parameters.text('tx_hash', 0);
  if (!chain.transaction(hash) && !chain.isWaiting(hash)) {
    const said = `Transaction ${hash} doesn't exist`;
    throw handlerError('UNKNOWN_TRANSACTION', { requested_transaction_hash: hash }, said);
  }
  return outcome(chain, hash, until, withReceipts);
}

async function outcome(
  chain: Chain,
  hash: string,
  until: Wait,
  withReceipts: boolean,
): Promise<unknown> {
  if (until !== 'none') await waitFor(chain, hash, until);
  const record = chain.transaction(hash);
  if (!record) return { final_execution_status: 'NONE' };
  const view = transactionView(chain, record);
  return withReceipts ? { ...view, receipts: receiptsOf(chain, record) } : view;
}

async function waitFor(chain: Chain, hash: string, until: 'included' | 'executed'): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), waitMs);
  });
  try {
    const first = await Promise.race([chain.wait(hash, until), late]);
    if (first === 'late') throw handlerError('TIMEOUT_ERROR', {}, `${hash} is not done yet`);
  } catch (error) {
    throw refusal(error);
  } finally {
    clearTimeout(timer);
  }
}

function refusal(error: unknown): unknown {
  if (error instanceof InvalidTransaction) return invalidTransaction(error);
  if (error instanceof DecodeError) return parseError(error.message);
  return error;
}

function fastForward(chain: Chain, parameters: Parameters): object {
  const heightDelta = parameters.optionalCount('delta_height', forwardHeightMax);
  const durationMs = parameters.optionalCount('duration', forwardMsMax);
  if ((heightDelta === undefined) === (durationMs === undefined)) {
    throw parseError('give either "delta_height" (blocks) or "duration" (ms)');
  }
  if (heightDelta !== undefined) chain.fastForward(BigInt(heightDelta) * blockNs, heightDelta);
  else chain.fastForward(BigInt(durationMs!) * 1_000_000n, 1);
  return {};
}
