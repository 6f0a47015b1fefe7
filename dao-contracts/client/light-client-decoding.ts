/**
 * Reads what `next_light_client_block`, `light_client_proof` and `light_client_block_proof` answer.
 * Strict, because whoever hands over evidence may have written it: a value that could be read in two
 * ways, or that is longer than the protocol lets it be, is refused.
 */
import { baseDecode } from 'near-api-js';
import type {
  BlockProducer,
  ExecutionOutcome,
  InnerLite,
  LiteHeader,
  OutcomeStatus,
  PathItem,
} from './light-client-format.js';

/** Evidence that shows nothing; `code` is one of the names in the functions' documentation. */
export class LightClientError extends Error {
  override readonly name = 'LightClientError';

  constructor(
    readonly code: string,
    facts: string,
  ) {
    super(`${code}: ${facts}`);
  }
}

export interface LightBlock extends LiteHeader {
  readonly nextInnerHash: Uint8Array;
  readonly nextProducers: readonly BlockProducer[] | null;
  /** By place in the epoch's list; null where one did not approve. */
  readonly approvals: readonly (Uint8Array | null)[];
}

export interface ExecutionProof {
  readonly outcome: ExecutionOutcome;
  /** The block that the outcome is said to stand in. */
  readonly blockHash: Uint8Array;
  readonly outcomePath: readonly PathItem[];
  readonly shardPath: readonly PathItem[];
  readonly header: LiteHeader;
  readonly blockPath: readonly PathItem[];
}

/** A tree of 2^64 leaves is no deeper. */
const pathMax = 64;
/** Ten times what mainnet has. */
const producersMax = 1_000;
/** Receipts, or log lines, of one receipt with its 100 actions: far above what gas pays for. */
const listMax = 100_000;

export function decodeLightBlock(json: unknown): LightBlock {
  const it = fields(json, 'the block');
  const producers = it['next_bps'] ?? null;
  return {
    ...decodeLiteHeader(json),
    nextInnerHash: hash(it['next_block_inner_hash'], 'next_block_inner_hash'),
    nextProducers: producers === null ? null : decodeProducers(producers),
    approvals: list(it['approvals_after_next'], 'approvals_after_next', 2 * producersMax).map(
      (one) => (one === null ? null : ed25519(one, 64, 'an approval')),
    ),
  };
}

/** The header of a `LightClientBlockView`, or of a proof's `block_header_lite`. */
export function decodeLiteHeader(json: unknown): LiteHeader {
  const it = fields(json, 'the header');
  return {
    previousHash: hash(it['prev_block_hash'], 'prev_block_hash'),
    innerRestHash: hash(it['inner_rest_hash'], 'inner_rest_hash'),
    innerLite: decodeInnerLite(it['inner_lite']),
  };
}

export function decodeProducers(json: unknown): BlockProducer[] {
  return list(json, 'the block producers', producersMax).map((one) => {
    const it = fields(one, 'a block producer');
    const version = it['validator_stake_struct_version'] ?? 'V1';
    if (version !== 'V1') bad(`a block producer of version ${JSON.stringify(version)}`);
    return {
      accountId: text(it['account_id'], 'account_id'),
      publicKey: ed25519(it['public_key'], 32, 'a public key'),
      stakeYocto: amount(it['stake'], 128, 'stake'),
    };
  });
}

export function decodeExecutionProof(json: unknown): ExecutionProof {
  const it = fields(json, 'the proof');
  const proven = fields(it['outcome_proof'], 'outcome_proof');
  return {
    outcome: decodeOutcome(proven),
    blockHash: hash(proven['block_hash'], 'block_hash'),
    outcomePath: decodePath(proven['proof'], 'outcome_proof.proof'),
    shardPath: decodePath(it['outcome_root_proof'], 'outcome_root_proof'),
    ...decodeBlockProof(json),
  };
}

export function decodeBlockProof(json: unknown): Pick<ExecutionProof, 'header' | 'blockPath'> {
  const it = fields(json, 'the proof');
  return {
    header: decodeLiteHeader(it['block_header_lite']),
    blockPath: decodePath(it['block_proof'], 'block_proof'),
  };
}

export function decodeHash(json: unknown): Uint8Array {
  return hash(json, 'the hash');
}

function decodeInnerLite(json: unknown): InnerLite {
  const it = fields(json, 'inner_lite');
  return {
    height: height(it['height']),
    epochId: hash(it['epoch_id'], 'epoch_id'),
    nextEpochId: hash(it['next_epoch_id'], 'next_epoch_id'),
    prevStateRoot: hash(it['prev_state_root'], 'prev_state_root'),
    outcomeRoot: hash(it['outcome_root'], 'outcome_root'),
    // As a number it has lost digits; nodes that send no other form send it as a text.
    timestampNs: amount(it['timestamp_nanosec'] ?? it['timestamp'], 64, 'timestamp_nanosec'),
    nextProducersHash: hash(it['next_bp_hash'], 'next_bp_hash'),
    blockMerkleRoot: hash(it['block_merkle_root'], 'block_merkle_root'),
  };
}

function decodeOutcome(proven: Record<string, unknown>): ExecutionOutcome {
  const it = fields(proven['outcome'], 'outcome');
  const gas = it['gas_burnt'];
  if (typeof gas !== 'number' || !Number.isSafeInteger(gas) || gas < 0) bad('gas_burnt');
  return {
    id: hash(proven['id'], 'id'),
    receiptIds: list(it['receipt_ids'], 'receipt_ids', listMax).map((id) =>
      hash(id, 'receipt_ids'),
    ),
    gasBurnt: BigInt(gas as number),
    tokensBurntYocto: amount(it['tokens_burnt'], 128, 'tokens_burnt'),
    executorId: text(it['executor_id'], 'executor_id'),
    status: decodeStatus(it['status']),
    logs: list(it['logs'], 'logs', listMax).map((log) => text(log, 'logs')),
  };
}

function decodeStatus(json: unknown): OutcomeStatus {
  if (json === 'Unknown') return { kind: 'unknown' };
  const entries = Object.entries(fields(json, 'status'));
  const [name, value] = entries[0] ?? [];
  if (entries.length === 1 && name === 'Failure') return { kind: 'failure' };
  if (entries.length === 1 && name === 'SuccessReceiptId') {
    return { kind: 'receipt', receiptId: hash(value, 'SuccessReceiptId') };
  }
  if (entries.length === 1 && name === 'SuccessValue') {
    return { kind: 'value', value: base64(value) };
  }
  return bad('status');
}

function decodePath(json: unknown, name: string): PathItem[] {
  return list(json, name, pathMax).map((one) => {
    const it = fields(one, name);
    const { direction } = it;
    if (direction !== 'Left' && direction !== 'Right') bad(`a direction in ${name}`);
    return { hash: hash(it['hash'], name), side: direction === 'Left' ? 'left' : 'right' };
  });
}

function fields(json: unknown, name: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) bad(name);
  return json as Record<string, unknown>;
}

function list(json: unknown, name: string, max: number): unknown[] {
  if (!Array.isArray(json) || json.length > max) bad(name);
  return json as unknown[];
}

function text(json: unknown, name: string): string {
  // A lone surrogate would be hashed as something else.
  if (typeof json !== 'string' || /\p{Surrogate}/u.test(json)) bad(name);
  return json as string;
}

function height(json: unknown): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < 0) bad('height');
  return json as number;
}

function amount(json: unknown, bits: number, name: string): bigint {
  if (typeof json !== 'string' || !/^(0|[1-9]\d{0,38})$/.test(json)) bad(name);
  const value = BigInt(json as string);
  if (value >= 1n << BigInt(bits)) bad(name);
  return value;
}

function hash(json: unknown, name: string): Uint8Array {
  return base58(json, 32, name);
}

function ed25519(json: unknown, length: number, name: string): Uint8Array {
  const prefix = 'ed25519:';
  if (typeof json !== 'string' || !json.startsWith(prefix)) bad(name);
  return base58((json as string).slice(prefix.length), length, name);
}

function base58(json: unknown, length: number, name: string): Uint8Array {
  // 64 bytes are at most 88 digits; decoding takes the square of their number.
  if (typeof json !== 'string' || json.length > 88) bad(name);
  let bytes: Uint8Array;
  try {
    bytes = baseDecode(json as string);
  } catch {
    return bad(name);
  }
  return bytes.length === length ? bytes : bad(name);
}

function base64(json: unknown): Uint8Array {
  if (typeof json !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(json)) bad('SuccessValue');
  let binary: string;
  try {
    binary = atob(json as string);
  } catch {
    return bad('SuccessValue');
  }
  // The last digit may hold bits that nobody reads: then this is another text of the same bytes.
  if (btoa(binary) !== json) bad('SuccessValue');
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function bad(name: string): never {
  throw new LightClientError(
    'BAD_EVIDENCE',
    `${name} is missing or not what the protocol has there`,
  );
}
