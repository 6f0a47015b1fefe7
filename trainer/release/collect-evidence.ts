/**
 * Asks a node for what proves, to a light client, that the DAO decided on a release: the outcomes of a
 * transaction's receipts at the DAO's account, and the blocks that lead from a head to them. The node is
 * not trusted: whoever verifies checks all of it, and so does whoever collects it.
 */
import { identifyBlock } from '@commonweights/dao-contracts/client/light-client.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { isVoteOn } from './decision-events.js';
import type { EvidenceEntry } from './evidence-bundle.js';
import type { TrustedHead } from './decision-proof.js';
import { WALK_BLOCKS_MAX } from './limits.js';

export type AskNode = (method: string, params: object) => Promise<unknown>;

export interface CollectedEvidence {
  /** The head that it begins at. */
  readonly head: string;
  readonly entries: readonly EvidenceEntry[];
}

/**
 * `transaction`: that executed the proposal, voted on it, revoked the release, or stated something of it.
 * `head`: a block that
 * verifiers trust, before the decision or after it; without one, a block soon after it becomes one that
 * can be trusted. Errors: `NOT_FINAL_YET`, `NO_DECISION`, `HEAD_TOO_OLD`, and those of the node.
 */
export async function collectEvidence(it: {
  readonly ask: AskNode;
  readonly contract: string;
  readonly manifest: Digest;
  readonly transaction: string;
  /** That decided on the release; votes on others are none of its evidence. */
  readonly proposal: number;
  readonly head?: string;
}): Promise<CollectedEvidence> {
  const { ask, contract, transaction, head } = it;
  const receipts = await receiptsOf(it);
  if (receipts.length === 0) {
    throw new Error(
      `NO_DECISION: transaction ${transaction} logged nothing about this release at ${contract}; name ` +
        'the one that executed the proposal, a vote on it, or a statement about its manifest',
    );
  }
  const last = receipts.at(-1)!;
  const after = await nextBlock(ask, last.block);
  if (!after) throw notFinal(transaction);
  const executedAt = await heightOf(ask, last.block);
  if (head === undefined) {
    const proofs = await proofsOf(ask, contract, receipts, after.hash);
    return { head: after.hash, entries: [{ kind: 'block', block: after.block }, ...proofs] };
  }
  const begin = await headEntry(ask, head, after);
  const entries: EvidenceEntry[] = [begin.entry];
  let at = { hash: head, height: begin.height };
  // The next block carries the outcome, and the one after it is the first to have that below it.
  while (at.height < executedAt + 2) {
    const next = await nextBlock(ask, at.hash);
    if (!next) throw notFinal(transaction);
    entries.push({ kind: 'block', block: next.block });
    at = next;
    if (entries.length > WALK_BLOCKS_MAX) {
      throw new Error(`HEAD_TOO_OLD: block ${head} is too far back; begin at a later one`);
    }
  }
  return { head, entries: [...entries, ...(await proofsOf(ask, contract, receipts, at.hash))] };
}

/** A block to be trusted from now on, with who makes the blocks of its epoch: for a policy. */
export async function readHead(ask: AskNode, hash?: string): Promise<TrustedHead> {
  const params = hash === undefined ? { finality: 'final' } : { block_id: hash };
  const { header } = (await ask('block', params)) as { header: { hash: string } };
  const producers = await ask('EXPERIMENTAL_validators_ordered', { block_id: header.hash });
  return { hash: header.hash, producers: producers as unknown[] };
}

interface Receipt {
  readonly id: string;
  /** That it was executed in. */
  readonly block: string;
}

interface NodeOutcome {
  readonly id: string;
  readonly block_hash: string;
  readonly outcome: { readonly executor_id: string; readonly logs: readonly string[] };
}

async function receiptsOf(it: {
  readonly ask: AskNode;
  readonly contract: string;
  readonly manifest: Digest;
  readonly transaction: string;
  readonly proposal: number;
}): Promise<Receipt[]> {
  const { ask, contract, manifest, transaction, proposal } = it;
  const isAbout = (line: string) =>
    isVoteOn(proposal, [line]) ||
    /"event":"release_(published|revoked)"/.test(line) ||
    (line.includes('"event":"attested"') && line.includes(`"${manifest}"`));
  const found = (await ask('tx', {
    ...{ tx_hash: transaction, sender_account_id: contract, wait_until: 'FINAL' },
  })) as { receipts_outcome: readonly NodeOutcome[] };
  return found.receipts_outcome
    .filter(({ outcome }) => outcome.executor_id === contract)
    .filter(({ outcome }) => outcome.logs.some(isAbout))
    .map(({ id, block_hash }) => ({ id, block: block_hash }));
}

interface LightBlock {
  readonly block: unknown;
  readonly hash: string;
  readonly height: number;
}

/** Null: there is none that is newer and final. */
async function nextBlock(ask: AskNode, hash: string): Promise<LightBlock | null> {
  const block = (await ask('next_light_client_block', { last_block_hash: hash })) as object;
  if (Object.keys(block).length === 0) return null;
  return { block, ...identifyBlock(block) };
}

async function heightOf(ask: AskNode, hash: string): Promise<number> {
  const { header } = (await ask('block', { block_id: hash })) as { header: { height: number } };
  return header.height;
}

/** The head's own header, and who makes the blocks of the epoch after it. */
async function headEntry(
  ask: AskNode,
  head: string,
  after: LightBlock,
): Promise<{ entry: EvidenceEntry; height: number }> {
  const next = await nextBlock(ask, head);
  const height = await heightOf(ask, head);
  // Nodes show a header with a later block's tree; of the newest block there is none.
  const later = [next, after].find((one) => one !== null && one.height > height);
  const { block_header_lite: header } = (await ask('EXPERIMENTAL_light_client_block_proof', {
    ...{ block_hash: head, light_client_head: later?.hash ?? head },
  })) as { block_header_lite: { inner_lite: { epoch_id: string } } };
  const nextProducers = next && (await producersAfter(ask, header.inner_lite.epoch_id, next));
  return { entry: { kind: 'head', header, nextProducers }, height };
}

/** Of the epoch after `epoch`; `next` is the light block that follows a block of it. */
async function producersAfter(ask: AskNode, epoch: string, next: LightBlock): Promise<unknown> {
  const block = next.block as { inner_lite: { epoch_id: string }; next_bps?: unknown };
  if (block.inner_lite.epoch_id === epoch) return block.next_bps ?? null;
  return ask('EXPERIMENTAL_validators_ordered', { block_id: next.hash });
}

async function proofsOf(
  ask: AskNode,
  contract: string,
  receipts: readonly Receipt[],
  head: string,
): Promise<EvidenceEntry[]> {
  const entries: EvidenceEntry[] = [];
  for (const { id } of receipts) {
    const proof = await ask('EXPERIMENTAL_light_client_proof', {
      ...{ type: 'receipt', receipt_id: id, receiver_id: contract, light_client_head: head },
    });
    entries.push({ kind: 'execution', head, proof });
  }
  return entries;
}

function notFinal(transaction: string): Error {
  return new Error(`NOT_FINAL_YET: blocks after ${transaction} are not final; try in some seconds`);
}
