/**
 * Block headers as the protocol hashes them (nearcore's `block_header.rs`, inner rest of version 5).
 * A header is known before its block is executed: it commits to what the block before has left.
 */
import { baseDecode, baseEncode } from 'near-api-js';
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import {
  blockHashOf,
  concat,
  outcomeRootOf,
  u128,
  u32,
  u64,
  type LiteHeader,
} from '../../client/light-client-format.js';
import { gasPriceYocto, latestProtocolVersion } from '../protocol/parameters.js';
import type { Validator } from './validator.js';

/** Heights; all networks have this number. */
export const epochLength = 43_200;
/** Base58 of 32 zeros: where there is no block, or nothing to hash. */
export const noHash = '1'.repeat(32);
/** Of a block in which nothing was executed. */
export const emptyOutcomeRoot = baseEncode(outcomeRootOf([new Uint8Array(32)]));

export interface BlockHeader {
  readonly height: number;
  /** Base58, like all hashes here. */
  readonly hash: string;
  readonly previousHash: string;
  readonly previousHeight: number;
  readonly timeNs: bigint;
  /** Genesis is 1. */
  readonly ordinal: number;
  readonly epochId: string;
  readonly nextEpochId: string;
  /** Height of the epoch's first block. */
  readonly epochStart: number;
  /** Over all blocks before this one. */
  readonly blockMerkleRoot: string;
  readonly totalSupplyYocto: bigint;
  readonly lastFinal: string;
  readonly lastFinalHeight: number;
  /** The last block that the one after it has endorsed. */
  readonly lastEndorsed: string;
  /** What the block before has left: its state, and what became of what it executed. */
  readonly stateRoot: string;
  readonly outcomeRoot: string;
  /** What this block leaves; the next header says so. */
  readonly left: { readonly stateRoot: string; readonly outcomeRoot: string };
}

/** All but what the block's execution leaves. */
export type NewHeader = Omit<BlockHeader, 'left'>;

export interface HeaderPlace {
  readonly height: number;
  readonly timeNs: bigint;
  readonly totalSupplyYocto: bigint;
  readonly blockMerkleRoot: Uint8Array;
}

export function makeGenesisHeader(place: HeaderPlace, validator: Validator): NewHeader {
  const fields = {
    ...place,
    ...{ previousHash: noHash, previousHeight: 0, ordinal: 1 },
    ...{ epochId: noHash, nextEpochId: noHash, epochStart: place.height },
    ...{ lastFinal: noHash, lastFinalHeight: 0, lastEndorsed: noHash },
    ...{ stateRoot: noHash, outcomeRoot: emptyOutcomeRoot },
    blockMerkleRoot: baseEncode(place.blockMerkleRoot),
  };
  return { ...fields, hash: hashOf(fields, validator) };
}

export function makeHeader(
  previous: BlockHeader,
  place: HeaderPlace,
  validator: Validator,
): NewHeader {
  const { height } = place;
  const isNext = previous.height + 1 === height;
  const isFinal = isNext && previous.lastEndorsed === previous.previousHash;
  const startsEpoch =
    previous.ordinal === 1 || previous.lastFinalHeight + 3 >= previous.epochStart + epochLength;
  const fields = {
    ...place,
    ...{ previousHash: previous.hash, previousHeight: previous.height },
    ordinal: previous.ordinal + 1,
    epochId: startsEpoch ? previous.nextEpochId : previous.epochId,
    nextEpochId: startsEpoch ? previous.hash : previous.nextEpochId,
    epochStart: startsEpoch ? height : previous.epochStart,
    blockMerkleRoot: baseEncode(place.blockMerkleRoot),
    lastFinal: isFinal ? previous.previousHash : previous.lastFinal,
    lastFinalHeight: isFinal ? previous.previousHeight : previous.lastFinalHeight,
    lastEndorsed: isNext ? previous.hash : previous.lastEndorsed,
    ...previous.left,
  };
  return { ...fields, hash: hashOf(fields, validator) };
}

/** What light clients get of a header. */
export function liteHeaderOf(
  header: Omit<BlockHeader, 'hash' | 'left'>,
  validator: Validator,
): LiteHeader {
  return {
    previousHash: baseDecode(header.previousHash),
    innerRestHash: sha256(innerRestBytes(header, validator)),
    innerLite: {
      height: header.height,
      epochId: baseDecode(header.epochId),
      nextEpochId: baseDecode(header.nextEpochId),
      prevStateRoot: baseDecode(header.stateRoot),
      outcomeRoot: baseDecode(header.outcomeRoot),
      timestampNs: header.timeNs,
      nextProducersHash: validator.producersHash,
      blockMerkleRoot: baseDecode(header.blockMerkleRoot),
    },
  };
}

/** Approvals of the block before, by the epoch's block producers: none of what genesis follows. */
export function approvalsIn(
  { previousHash, previousHeight, height, ordinal }: Omit<BlockHeader, 'hash' | 'left'>,
  validator: Validator,
): Uint8Array[] {
  if (ordinal === 1) return [];
  return [validator.approve({ hash: previousHash, height: previousHeight }, height)];
}

/** Nobody draws from it: contracts get their own. */
export function randomValueOf({
  previousHash,
  height,
}: Pick<BlockHeader, 'previousHash' | 'height'>) {
  return sha256(concat([baseDecode(previousHash), u64(height)]));
}

function hashOf(header: Omit<BlockHeader, 'hash' | 'left'>, validator: Validator): string {
  return baseEncode(blockHashOf(liteHeaderOf(header, validator)));
}

/** Roots of chunks are zero: there are none, and what is executed stands in the outcome root. */
function innerRestBytes(
  header: Omit<BlockHeader, 'hash' | 'left'>,
  validator: Validator,
): Uint8Array {
  const zero = new Uint8Array(32);
  const none = u32(0);
  const [body, receipts, chunks, transactions, challenges] = [zero, zero, zero, zero, zero];
  const chunkMask = [u32(1), Uint8Array.of(1)];
  const approvals = approvalsIn(header, validator);
  const some = Uint8Array.of(1);
  const ed25519 = Uint8Array.of(0);
  return concat([
    ...[body, receipts, chunks, transactions, challenges],
    randomValueOf(header),
    none, // Proposals of validators.
    ...chunkMask,
    u128(gasPriceYocto),
    u128(header.totalSupplyYocto),
    none, // Results of challenges.
    baseDecode(header.lastFinal),
    baseDecode(header.lastEndorsed),
    u64(header.ordinal),
    u64(header.previousHeight),
    Uint8Array.of(0), // No hash for epoch sync.
    ...[u32(approvals.length), ...approvals.flatMap((one) => [some, ed25519, one])],
    u32(latestProtocolVersion),
    none, // Endorsements of chunks.
  ]);
}
