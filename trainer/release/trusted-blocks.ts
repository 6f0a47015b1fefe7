/**
 * Which blocks of a bundle a verifier trusts: the head that its own policy names, and those that follow
 * from it because the producers of their epoch approved them.
 */
import {
  advanceLightClient,
  identifyBlock,
  LightClientError,
  startLightClient,
  type LightClient,
} from '@commonweights/dao-contracts/client/light-client.js';
import type { EvidenceEntry } from './evidence-bundle.js';
import type { FindingCode } from './finding-codes.js';

/** A block that a verifier trusts, from its own policy. */
export interface TrustedHead {
  /** In base58. */
  readonly hash: string;
  /** Of its own epoch, which no evidence can show: needed for a decision later in that epoch. */
  readonly producers?: readonly unknown[];
}

export type Problem = readonly [FindingCode, string];

/** By hash, every block that follows from the head; null: the evidence does not have the head. */
export function followHead(
  entries: readonly EvidenceEntry[],
  { hash, producers }: TrustedHead,
  problems: Problem[],
): ReadonlyMap<string, LightClient> | null {
  let client: LightClient | null = null;
  for (const entry of entries) {
    if (client || (entry.kind !== 'head' && entry.kind !== 'block')) continue;
    client = begin(entry, { hash, ...(producers ? { producers } : {}) }, problems);
  }
  if (!client) return null;
  const known = new Map([[client.headHash, client]]);
  const blocks = entries.flatMap((entry) =>
    entry.kind === 'block' ? [{ block: entry.block, height: heightOf(entry.block) }] : [],
  );
  // A bundle grows in the order in which it was collected, a client along the chain.
  for (const { block } of blocks.sort((a, b) => a.height - b.height)) {
    try {
      client = advanceLightClient(client, block);
      known.set(client.headHash, client);
    } catch (error) {
      // Older ones were there for verifiers with an older head.
      if (codeOf(error) === 'NOT_NEWER') continue;
      const facts = (error as Error).message;
      const missing = ['NO_PRODUCERS', 'OTHER_EPOCH'].includes(codeOf(error));
      problems.push(missing ? ['PROOF_HEAD_STALE', facts] : ['PROOF_BLOCK_REFUSED', facts]);
    }
  }
  return known;
}

function begin(
  entry: Extract<EvidenceEntry, { kind: 'head' | 'block' }>,
  { hash, producers }: TrustedHead,
  problems: Problem[],
): LightClient | null {
  const [header, next] =
    entry.kind === 'head'
      ? [entry.header, entry.nextProducers]
      : [entry.block, (entry.block as { next_bps?: unknown } | null)?.next_bps];
  try {
    return startLightClient({
      ...{ trustedHash: hash, header },
      ...(next === null || next === undefined ? {} : { nextProducers: next }),
      ...(producers === undefined ? {} : { producers }),
    });
  } catch (error) {
    // Of another head, for other verifiers.
    if (codeOf(error) === 'OTHER_BLOCK') return null;
    const malformed = codeOf(error) === 'BAD_EVIDENCE';
    problems.push([
      malformed ? 'PROOF_MALFORMED' : 'PROOF_BLOCK_REFUSED',
      (error as Error).message,
    ]);
    return null;
  }
}

/** Last what has none: it is refused in its turn. */
function heightOf(block: unknown): number {
  try {
    return identifyBlock(block).height;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
}

/** Of an error of the light client; '' of any other. */
export function codeOf(error: unknown): string {
  return error instanceof LightClientError ? error.code : '';
}
