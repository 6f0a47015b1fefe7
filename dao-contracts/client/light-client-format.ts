/**
 * What NEAR hashes and signs so that a light client can follow it (nomicon, "Light Client"; nearcore's
 * `block_header.rs`, `merkle.rs` and `transaction.rs`): headers, block producers, approvals, outcomes,
 * and Merkle trees, which here have no prefixes and let an odd last node move up unchanged. Shared by
 * the verifier and by the embedded node, and held to blocks of mainnet by the verifier's tests.
 */
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';

export interface InnerLite {
  readonly height: number;
  readonly epochId: Uint8Array;
  readonly nextEpochId: Uint8Array;
  readonly prevStateRoot: Uint8Array;
  readonly outcomeRoot: Uint8Array;
  readonly timestampNs: bigint;
  readonly nextProducersHash: Uint8Array;
  readonly blockMerkleRoot: Uint8Array;
}

/** What of a block its hash follows from. */
export interface LiteHeader {
  readonly previousHash: Uint8Array;
  readonly innerLite: InnerLite;
  readonly innerRestHash: Uint8Array;
}

/** Who may approve the blocks of an epoch. */
export interface BlockProducer {
  readonly accountId: string;
  /** Ed25519, 32 bytes: no other curve may stake. */
  readonly publicKey: Uint8Array;
  readonly stakeYocto: bigint;
}

/** What is proven of an execution: not why it failed. */
export type OutcomeStatus =
  | { readonly kind: 'unknown' | 'failure' }
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'receipt'; readonly receiptId: Uint8Array };

/** What became of a transaction or a receipt. */
export interface ExecutionOutcome {
  readonly id: Uint8Array;
  readonly receiptIds: readonly Uint8Array[];
  readonly gasBurnt: bigint;
  readonly tokensBurntYocto: bigint;
  readonly executorId: string;
  readonly status: OutcomeStatus;
  readonly logs: readonly string[];
}

export interface PathItem {
  readonly hash: Uint8Array;
  /** On which side of the node so far this sibling stands. */
  readonly side: 'left' | 'right';
}

const utf8 = new TextEncoder();

export function joinHashes(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat([left, right]));
}

export function innerLiteBytes(it: InnerLite): Uint8Array {
  return concat([
    u64(it.height),
    it.epochId,
    it.nextEpochId,
    it.prevStateRoot,
    it.outcomeRoot,
    u64(it.timestampNs),
    it.nextProducersHash,
    it.blockMerkleRoot,
  ]);
}

/** What a block's hash is made of, besides the block before it. */
export function innerHashOf({ innerLite, innerRestHash }: Omit<LiteHeader, 'previousHash'>) {
  return joinHashes(sha256(innerLiteBytes(innerLite)), innerRestHash);
}

export function blockHashOf(header: LiteHeader): Uint8Array {
  return joinHashes(innerHashOf(header), header.previousHash);
}

export function producersHashOf(producers: readonly BlockProducer[]): Uint8Array {
  const versionOne = Uint8Array.of(0);
  const ed25519 = Uint8Array.of(0);
  const list = producers.flatMap(({ accountId, publicKey, stakeYocto }) => [
    ...[versionOne, text(accountId), ed25519, publicKey, u128(stakeYocto)],
  ]);
  return sha256(concat([u32(producers.length), ...list]));
}

/** Signed by those who approve the block `parentHash` in a block at the next height, `targetHeight`. */
export function endorsementBytes(parentHash: Uint8Array, targetHeight: number): Uint8Array {
  return concat([Uint8Array.of(0), parentHash, u64(targetHeight)]);
}

/** Signed instead where heights between the parent's and the block's have no block. */
export function skipBytes(parentHeight: number, targetHeight: number): Uint8Array {
  return concat([Uint8Array.of(1), u64(parentHeight), u64(targetHeight)]);
}

/** An outcome's leaf in the tree of its block's outcomes. */
export function outcomeLeafOf(it: ExecutionOutcome): Uint8Array {
  const partial = concat([
    ...[u32(it.receiptIds.length), ...it.receiptIds],
    ...[u64(it.gasBurnt), u128(it.tokensBurntYocto), text(it.executorId)],
    statusBytes(it.status),
  ]);
  const logs = it.logs.map((log) => sha256(utf8.encode(log)));
  const hashes = [it.id, sha256(partial), ...logs];
  return sha256(concat([u32(hashes.length), ...hashes]));
}

/** Of the outcomes of each shard, the block's. */
export function outcomeRootOf(shardRoots: readonly Uint8Array[]): Uint8Array {
  return treeOf(shardRoots.map((root) => sha256(root))).root;
}

/** Where a leaf leads along its siblings, from the lowest up. */
export function rootOfPath(leaf: Uint8Array, path: readonly PathItem[]): Uint8Array {
  return path.reduce(
    (node, { hash, side }) => (side === 'left' ? joinHashes(hash, node) : joinHashes(node, hash)),
    leaf,
  );
}

/** The root over the leaves, and each leaf's path to it. The root of nothing is zero. */
export function treeOf(leaves: readonly Uint8Array[]): { root: Uint8Array; paths: PathItem[][] } {
  const paths = leaves.map((): PathItem[] => []);
  let level = [...leaves];
  for (let height = 0; level.length > 1; height++) {
    paths.forEach((path, leaf) => {
      const at = Math.floor(leaf / 2 ** height);
      const hash = level[at ^ 1];
      if (hash) path.push({ hash, side: at % 2 === 1 ? 'left' : 'right' });
    });
    const below = level;
    level = [];
    for (let i = 0; i < below.length; i += 2) {
      const right = below[i + 1];
      level.push(right ? joinHashes(below[i]!, right) : below[i]!);
    }
  }
  return { root: level[0] ?? new Uint8Array(32), paths };
}

function statusBytes(status: OutcomeStatus): Uint8Array {
  switch (status.kind) {
    case 'unknown':
      return Uint8Array.of(0);
    case 'failure':
      return Uint8Array.of(1);
    case 'value':
      return concat([Uint8Array.of(2), u32(status.value.length), status.value]);
    case 'receipt':
      return concat([Uint8Array.of(3), status.receiptId]);
  }
}

/** Borsh: numbers are little-endian, lists and texts have their length before them. */
export function u32(value: number): Uint8Array {
  return littleEndian(BigInt(value), 4);
}

export function u64(value: number | bigint): Uint8Array {
  return littleEndian(BigInt(value), 8);
}

export function u128(value: bigint): Uint8Array {
  return littleEndian(value, 16);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function text(value: string): Uint8Array {
  const bytes = utf8.encode(value);
  return concat([u32(bytes.length), bytes]);
}

function littleEndian(value: bigint, length: number): Uint8Array {
  if (value < 0n || value >= 1n << BigInt(8 * length)) {
    throw new RangeError(`${value} does not fit ${length} bytes`);
  }
  const bytes = new Uint8Array(length);
  for (let at = 0, rest = value; at < length; at++, rest >>= 8n) bytes[at] = Number(rest & 255n);
  return bytes;
}
