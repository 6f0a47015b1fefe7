/**
 * What a DAO is founded from: its account, its policy, who votes, who guards, and what it starts
 * with. A file of the command line (`dao init --example` prints one), or a form of the web pages;
 * docs/governance.md explains the policy.
 */
import { decodeMember, decodePolicy } from '../rules/action-decoding.js';
import type { Member, Policy } from '../rules/actions.js';
import { account, integer, list, nullable, optional, record, text } from '../rules/decoding.js';
import { deadlineMsMin, guardianTermMsMax, membersPerCallMax } from '../rules/limits.js';
import { DaoError } from './errors.js';
import { parseNear } from './near-amount.js';

export interface DaoConfig {
  /** Of the contract; it must not exist yet. */
  readonly account: string;
  readonly policy: Policy;
  readonly members: readonly Member[];
  readonly guardian: { readonly account: string; readonly termMs: number } | null;
  /** What the acting account gives to the treasury. */
  readonly treasuryYocto: bigint;
  /** For records, beside what the code locks; it stays the account's. */
  readonly reserveYocto: bigint;
}

const hourMs = 3_600_000;

/** A DAO of three with slow votes, as people on a public network would have it. */
export const exampleConfig = {
  account: 'commons.alice.testnet',
  policy: {
    votingPeriodMs: 72 * hourMs,
    timelockMs: 48 * hourMs,
    expiryMs: 168 * hourMs,
    quorumBps: 4_000,
    approvalBps: 5_000,
    bondYocto: `${10n ** 24n}`,
    lateQuorumMs: 24 * hourMs,
    liveProposalsMax: 1,
    licences: ['CC0-1.0', 'PDDL-1.0', 'MIT', 'Apache-2.0', 'CC-BY-4.0'],
    rewardPerTeraFlopYoctoMax: `${10n ** 18n}`,
    tokens: [],
  } satisfies Policy,
  members: [
    { account: 'alice.testnet', weight: '1' },
    { account: 'bob.testnet', weight: '1' },
    { account: 'carol.testnet', weight: '1' },
  ],
  guardian: { account: 'dora.testnet', termMs: 365 * 24 * hourMs },
  treasuryNear: '50',
  reserveNear: '3',
};

const decode = record<typeof exampleConfig & { guardian: DaoConfig['guardian'] }>({
  account,
  policy: decodePolicy as never,
  members: list(decodeMember, membersPerCallMax),
  guardian: nullable(
    record({ account, termMs: integer(deadlineMsMin, guardianTermMsMax) }),
  ) as never,
  treasuryNear: optional(text(40), '0'),
  reserveNear: optional(text(40), exampleConfig.reserveNear),
});

/** Errors: `BAD_ARGUMENT` with the field, `BAD_AMOUNT`, `BAD_CONFIG` for members that cannot be. */
export function readDaoConfig(document: unknown): DaoConfig {
  const { treasuryNear, reserveNear, ...config } = decode(document, '');
  const names = config.members.map((member) => member.account);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw bad(`members names ${twice} twice`, 'name each once');
  if (!config.members.some(({ weight }) => BigInt(weight) > 0n)) {
    throw bad('nobody in members has weight', 'give one voter a weight above 0');
  }
  const [treasuryYocto, reserveYocto] = [parseNear(treasuryNear), parseNear(reserveNear)];
  return { ...config, treasuryYocto, reserveYocto };
}

function bad(facts: string, remedy: string): DaoError {
  return new DaoError({ code: 'BAD_CONFIG', facts, remedy });
}
