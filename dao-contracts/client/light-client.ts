/**
 * A light client of NEAR: what a trusted block and evidence from anybody prove, by the algorithm of
 * the protocol's specification (nomicon, "Light Client"). It asks nobody, so that a release can be
 * verified without a network: a pure function of the evidence.
 *
 * All trust is in one hash. It may name any final block; what follows in its epoch needs the epoch's
 * block producers to be trusted too, what follows from the next epoch on does not.
 *
 * Laws, tested as properties: whatever the embedded node answers verifies; with any byte of it changed
 * nothing, or exactly the same, is proven.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { baseEncode } from 'near-api-js';
import {
  decodeBlockProof,
  decodeExecutionProof,
  decodeHash,
  decodeLightBlock,
  decodeLiteHeader,
  decodeProducers,
  LightClientError,
  type LightBlock,
} from './light-client-decoding.js';
import {
  blockHashOf,
  endorsementBytes,
  joinHashes,
  outcomeLeafOf,
  outcomeRootOf,
  producersHashOf,
  rootOfPath,
  type BlockProducer,
  type ExecutionOutcome,
  type LiteHeader,
  type PathItem,
} from './light-client-format.js';

export { LightClientError } from './light-client-decoding.js';

/** What is trusted by now. Never changed: advancing makes another. */
export interface LightClient {
  readonly headHash: string;
  readonly head: LiteHeader;
  /** By epoch id, of the head's epoch and the one after it, where known. */
  readonly producers: ReadonlyMap<string, readonly BlockProducer[]>;
}

export interface ProvenBlock {
  readonly hash: string;
  readonly height: number;
  readonly timestampNs: bigint;
}

/** Ids are base58, as everywhere; gas and tokens as burnt by this execution alone. */
export interface ProvenExecution {
  readonly id: string;
  readonly executorId: string;
  readonly receiptIds: readonly string[];
  readonly logs: readonly string[];
  readonly gasBurnt: bigint;
  readonly tokensBurntYocto: bigint;
  /** Of a failure, no reason is proven. */
  readonly status: ProvenStatus;
  /** The block that carries the outcome: the one after that of the execution. */
  readonly block: ProvenBlock;
}

export type ProvenStatus =
  | { readonly kind: 'unknown' | 'failure' }
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'receipt'; readonly receiptId: string };

/**
 * Begins at the block of `trustedHash`. `header` is its `LightClientBlockLiteView`; `nextProducers` the
 * `next_bps` that it commits to; `producers` those of its own epoch, which nothing here can check.
 * Errors: `BAD_EVIDENCE`, `OTHER_BLOCK` (of another hash), `OTHER_PRODUCERS` (of another hash than the
 * block names).
 */
export function startLightClient(it: {
  readonly trustedHash: string;
  readonly header: unknown;
  readonly nextProducers?: unknown;
  readonly producers?: unknown;
}): LightClient {
  const trustedHash = baseEncode(decodeHash(it.trustedHash));
  const head = decodeLiteHeader(it.header);
  const headHash = baseEncode(blockHashOf(head));
  if (headHash !== trustedHash) {
    refuse('OTHER_BLOCK', `the header is that of ${headHash}, not of ${trustedHash}`);
  }
  const producers = new Map<string, readonly BlockProducer[]>();
  const { epochId, nextEpochId } = head.innerLite;
  if (it.producers !== undefined) producers.set(nameOf(epochId), decodeProducers(it.producers));
  if (it.nextProducers !== undefined) {
    const next = decodeProducers(it.nextProducers);
    requireProducers(head, next);
    producers.set(nameOf(nextEpochId), next);
  }
  return { headHash, head, producers };
}

/**
 * Follows the chain to the block of a `LightClientBlockView`. Errors: `BAD_EVIDENCE`; `NOT_NEWER`;
 * `OTHER_EPOCH` (neither the head's nor the next); `NO_PRODUCERS` (those of its epoch are not known, or
 * those of the next are not given where it begins one); `OTHER_PRODUCERS`; `BAD_APPROVAL`;
 * `FEW_APPROVALS` (of no more than two thirds of the stake).
 */
export function advanceLightClient(client: LightClient, block: unknown): LightClient {
  const next = decodeLightBlock(block);
  const { innerLite: old } = client.head;
  const { innerLite } = next;
  if (innerLite.height <= old.height) {
    refuse('NOT_NEWER', `block ${innerLite.height} does not come after block ${old.height}`);
  }
  const epoch = nameOf(innerLite.epochId);
  const isNextEpoch = epoch === nameOf(old.nextEpochId);
  if (!isNextEpoch && epoch !== nameOf(old.epochId)) {
    refuse('OTHER_EPOCH', `block ${innerLite.height} is of epoch ${epoch}; fetch one in between`);
  }
  if (isNextEpoch && !next.nextProducers) {
    refuse(
      'NO_PRODUCERS',
      `block ${innerLite.height} begins an epoch without the producers after it`,
    );
  }
  const approvers = client.producers.get(epoch);
  if (!approvers) refuse('NO_PRODUCERS', `the block producers of epoch ${epoch} are not known`);
  const hash = blockHashOf(next);
  requireApprovals(next, hash, approvers);
  const producers = new Map([[epoch, approvers]]);
  const nextEpoch = nameOf(innerLite.nextEpochId);
  if (next.nextProducers) {
    requireProducers(next, next.nextProducers);
    producers.set(nextEpoch, next.nextProducers);
  } else {
    const known = client.producers.get(nextEpoch);
    if (known) producers.set(nextEpoch, known);
  }
  const { previousHash, innerRestHash } = next;
  const head = { previousHash, innerLite, innerRestHash };
  return { headHash: baseEncode(hash), head, producers };
}

/** Hash and height that a `LightClientBlockView` has, whoever approved it. Error: `BAD_EVIDENCE`. */
export function identifyBlock(block: unknown): { hash: string; height: number } {
  const header = decodeLiteHeader(block);
  return { hash: nameOf(blockHashOf(header)), height: header.innerLite.height };
}

/**
 * What an answer of `light_client_block_proof` proves: that a block is an ancestor of the head, or the
 * head. Errors: `BAD_EVIDENCE`, `NOT_UNDER_HEAD`.
 */
export function proveBlock(client: LightClient, proof: unknown): ProvenBlock {
  const { header, blockPath } = decodeBlockProof(proof);
  return requireUnderHead(client, header, blockPath);
}

/**
 * What an answer of `light_client_proof` proves of the transaction or receipt `id`. Errors:
 * `BAD_EVIDENCE`; `OTHER_EXECUTION` (it is about another id); `NOT_IN_BLOCK` (the block commits to
 * other outcomes); `NOT_UNDER_HEAD`.
 */
export function proveExecution(client: LightClient, id: string, proof: unknown): ProvenExecution {
  const { outcome, outcomePath, shardPath, blockHash, header, blockPath } =
    decodeExecutionProof(proof);
  const block = requireUnderHead(client, header, blockPath);
  const shown = nameOf(outcome.id);
  if (shown !== id) refuse('OTHER_EXECUTION', `the proof is about ${shown}, not ${id}`);
  const shardRoot = rootOfPath(outcomeLeafOf(outcome), outcomePath);
  const root = rootOfPath(outcomeRootOf([shardRoot]), shardPath);
  const isCarried = nameOf(root) === nameOf(header.innerLite.outcomeRoot);
  if (!isCarried || nameOf(blockHash) !== block.hash) {
    refuse('NOT_IN_BLOCK', `block ${block.hash} does not carry this outcome of ${id}`);
  }
  return { ...provenOf(outcome), block };
}

function provenOf(outcome: ExecutionOutcome): Omit<ProvenExecution, 'block'> {
  const { id, executorId, receiptIds, logs, gasBurnt, tokensBurntYocto, status } = outcome;
  return {
    ...{ executorId, logs, gasBurnt, tokensBurntYocto },
    id: nameOf(id),
    receiptIds: receiptIds.map(nameOf),
    status:
      status.kind === 'receipt' ? { kind: 'receipt', receiptId: nameOf(status.receiptId) } : status,
  };
}

/** The head itself is trusted; its tree has only the blocks before it. */
function requireUnderHead(
  client: LightClient,
  header: LiteHeader,
  path: readonly PathItem[],
): ProvenBlock {
  const raw = blockHashOf(header);
  const hash = nameOf(raw);
  const isHead = hash === client.headHash && path.length === 0;
  const root = nameOf(client.head.innerLite.blockMerkleRoot);
  if (!isHead && nameOf(rootOfPath(raw, path)) !== root) {
    refuse('NOT_UNDER_HEAD', `block ${hash} is not shown to come before ${client.headHash}`);
  }
  const { height, timestampNs } = header.innerLite;
  return { hash, height, timestampNs };
}

function requireProducers(header: LiteHeader, producers: readonly BlockProducer[]): void {
  const named = nameOf(header.innerLite.nextProducersHash);
  const shown = nameOf(producersHashOf(producers));
  if (named !== shown) {
    refuse('OTHER_PRODUCERS', `the block names ${named} for the next epoch, the list is ${shown}`);
  }
}

/** Approvals of the block after the next make a block final. A list may go on with the next epoch's. */
function requireApprovals(
  block: LightBlock,
  hash: Uint8Array,
  producers: readonly BlockProducer[],
): void {
  const { height } = block.innerLite;
  const message = endorsementBytes(joinHashes(block.nextInnerHash, hash), height + 2);
  let approvedYocto = 0n;
  let totalYocto = 0n;
  producers.forEach(({ accountId, publicKey, stakeYocto }, place) => {
    totalYocto += stakeYocto;
    const signature = block.approvals[place];
    if (!signature) return;
    if (!isSigned(signature, message, publicKey)) {
      refuse('BAD_APPROVAL', `${accountId} did not sign the approval of block ${height + 1}`);
    }
    approvedYocto += stakeYocto;
  });
  if (3n * approvedYocto <= 2n * totalYocto) {
    refuse('FEW_APPROVALS', `${approvedYocto} of ${totalYocto} yoctoNEAR approved; over 2/3 must`);
  }
}

function isSigned(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

function nameOf(hash: Uint8Array): string {
  return baseEncode(hash);
}

function refuse(code: string, facts: string): never {
  throw new LightClientError(code, facts);
}
