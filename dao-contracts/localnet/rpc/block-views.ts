/**
 * Blocks and chunks as clients see them: a block's hash follows from the fields that are shown. What
 * only several validators would fill in is empty.
 */
import { baseDecode, baseEncode } from 'near-api-js';
import { approvalsIn, noHash, randomValueOf, type BlockHeader } from '../runtime/block-header.js';
import type { Chain } from '../runtime/chain.js';
import { gasPriceYocto, latestProtocolVersion, limits } from '../protocol/parameters.js';
import type { Parameters } from './parameters.js';
import { handlerError, parseError } from './rpc-error.js';

const noSignature = `ed25519:${'1'.repeat(64)}`;

/** The block that the request names by `block_id` or `finality`; every block is final at once. */
export function findBlock(chain: Chain, parameters: Parameters, place?: number): BlockHeader {
  const id = parameters.get('block_id', place);
  if (id === undefined || id === null) return chain.head;
  let found: BlockHeader | undefined;
  if (typeof id === 'string') found = chain.history.byHash(id);
  else if (typeof id === 'number') found = chain.history.at(id);
  else throw parseError('"block_id" is neither a height nor a hash');
  if (found) return found;
  throw handlerError('UNKNOWN_BLOCK', { block_reference: { block_id: id } }, `no block ${id}`);
}

/** State is kept for the last block only. */
export function requireHead(chain: Chain, parameters: Parameters): BlockHeader {
  const block = findBlock(chain, parameters);
  if (block.height === chain.head.height) return block;
  throw handlerError(
    'GARBAGE_COLLECTED_BLOCK',
    { block_height: block.height, block_hash: block.hash },
    'the local chain keeps the state of its last block only',
  );
}

export function blockView(chain: Chain, block: BlockHeader): object {
  const { accountId: author } = chain.validator.producer;
  return { author, header: headerView(chain, block), chunks: [chunkHeader(block)] };
}

export function chunkView(chain: Chain, block: BlockHeader): object {
  const { accountId: author } = chain.validator.producer;
  return { author, header: chunkHeader(block), transactions: [], receipts: [] };
}

function headerView({ validator }: Chain, block: BlockHeader): object {
  const signatureText = (bytes: Uint8Array): string => `ed25519:${baseEncode(bytes)}`;
  return {
    height: block.height,
    prev_height: block.previousHeight,
    epoch_id: block.epochId,
    next_epoch_id: block.nextEpochId,
    hash: block.hash,
    prev_hash: block.previousHash,
    prev_state_root: block.stateRoot,
    block_body_hash: noHash,
    chunk_receipts_root: noHash,
    chunk_headers_root: noHash,
    chunk_tx_root: noHash,
    outcome_root: block.outcomeRoot,
    chunks_included: 1,
    challenges_root: noHash,
    timestamp: Number(block.timeNs),
    timestamp_nanosec: `${block.timeNs}`,
    random_value: baseEncode(randomValueOf(block)),
    validator_proposals: [],
    chunk_mask: [true],
    gas_price: `${gasPriceYocto}`,
    block_ordinal: block.ordinal,
    rent_paid: '0',
    validator_reward: '0',
    total_supply: `${block.totalSupplyYocto}`,
    challenges_result: [],
    last_final_block: block.lastFinal,
    last_ds_final_block: block.lastEndorsed,
    next_bp_hash: baseEncode(validator.producersHash),
    block_merkle_root: block.blockMerkleRoot,
    epoch_sync_data_hash: null,
    approvals: approvalsIn(block, validator).map(signatureText),
    signature: signatureText(validator.sign(baseDecode(block.hash))),
    latest_protocol_version: latestProtocolVersion,
    chunk_endorsements: [],
  };
}

function chunkHeader(block: BlockHeader): object {
  return {
    chunk_hash: block.hash,
    prev_block_hash: block.previousHash,
    outcome_root: noHash,
    prev_state_root: block.stateRoot,
    encoded_merkle_root: noHash,
    encoded_length: 0,
    height_created: block.height,
    height_included: block.height,
    shard_id: 0,
    gas_used: 0,
    gas_limit: limits.maxGasBurnt,
    rent_paid: '0',
    validator_reward: '0',
    balance_burnt: '0',
    outgoing_receipts_root: noHash,
    tx_root: noHash,
    validator_proposals: [],
    signature: noSignature,
  };
}
