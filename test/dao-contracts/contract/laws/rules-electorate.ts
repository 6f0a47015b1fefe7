/** Members, delegates and votes by the rules alone: whole histories in memory, searched naively. */
import type { Member } from '@commonweights/dao-contracts/rules/actions.js';
import { emptyBallot, type Ballot } from '@commonweights/dao-contracts/rules/ballot.js';
import {
  changeDelegate,
  changeWeight,
  checkTotal,
  electorateWeight,
  noStanding,
  noTotal,
  wasAged,
  wasMade,
  type AtBothMoments,
  type Changes,
  type Dated,
  type Moment,
  type Snapshot,
  type Standing,
  type TotalWeight,
} from '@commonweights/dao-contracts/rules/electorate.js';
import { castVote, type Proposal } from '@commonweights/dao-contracts/rules/proposal.js';
import type {
  Choice,
  MembersView,
  StandingView,
} from '@commonweights/dao-contracts/rules/views.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';

export interface ElectorateState {
  /** Every standing that an account ever had, oldest first. */
  standings: Map<string, Standing[]>;
  totals: TotalWeight[];
  members: string[];
  /** By `<proposal> <account>`. */
  ballots: Map<string, Ballot>;
}

export const noElectorate = (): ElectorateState => ({
  standings: new Map(),
  totals: [],
  members: [],
  ballots: new Map(),
});

function latest(state: ElectorateState, account: string): Standing {
  return state.standings.get(account)?.at(-1) ?? noStanding;
}

function keep(state: ElectorateState, changes: Changes): void {
  for (const [account, standing] of changes) {
    state.standings.set(account, [...(state.standings.get(account) ?? []), standing]);
  }
}

export function setMembers(state: ElectorateState, members: Member[], moment: Moment): void {
  let total = state.totals.at(-1)?.weight ?? 0n;
  const standingOf = (account: string) => latest(state, account);
  for (const { account, weight: text } of members) {
    const weight = BigInt(text);
    const before = standingOf(account).weight;
    total += weight - before;
    keep(state, changeWeight({ account, weight, standingOf, moment }));
    if (before === 0n && weight > 0n) state.members.push(account);
    if (before > 0n && weight === 0n) dropMember(state.members, account);
  }
  checkTotal(total);
  state.totals.push({ ...moment, weight: total });
}

/** The last member takes the place of the one that goes, as the contract's pages show it. */
function dropMember(members: string[], account: string): void {
  members[members.indexOf(account)] = members.at(-1)!;
  members.pop();
}

export function delegateTo(
  state: ElectorateState,
  it: { account: string; to: string | null; moment: Moment },
): void {
  keep(state, changeDelegate({ ...it, standingOf: (account) => latest(state, account) }));
}

function atBoth<T extends Dated>(
  history: readonly T[],
  none: T,
  proposal: Snapshot,
): AtBothMoments<T> {
  return {
    aged: history.findLast((it) => wasAged(it, proposal)) ?? none,
    made: history.findLast((it) => wasMade(it, proposal)) ?? none,
  };
}

export function weightOfElectorate(state: ElectorateState, proposal: Snapshot): bigint {
  return electorateWeight(atBoth(state.totals, noTotal, proposal));
}

export function vote(
  state: ElectorateState,
  it: { proposal: Proposal; account: string; choice: Choice; action: Digest; nowMs: number },
): void {
  const { proposal, account } = it;
  const standing = atBoth(state.standings.get(account) ?? [], noStanding, proposal);
  const ballotOf = (name: string): Ballot => {
    const key = `${proposal.id} ${name}`;
    if (!state.ballots.has(key)) state.ballots.set(key, emptyBallot());
    return state.ballots.get(key)!;
  };
  const { aged, made } = standing;
  const delegates = {
    aged: aged.delegate === null ? null : ballotOf(aged.delegate),
    made: made.delegate === null ? null : ballotOf(made.delegate),
  };
  castVote(proposal, { ...it, standing, ballot: ballotOf(account), delegates });
}

export function showMembers(state: ElectorateState): MembersView {
  return {
    members: state.members.map((account) => {
      return { account, weight: `${latest(state, account).weight}` };
    }),
    count: state.members.length,
    totalWeight: `${state.totals.at(-1)?.weight ?? 0n}`,
  };
}

export function showStanding(state: ElectorateState, account: string): StandingView {
  const { weight, delegate, delegated, atMs } = latest(state, account);
  return { account, weight: `${weight}`, delegate, delegated: `${delegated}`, atMs };
}
