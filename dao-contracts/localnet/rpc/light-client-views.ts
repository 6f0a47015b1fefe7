/** Blocks and proofs for light clients (nomicon, "Light Client"). */
import { baseEncode } from 'near-api-js';
import { innerHashOf, type PathItem } from '../../client/light-client-format.js';
import { approvalsIn, liteHeaderOf, type BlockHeader } from '../runtime/block-header.js';
import type { Chain } from '../runtime/chain.js';
import { blockAfter, nextLightBlock } from '../runtime/light-blocks.js';
import type { Outcome } from '../runtime/receipt.js';
import type { Validator } from '../runtime/validator.js';
import type { Parameters } from './parameters.js';
import { handlerError, internalError, parseError, type RpcError } from './rpc-error.js';
import { outcomeView } from './transaction-views.js';

/** Empty where there is no newer block that is final. */
export function nextLightClientBlock(chain: Chain, parameters: Parameters): object {
  const last = knownBlock(chain, parameters.text('last_block_hash', 0));
  const block = nextLightBlock(chain.history, last);
  if (!block) return {};
  const next = chain.history.at(block.height + 1)!;
  const afterNext = chain.history.at(block.height + 2)!;
  return {
    ...liteView(block, chain.validator),
    next_block_inner_hash: baseEncode(innerHashOf(liteHeaderOf(next, chain.validator))),
    next_bps: [producerView(chain.validator)],
    approvals_after_next: approvalsIn(afterNext, chain.validator).map(signatureText),
  };
}

/** That a transaction or receipt had this outcome, by a block that a later one's tree has. */
export function executionProof(chain: Chain, parameters: Parameters): object {
  const type = parameters.text('type');
  if (type !== 'transaction' && type !== 'receipt') throw parseError(`type "${type}" is not known`);
  const isTransaction = type === 'transaction';
  parameters.accountId(isTransaction ? 'sender_id' : 'receiver_id');
  const id = parameters.text(isTransaction ? 'transaction_hash' : 'receipt_id');
  const head = knownBlock(chain, parameters.text('light_client_head'));
  const outcome = chain.transaction(id)?.outcome ?? chain.outcome(id);
  if (!outcome) {
    const info = { transaction_or_receipt_id: id };
    throw handlerError('UNKNOWN_TRANSACTION_OR_RECEIPT', info, `${id} does not exist`);
  }
  return proofOf(chain, outcome, head);
}

/** That a block is an ancestor of another. */
export function blockProof(chain: Chain, parameters: Parameters): object {
  const block = knownBlock(chain, parameters.text('block_hash'));
  const head = knownBlock(chain, parameters.text('light_client_head'));
  return blockProofView(chain, block, head);
}

export function producerView({ producer, publicKey }: Validator): object {
  return {
    validator_stake_struct_version: 'V1',
    account_id: producer.accountId,
    public_key: publicKey,
    stake: `${producer.stakeYocto}`,
  };
}

function proofOf(chain: Chain, outcome: Outcome, head: BlockHeader): object {
  const executed = outcome.block && chain.history.byHash(outcome.block.hash);
  // The header of the next block has the root.
  const carrier = executed && blockAfter(chain.history, executed);
  if (!carrier) {
    const info = { transaction_or_receipt_id: outcome.id };
    throw handlerError('NOT_CONFIRMED', info, `${outcome.id} has not been confirmed`);
  }
  return {
    outcome_proof: { ...outcomeView(outcome), block_hash: carrier.hash },
    outcome_root_proof: [],
    ...blockProofView(chain, carrier, head),
  };
}

function blockProofView(chain: Chain, block: BlockHeader, head: BlockHeader): object {
  if (block.ordinal > head.ordinal) {
    throw internalError(`block ${block.hash} is ahead of head block ${head.hash}`);
  }
  const path = block === head ? [] : chain.history.pathTo(block, head);
  if (!path) throw unknownBlock(block.hash);
  return { block_header_lite: liteView(block, chain.validator), block_proof: path.map(itemView) };
}

function liteView(header: BlockHeader, validator: Validator): object {
  const lite = liteHeaderOf(header, validator);
  return {
    prev_block_hash: header.previousHash,
    inner_rest_hash: baseEncode(lite.innerRestHash),
    inner_lite: {
      height: header.height,
      epoch_id: header.epochId,
      next_epoch_id: header.nextEpochId,
      prev_state_root: header.stateRoot,
      outcome_root: header.outcomeRoot,
      timestamp: Number(header.timeNs),
      timestamp_nanosec: `${header.timeNs}`,
      next_bp_hash: baseEncode(validator.producersHash),
      block_merkle_root: header.blockMerkleRoot,
    },
  };
}

function itemView({ hash, side }: PathItem): object {
  return { hash: baseEncode(hash), direction: side === 'left' ? 'Left' : 'Right' };
}

function signatureText(signature: Uint8Array): string {
  return `ed25519:${baseEncode(signature)}`;
}

function knownBlock(chain: Chain, hash: string): BlockHeader {
  const found = chain.history.byHash(hash);
  if (found) return found;
  throw unknownBlock(hash);
}

function unknownBlock(hash: string): RpcError {
  return handlerError('UNKNOWN_BLOCK', {}, `DB Not Found Error: BLOCK HEADER: ${hash}`);
}
