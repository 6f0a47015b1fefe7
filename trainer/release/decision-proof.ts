/**
 * That the DAO decided for a release, proven to somebody who asks nobody: from a block that the verifier
 * trusts, along blocks that its epoch's producers approved, to one that has the block of the decision
 * below it, to the outcome of the receipt in which the DAO's account logged the release. What was logged
 * is part of the outcome's hash, also where the receipt failed, so that has to be looked at.
 *
 * It proves what was, not what was not: a bundle may keep quiet about a later revocation.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import type { ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import {
  advanceLightClient,
  LightClientError,
  proveExecution,
  startLightClient,
  type LightClient,
  type ProvenBlock,
  type ProvenExecution,
} from '@commonweights/dao-contracts/client/light-client.js';
import { decodeRelease } from './evidence.js';
import type { EvidenceBundle, EvidenceEntry } from './evidence-bundle.js';
import type { FindingCode } from './finding-codes.js';

/** A block that a verifier trusts, from its own policy. */
export interface TrustedHead {
  /** In base58. */
  readonly hash: string;
  /** Of its own epoch, which no evidence can show: needed for a decision later in that epoch. */
  readonly producers?: readonly unknown[];
}

export type Decision = ProvenDecision | UnprovenDecision;

export interface ProvenDecision {
  readonly kind: 'proven';
  readonly network: string;
  readonly contract: string;
  readonly release: ReleaseView;
  readonly headHash: string;
  /** The block that carries the outcome of the decision. */
  readonly decidedIn: ProvenBlock;
  /** Null: nothing was shown, which says nothing. */
  readonly revokedIn: ProvenBlock | null;
  /** What was shown to be said of the manifest, in order; there may be more. */
  readonly attestations: readonly ProvenAttestation[];
}

export interface ProvenAttestation {
  readonly by: string;
  readonly purpose: Purpose;
  readonly block: ProvenBlock;
}

export interface UnprovenDecision {
  readonly kind: 'unproven';
  readonly code: FindingCode;
  readonly detail: string;
}

type Problem = readonly [FindingCode, string];

/** The one that explains the others comes first: a block that is refused leaves proofs without a head. */
const TELLING: readonly FindingCode[] = [
  'PROOF_MALFORMED',
  'PROOF_FORGED',
  'PROOF_OTHER_ACCOUNT',
  'PROOF_FAILED',
  'PROOF_OTHER_RELEASE',
  'PROOF_BLOCK_REFUSED',
  'PROOF_NOT_UNDER_HEAD',
  'PROOF_HEAD_STALE',
];

/** Never throws for bad evidence. */
export function proveDecision(it: {
  readonly bundle: EvidenceBundle;
  readonly head: TrustedHead;
  readonly dao: { readonly network: string; readonly contract: string };
  readonly manifest: Digest;
}): Decision {
  const { bundle, head, dao, manifest } = it;
  if (bundle.manifest !== manifest) {
    return unproven('PROOF_OTHER_RELEASE', `the evidence is about ${bundle.manifest}`);
  }
  const problems: Problem[] = [];
  const trusted = followHead(bundle.entries, head, problems);
  if (!trusted) {
    if (problems.length > 0) return unproven(...problems[0]!);
    return unproven('PROOF_HEAD_UNKNOWN', `the evidence does not begin at block ${head.hash}`);
  }
  const published: { release: ReleaseView; block: ProvenBlock }[] = [];
  const revoked = new Map<number, ProvenBlock>();
  const attestations: ProvenAttestation[] = [];
  let shown = 0;
  for (const entry of bundle.entries) {
    if (entry.kind !== 'execution') continue;
    shown++;
    try {
      const execution = executed(trusted, entry, dao.contract);
      const { block } = execution;
      const found = eventsOf(execution);
      for (const release of found.published) {
        if (release.manifest === manifest) published.push({ release, block });
        else problems.push(['PROOF_OTHER_RELEASE', `it was decided on ${release.manifest}`]);
      }
      for (const id of found.revoked) revoked.set(id, block);
      for (const { subject, by, purpose } of found.attested) {
        if (subject === manifest) attestations.push({ by, purpose, block });
      }
      if (found.published.length + found.revoked.length + found.attested.length === 0) {
        problems.push(['PROOF_OTHER_RELEASE', `receipt ${execution.id} decided on no release`]);
      }
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  const [first] = published;
  if (first) {
    const { release, block } = first;
    const revokedIn = revoked.get(release.id) ?? null;
    attestations.sort((a, b) => a.block.height - b.block.height);
    return {
      ...{ kind: 'proven', ...dao, release, headHash: head.hash },
      ...{ decidedIn: block, revokedIn, attestations },
    };
  }
  if (shown === 0) problems.push(['PROOF_MISSING', 'the evidence shows no decision']);
  problems.sort(([a], [b]) => rankOf(a) - rankOf(b));
  return unproven(...(problems[0] ?? ['PROOF_OTHER_RELEASE', 'it shows no such release']));
}

/** By hash, every block that follows from the head; null: the evidence does not have the head. */
function followHead(
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
  for (const entry of entries) {
    if (entry.kind !== 'block') continue;
    try {
      client = advanceLightClient(client, entry.block);
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

class ProofError extends Error {
  constructor(
    readonly code: FindingCode,
    facts: string,
  ) {
    super(facts);
  }
}

/** What the DAO's account did, successfully. Errors: `ProofError`, `LightClientError`. */
function executed(
  trusted: ReadonlyMap<string, LightClient>,
  { head, proof }: Extract<EvidenceEntry, { kind: 'execution' }>,
  contract: string,
): ProvenExecution {
  const client = trusted.get(head);
  if (!client) throw notReached(trusted, head, proof);
  const it = proof as { outcome_proof?: { id?: unknown } } | null;
  const execution = proveExecution(client, String(it?.outcome_proof?.id), proof);
  const { executorId, status, id } = execution;
  if (executorId !== contract) {
    throw new ProofError('PROOF_OTHER_ACCOUNT', `${executorId} said so, not ${contract}`);
  }
  if (status.kind === 'failure' || status.kind === 'unknown') {
    throw new ProofError('PROOF_FAILED', `receipt ${id} failed, so nothing came of what it logged`);
  }
  return execution;
}

/** The block that the proof leads to does not follow from the trusted one. */
function notReached(
  trusted: ReadonlyMap<string, LightClient>,
  head: string,
  proof: unknown,
): ProofError {
  const height = (proof as { block_header_lite?: { inner_lite?: { height?: unknown } } } | null)
    ?.block_header_lite?.inner_lite?.height;
  const last = Math.max(...[...trusted.values()].map((one) => one.head.innerLite.height));
  if (typeof height === 'number' && height >= last) {
    return new ProofError(
      'PROOF_HEAD_STALE',
      `the decision stands in block ${height}, the evidence leads no further than block ${last}`,
    );
  }
  return new ProofError(
    'PROOF_NOT_UNDER_HEAD',
    `the proof leads to block ${head.slice(0, 50)}, which does not follow from the head`,
  );
}

const EVENT_PREFIX = 'EVENT_JSON:';

/** What an execution of the DAO's logged about releases (NEP-297). Error: `ProofError`. */
function eventsOf({ logs }: ProvenExecution): {
  published: ReleaseView[];
  revoked: number[];
  attested: { subject: unknown; by: string; purpose: Purpose }[];
} {
  const published: ReleaseView[] = [];
  const revoked: number[] = [];
  const attested: { subject: unknown; by: string; purpose: Purpose }[] = [];
  for (const line of logs) {
    if (!line.startsWith(EVENT_PREFIX)) continue;
    const { event, data } = parseEvent(line.slice(EVENT_PREFIX.length));
    for (const one of data) {
      if (event === 'release_published') published.push(releaseOf(one));
      if (event === 'release_revoked') revoked.push(Number((one as { release: unknown }).release));
      // The DAO's own words: it let nobody else say who signed, and knows no other purposes.
      if (event === 'attested') attested.push(one as (typeof attested)[number]);
    }
  }
  return { published, revoked, attested };
}

function parseEvent(text: string): { event: unknown; data: readonly unknown[] } {
  try {
    const it = JSON.parse(text) as { standard?: unknown; event?: unknown; data?: unknown };
    const ours = it.standard === 'commonweights' && Array.isArray(it.data);
    return ours ? { event: it.event, data: it.data as unknown[] } : { event: null, data: [] };
  } catch {
    return { event: null, data: [] };
  }
}

function releaseOf(value: unknown): ReleaseView {
  try {
    return decodeRelease(value);
  } catch (error) {
    throw new ProofError('PROOF_MALFORMED', (error as Error).message);
  }
}

function problemOf(error: unknown): Problem {
  const { message } = error as Error;
  if (error instanceof ProofError) return [error.code, message];
  switch (codeOf(error)) {
    case 'NOT_UNDER_HEAD':
      return ['PROOF_NOT_UNDER_HEAD', message];
    case 'NOT_IN_BLOCK':
      return ['PROOF_FORGED', message];
    default:
      return ['PROOF_MALFORMED', message];
  }
}

function codeOf(error: unknown): string {
  return error instanceof LightClientError ? error.code : '';
}

function rankOf(code: FindingCode): number {
  const rank = TELLING.indexOf(code);
  return rank < 0 ? TELLING.length : rank;
}

function unproven(code: FindingCode, detail: string): UnprovenDecision {
  return { kind: 'unproven', code, detail };
}
