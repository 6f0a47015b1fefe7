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
  proveExecution,
  type LightClient,
  type ProvenBlock,
  type ProvenExecution,
} from '@commonweights/dao-contracts/client/light-client.js';
import { readEvents, type DecisionEvents, type VoteCast } from './decision-events.js';
import type { EvidenceBundle, EvidenceEntry } from './evidence-bundle.js';
import type { FindingCode } from './finding-codes.js';
import { codeOf, followHead, type Problem, type TrustedHead } from './trusted-blocks.js';

export type { TrustedHead } from './trusted-blocks.js';

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
  /** Those on its proposal that were shown, in order; there may be more. */
  readonly votes: readonly ProvenVote[];
}

export interface ProvenAttestation {
  readonly by: string;
  readonly purpose: Purpose;
  readonly block: ProvenBlock;
}

export interface ProvenVote extends Omit<VoteCast, 'proposal'> {
  readonly block: ProvenBlock;
}

export interface UnprovenDecision {
  readonly kind: 'unproven';
  readonly code: FindingCode;
  readonly detail: string;
}

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
  const shown: Shown = { executions: [], refused: null };
  for (const entry of bundle.entries) {
    if (entry.kind !== 'execution') continue;
    const client = trusted.get(entry.head);
    try {
      // Of a head that others trust.
      if (!client) throw notReached(trusted, entry.head, entry.proof);
      const execution = executed(client, entry, dao.contract);
      shown.executions.push({ ...execution, events: eventsOf(execution) });
    } catch (error) {
      const problem = problemOf(error);
      problems.push(problem);
      if (client) shown.refused ??= problem;
    }
  }
  const found = findDecision(shown, { manifest, problems });
  if (found) return { kind: 'proven', ...dao, headHash: head.hash, ...found };
  if (!bundle.entries.some(({ kind }) => kind === 'execution')) {
    problems.push(['PROOF_MISSING', 'the evidence shows no decision']);
  }
  problems.sort(([a], [b]) => rankOf(a) - rankOf(b));
  return unproven(...(problems[0] ?? ['PROOF_OTHER_RELEASE', 'it shows no such release']));
}

interface Shown {
  readonly executions: (ProvenExecution & { readonly events: DecisionEvents })[];
  /** What was given for this head and does not hold: somebody forged it, whatever else holds. */
  refused: Problem | null;
}

type Found = Pick<ProvenDecision, 'release' | 'decidedIn' | 'revokedIn' | 'attestations' | 'votes'>;

/** Null: there is none, and `problems` say why. */
function findDecision(
  { executions, refused }: Shown,
  it: { readonly manifest: Digest; readonly problems: Problem[] },
): Found | null {
  const { manifest, problems } = it;
  const decided = executions.flatMap(({ events, block }) =>
    events.published.map((release) => ({ release, block })),
  );
  const own = decided.find(({ release }) => release.manifest === manifest);
  for (const { release } of decided) {
    if (release.manifest === manifest) continue;
    problems.push(['PROOF_OTHER_RELEASE', `it was decided on ${release.manifest}`]);
  }
  for (const { id, events } of executions) {
    if (isAboutReleases(events)) continue;
    if (events.votes.length > 0) continue;
    problems.push(['PROOF_OTHER_RELEASE', `receipt ${id} decided on no release`]);
  }
  if (!own) return null;
  const { release, block: decidedIn } = own;
  const revocation = executions.find(({ events }) => events.revoked.includes(release.id));
  const stale = executions.find((one) => isStale(one, { proposal: release.proposal, decidedIn }));
  const problem = refused ?? (stale && staleVote(stale, release.proposal));
  if (problem) {
    problems.splice(0, problems.length, problem);
    return null;
  }
  const attestations = executions.flatMap(({ events, block }) =>
    events.attested
      .filter(({ subject }) => subject === manifest)
      .map(({ by, purpose }) => ({ by, purpose, block })),
  );
  attestations.sort(inTime);
  const revokedIn = revocation?.block ?? null;
  return { release, decidedIn, revokedIn, attestations, votes: votesOn(release, executions) };
}

/**
 * Within a block the bundle's order is its writer's: whoever says there that a release is wrong is taken to
 * have said it last.
 */
function inTime(a: ProvenAttestation, b: ProvenAttestation): number {
  const disputes = (one: ProvenAttestation) => (one.purpose === 'disputes' ? 1 : 0);
  return a.block.height - b.block.height || disputes(a) - disputes(b);
}

function isAboutReleases({ published, revoked, attested }: DecisionEvents): boolean {
  return published.length + revoked.length + attested.length > 0;
}

/** Votes on something else, or after it was decided: they say nothing of this release. */
function isStale(
  { events, block }: Shown['executions'][number],
  it: { readonly proposal: number; readonly decidedIn: ProvenBlock },
): boolean {
  if (events.votes.length === 0 || isAboutReleases(events)) return false;
  const own = events.votes.some(({ proposal }) => proposal === it.proposal);
  return !own || block.height > it.decidedIn.height;
}

function staleVote({ events, block }: Shown['executions'][number], proposal: number): Problem {
  const [{ account, proposal: on }] = events.votes as [VoteCast];
  const detail = `the vote of ${account} in block ${block.height} is on proposal ${on}`;
  return ['VOTE_STALE', `${detail}, the release was decided by ${proposal}`];
}

/** Each once, however often the evidence shows it. */
function votesOn({ proposal }: ReleaseView, executions: Shown['executions']): ProvenVote[] {
  const byReceipt = new Map(executions.map((one) => [one.id, one]));
  return [...byReceipt.values()]
    .flatMap(({ events, block }) =>
      events.votes
        .filter((vote) => vote.proposal === proposal)
        .map(({ account, choice, weight }) => ({ account, choice, weight, block })),
    )
    .sort((a, b) => a.block.height - b.block.height || (a.account < b.account ? -1 : 1));
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
  client: LightClient,
  { proof }: Extract<EvidenceEntry, { kind: 'execution' }>,
  contract: string,
): ProvenExecution {
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

function eventsOf({ logs }: ProvenExecution): DecisionEvents {
  try {
    return readEvents(logs);
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

function rankOf(code: FindingCode): number {
  const rank = TELLING.indexOf(code);
  return rank < 0 ? TELLING.length : rank;
}

function unproven(code: FindingCode, detail: string): UnprovenDecision {
  return { kind: 'unproven', code, detail };
}
