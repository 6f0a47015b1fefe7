/**
 * What reputation weighs in a vote, where the policy lets it count. It does from the moment that
 * somebody had it counted: a dated record like a member's weight, paid for by who asked for it.
 * All reputation together weighs at most a share of what members weigh; decay needs no visits,
 * because what is kept are shares of a whole that grows as points fade:
 *
 *     growth(t) = 2^(t / half-life)        shares = points(t) × growth(t), the same for every t
 *
 * Laws, tested: what can be cast is at most what the proposal's total contains; no account counts
 * more than a twentieth of it; nothing that happens after a proposal was made changes what counts
 * on it; reputation alone is no quorum.
 */
import type { ReputationPolicy } from './actions.js';
import {
  founding,
  lesser,
  wasMade,
  type AtBothMoments,
  type Dated,
  type Moment,
  type Snapshot,
} from './electorate.js';
import { refuse } from './errors.js';
import { reputationShareMaxBps } from './limits.js';
import { growth } from './reputation.js';
import type { ReputationElectorate } from './views.js';

/** What an account's reputation was counted as. */
export interface CountedReputation extends Dated {
  shares: bigint;
  /** How many proposals there were when a loss ended it; null: it counts. */
  lostAfter: number | null;
  /** When it was first counted since the last loss: what was counted before that weighs nothing any more. */
  cleanSinceMs: number;
}

/** The sum of all shares. Those that a loss ended stay in it until they are counted again. */
export interface CountedTotal extends Dated {
  shares: bigint;
}

export const noShares: CountedTotal = { ...founding, shares: 0n };
export const nothingCounted: CountedReputation = {
  ...noShares,
  lostAfter: null,
  cleanSinceMs: 0,
};

/** Counts what an account has now. The caller stores both. */
export function countReputation(it: {
  account: string;
  /** Points, and up to when they have faded. */
  points: bigint;
  atMs: number;
  counted: CountedReputation;
  total: CountedTotal;
  moment: Moment;
}): { counted: CountedReputation; total: CountedTotal } {
  const { counted, total, moment } = it;
  const shares = it.points * growth(it.atMs);
  if (shares === counted.shares && counted.lostAfter === null) {
    refuse('ALREADY_ACTED', `the reputation of ${it.account} is counted as it is`);
  }
  return {
    counted: {
      ...{ ...moment, shares, lostAfter: null },
      cleanSinceMs: counted.lostAfter === null ? counted.cleanSinceMs : moment.atMs,
    },
    total: { ...moment, shares: total.shares - counted.shares + shares },
  };
}

/**
 * A loss ends what was counted, for later proposals; the first one does, until it is counted again.
 * Null: there is nothing to end.
 */
export function endCounted(
  counted: CountedReputation,
  { proposals }: Moment,
): CountedReputation | null {
  if (counted.shares === 0n || counted.lostAfter !== null) return null;
  return { ...counted, lostAfter: proposals };
}

/** The reputation that may vote on a proposal which is made now, whose members weigh `members`. */
export function reputationElectorate(
  { shareBpsMax, fullAtPoints }: ReputationPolicy,
  it: { members: bigint; total: AtBothMoments<CountedTotal>; nowMs: number },
): ReputationElectorate {
  const shares = lesser(it.total.aged.shares, it.total.made.shares);
  const full = BigInt(fullAtPoints) * growth(it.nowMs);
  const perShares = shares > full ? shares : full;
  const poolWeight = (it.members * BigInt(shareBpsMax)) / 10_000n;
  return {
    weight: `${(poolWeight * shares) / perShares}`,
    poolWeight: `${poolWeight}`,
    perShares: `${perShares}`,
    sharesMax: `${(shares * reputationShareMaxBps) / 10_000n}`,
  };
}

/** What one account's reputation weighs on a proposal. */
export function weighReputation(
  counted: AtBothMoments<CountedReputation>,
  it: { proposal: Snapshot; electorate: ReputationElectorate },
): bigint {
  const { poolWeight, perShares, sharesMax } = it.electorate;
  const { aged, made } = counted;
  // A loss that came between them: what is left after it has an age of its own.
  if (aged.atMs < made.cleanSinceMs) return 0n;
  const held = lesser(sharesFor(aged, it.proposal), sharesFor(made, it.proposal));
  return (lesser(held, BigInt(sharesMax)) * BigInt(poolWeight)) / BigInt(perShares);
}

function sharesFor({ shares, lostAfter, atMs }: CountedReputation, proposal: Snapshot): bigint {
  if (lostAfter === null) return shares;
  return wasMade({ atMs, proposals: lostAfter }, proposal) ? 0n : shares;
}

/** Whether reputation could be a quorum without any member, under such a policy. */
export function isQuorumAlone({ shareBpsMax }: ReputationPolicy, quorumBps: number): boolean {
  return shareBpsMax * 10_000 >= quorumBps * (10_000 + shareBpsMax);
}
