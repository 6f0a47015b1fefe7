/**
 * How votes are counted where some vote for others. A delegator that votes itself takes its own
 * weight out of what its delegate votes with, whoever votes first, so nobody counts twice; the tally
 * does not depend on the order of votes. Law, tested: each tally is at most the electorate's weight.
 */
import { refuse } from './errors.js';
import { lesser, powerOf, type AtBothMoments, type Standing } from './electorate.js';
import type { Choice } from './views.js';

/** One account's part in one proposal, its own vote or what delegators took out of it. */
export interface Ballot {
  /** Null: it has not voted; some of its delegators have. */
  choice: Choice | null;
  /** Its own weight, as a member and by its reputation. */
  own: bigint;
  /** What others had delegated to it, at both moments, once it has voted. */
  power: AtBothMoments<bigint>;
  /** How much of that its delegators cast themselves. */
  overridden: AtBothMoments<bigint>;
}

export interface Tally {
  yes: bigint;
  no: bigint;
  abstain: bigint;
}

export function emptyBallot(): Ballot {
  return {
    choice: null,
    own: 0n,
    power: { aged: 0n, made: 0n },
    overridden: { aged: 0n, made: 0n },
  };
}

/** What a ballot counts for others. */
export function countDelegated({ power, overridden }: Ballot): bigint {
  const left = lesser(power.aged - overridden.aged, power.made - overridden.made);
  return left > 0n ? left : 0n;
}

export function weightOf(ballot: Ballot): bigint {
  return ballot.choice === null ? 0n : ballot.own + countDelegated(ballot);
}

/**
 * Casts the vote of one account. `delegates`: the ballots of its delegates at both moments, the
 * same object where they are the same account; null: it had none. Returns the weight that was added
 * under `choice`. Changes `tally`, `ballot` and `delegates`.
 */
export function castBallot(
  tally: Tally,
  it: {
    account: string;
    proposal: number;
    choice: Choice;
    standing: AtBothMoments<Standing>;
    ballot: Ballot;
    delegates: AtBothMoments<Ballot | null>;
    /** What its reputation weighs on this proposal. It is not delegated: it is nobody else's. */
    reputation?: bigint;
  },
): bigint {
  const { account, proposal, choice, standing, ballot, delegates, reputation = 0n } = it;
  const { aged, made } = standing;
  if (ballot.choice !== null) refuse('ALREADY_VOTED', `${account} has voted on ${proposal}`);
  const own = lesser(aged.weight, made.weight) + reputation;
  if (own === 0n) {
    const why =
      made.weight > 0n ? 'was not yet a member one voting period before' : 'had no weight when';
    refuse('NOT_MEMBER', `${account} ${why} proposal ${proposal} was made`);
  }
  ballot.choice = choice;
  ballot.own = own;
  ballot.power = { aged: powerOf(aged), made: powerOf(made) };
  const weight = weightOf(ballot);
  tally[choice] += weight;
  takeOut(tally, delegates.aged, { aged: aged.weight, made: 0n });
  takeOut(tally, delegates.made, { aged: 0n, made: made.weight });
  return weight;
}

/** Takes what a delegator casts itself out of its delegate's ballot. */
function takeOut(tally: Tally, ballot: Ballot | null, weight: AtBothMoments<bigint>): void {
  if (ballot === null) return;
  const before = weightOf(ballot);
  ballot.overridden.aged += weight.aged;
  ballot.overridden.made += weight.made;
  if (ballot.choice !== null) tally[ballot.choice] -= before - weightOf(ballot);
}
