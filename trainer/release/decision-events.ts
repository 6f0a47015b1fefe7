/**
 * What the DAO's contract logs about a release (NEP-297): that it was published or revoked, what was said
 * of it, and each vote as it was cast. An event is worth what carries it; `decision-proof.ts` proves that.
 */
import type { Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import type { Choice, ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import { decodeRelease } from './evidence.js';

export interface DecisionEvents {
  readonly published: readonly ReleaseView[];
  /** Ids of releases. */
  readonly revoked: readonly number[];
  readonly attested: readonly { subject: unknown; by: string; purpose: Purpose }[];
  readonly votes: readonly VoteCast[];
}

export interface VoteCast {
  readonly proposal: number;
  readonly account: string;
  readonly choice: Choice;
  /** With what was delegated to it then: decimal string. */
  readonly weight: string;
}

const EVENT_PREFIX = 'EVENT_JSON:';
const CHOICES: readonly unknown[] = ['yes', 'no', 'abstain'] satisfies Choice[];

/** Error: one that says which event is none of the protocol's. */
export function readEvents(logs: readonly string[]): DecisionEvents {
  const found = logs
    .filter((line) => line.startsWith(EVENT_PREFIX))
    .map((line) => parseEvent(line.slice(EVENT_PREFIX.length)));
  const of = (name: string) =>
    found.flatMap(({ event, data }) => (event === name ? (data as unknown[]) : []));
  return {
    published: of('release_published').map(decodeRelease),
    revoked: of('release_revoked').map((one) => Number((one as { release: unknown }).release)),
    // The DAO's own words: it let nobody else say who signed, and knows no other purposes.
    attested: of('attested') as DecisionEvents['attested'],
    votes: of('voted').map(decodeVote),
  };
}

export function isVoteOn(proposal: number, logs: readonly string[]): boolean {
  try {
    return readEvents(logs).votes.some((vote) => vote.proposal === proposal);
  } catch {
    return false;
  }
}

function decodeVote(value: unknown): VoteCast {
  const it = (typeof value === 'object' && value !== null ? value : {}) as Partial<VoteCast>;
  const { proposal, account, choice, weight } = it;
  const known =
    Number.isSafeInteger(proposal) &&
    typeof account === 'string' &&
    CHOICES.includes(choice) &&
    typeof weight === 'string' &&
    /^\d{1,40}$/.test(weight);
  if (!known) throw new Error(`a vote was logged as ${JSON.stringify(value).slice(0, 200)}`);
  return it as VoteCast;
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
