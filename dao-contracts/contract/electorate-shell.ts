/** Members, delegates and votes. The rules decide; this loads and stores. */
import { near } from 'near-sdk-js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Member, Policy } from '../rules/actions.js';
import { countDelegated, weightOf, type Ballot } from '../rules/ballot.js';
import {
  changeDelegate,
  changeWeight,
  checkTotal,
  electorateWeight,
  type Changes,
  type Moment,
  type Snapshot,
} from '../rules/electorate.js';
import { refuse } from '../rules/errors.js';
import { membersMax } from '../rules/limits.js';
import { castVote, type Proposal } from '../rules/proposal.js';
import { reputationElectorate, weighReputation } from '../rules/reputation-weight.js';
import { noMoney } from '../rules/totals.js';
import type {
  BallotView,
  Choice,
  MembersView,
  ReputationElectorate,
  StandingView,
} from '../rules/views.js';
import { caller, emit, nowMs } from './call.js';
import {
  addMember,
  countedReputations,
  countedTotals,
  countMembers,
  dropMember,
  memberAt,
  readBallot,
  readTotalWeight,
  standings,
  totalWeightAt,
  writeBallot,
  writeMemberCount,
  writeTotalWeight,
} from './electorate-records.js';
import { applyMoves, readCounts, readSettings } from './records.js';
import { chargeStorage, storageUsed } from './storage-charge.js';

const standingOf = (account: string) => standings.latest(account);

export function thisMoment(): Moment {
  return { atMs: nowMs(), proposals: readCounts().proposals };
}

function keep(changes: Changes): void {
  for (const [account, standing] of changes) standings.put(account, standing);
}

/** `moment`: of the founding, where that is not now. */
export function setMembers(members: readonly Member[], moment = thisMoment()): void {
  let total = readTotalWeight();
  let count = countMembers();
  for (const { account, weight: text } of members) {
    const weight = BigInt(text);
    const before = standingOf(account).weight;
    total += weight - before;
    keep(changeWeight({ account, weight, standingOf, moment }));
    if (before === 0n && weight > 0n) addMember(account, count++);
    else if (before > 0n && weight === 0n) dropMember(account, --count);
  }
  checkTotal(total);
  if (count > membersMax) {
    refuse('TOO_MANY', `there would be ${count} members, at most ${membersMax}; remove some first`);
  }
  writeTotalWeight({ ...moment, weight: total });
  writeMemberCount(count);
}

/** Whoever changes its delegate pays for the record: the treasury would be there for the taking. */
export function delegate(to: string | null): void {
  const before = storageUsed();
  const account = caller();
  keep(changeDelegate({ account, to, standingOf, moment: thisMoment() }));
  const moves = noMoney();
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit() });
  applyMoves(moves);
  emit([{ event: 'delegated', data: { account, to } }]);
}

/** Who may vote on a proposal that is made now, and what all of it weighs. */
export function electorateOf(
  proposal: Snapshot,
  policy: Policy,
): { totalWeight: bigint; reputation?: ReputationElectorate } {
  const members = electorateWeight(totalWeightAt(proposal));
  if (!policy.reputation) return { totalWeight: members };
  const total = countedTotals.at('', proposal);
  const reputation = reputationElectorate(policy.reputation, { members, total, nowMs: nowMs() });
  return { totalWeight: members + BigInt(reputation.weight), reputation };
}

function reputationOf(
  account: string,
  it: { proposal: Snapshot; electorate: ReputationElectorate | undefined },
): bigint {
  const { proposal, electorate } = it;
  if (!electorate) return 0n;
  return weighReputation(countedReputations.at(account, proposal), { proposal, electorate });
}

/** Returns the vote's weight. Changes `proposal`, whose storing is the caller's. */
export function castVoteOf(
  account: string,
  it: { proposal: Proposal; choice: Choice; action: Digest },
): bigint {
  const { proposal, choice, action } = it;
  const standing = standings.at(account, proposal);
  const ballot = readBallot(proposal.id, account);
  const loaded = new Map<string, Ballot>();
  const load = (name: string | null) => {
    if (name === null) return null;
    if (!loaded.has(name)) loaded.set(name, readBallot(proposal.id, name));
    return loaded.get(name)!;
  };
  const delegates = { aged: load(standing.aged.delegate), made: load(standing.made.delegate) };
  const reputation = reputationOf(account, { proposal, electorate: proposal.reputation });
  const vote = { account, choice, action, standing, ballot, delegates, reputation, nowMs: nowMs() };
  const weight = castVote(proposal, vote);
  writeBallot(proposal.id, account, ballot);
  for (const [name, changed] of loaded) writeBallot(proposal.id, name, changed);
  return weight;
}

export function showMembers(page: { from: number; limit: number }): MembersView {
  const count = countMembers();
  const length = Math.max(0, Math.min(page.limit, count - page.from));
  const members = Array.from({ length }, (_, i) => {
    const account = memberAt(page.from + i);
    return { account, weight: `${standingOf(account).weight}` };
  });
  return { members, count, totalWeight: `${readTotalWeight()}` };
}

export function showStanding(account: string): StandingView {
  const { weight, delegate, delegated, atMs } = standingOf(account);
  const shown = { account, weight: `${weight}`, delegate, delegated: `${delegated}`, atMs };
  const { policy } = readSettings();
  if (!policy.reputation) return shown;
  const proposal = { id: readCounts().proposals + 1, snapshotMs: nowMs() - policy.votingPeriodMs };
  const electorate = electorateOf(proposal, policy).reputation;
  return { ...shown, reputation: `${reputationOf(account, { proposal, electorate })}` };
}

export function showBallot(proposal: number, account: string): BallotView {
  const ballot = readBallot(proposal, account);
  const delegated = ballot.choice === null ? 0n : countDelegated(ballot);
  const { choice } = ballot;
  return { proposal, account, choice, weight: `${weightOf(ballot)}`, delegated: `${delegated}` };
}
