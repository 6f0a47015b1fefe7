/**
 * Who votes, with what weight, and with what weight *then*. What an account can vote with is its
 * standing; every change of it is kept with its time, so that a proposal can ask for two moments:
 * `aged`, one voting period before it was made, and `made`, when it was made. The lesser counts.
 * So weight must have a voting period of age, what was lost before counts no more, and nothing that
 * happens after a proposal was made touches it.
 */
import { refuse } from './errors.js';

/** Something that changes, with when it became what it is. */
export interface Dated {
  atMs: number;
  /** How many proposals had been made by then: it counts for later ones only. */
  proposals: number;
}

export interface Standing extends Dated {
  /** Of the account itself, as a member. */
  weight: bigint;
  /** Who votes for it while it does not vote itself. */
  delegate: string | null;
  /** Sum of the weights of those who name it as their delegate. */
  delegated: bigint;
}

/** The sum of all members' weights. */
export interface TotalWeight extends Dated {
  weight: bigint;
}

/** When something happens: block time, and how many proposals there are. */
export type Moment = Dated;

/** The two moments that a proposal asks for. */
export interface Snapshot {
  id: number;
  /** Creation less the voting period of then. */
  snapshotMs: number;
}

export interface AtBothMoments<T> {
  aged: T;
  made: T;
}

/** Founding members have voted from the start: their weight needs no age. */
export const founding: Moment = { atMs: 0, proposals: 0 };

export const noStanding: Standing = { ...founding, weight: 0n, delegate: null, delegated: 0n };
export const noTotal: TotalWeight = { ...founding, weight: 0n };

export function wasAged(it: Dated, proposal: Snapshot): boolean {
  return it.atMs <= proposal.snapshotMs;
}

export function wasMade(it: Dated, proposal: Snapshot): boolean {
  return it.proposals < proposal.id;
}

/**
 * The last of `count` dated records, oldest first, that `isKnown`; null: none was. Steps back from
 * the newest in doubling strides, then halves the gap: reads ≤ 2·log₂(d) + 2 for the d-th last.
 */
export function findLast<T extends Dated>(
  history: { count: number; read(index: number): T },
  isKnown: (it: T) => boolean,
): T | null {
  let found: T | null = null;
  let low = 0; // All below are known, if any of them is.
  let high = history.count; // This one and all above are not.
  for (let stride = 1; low < high; stride *= 2) {
    const index = Math.max(low, high - stride);
    const it = history.read(index);
    if (isKnown(it)) {
      found = it;
      low = index + 1;
      break;
    }
    high = index;
  }
  while (low < high) {
    const index = (low + high) >> 1;
    const it = history.read(index);
    if (isKnown(it)) {
      found = it;
      low = index + 1;
    } else {
      high = index;
    }
  }
  return found;
}

/** What a delegate can vote with for others. Only members vote, so only they vote for others. */
export function powerOf({ weight, delegated }: Standing): bigint {
  return weight > 0n ? delegated : 0n;
}

export function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The weights that a proposal's quorum is a share of: no more than can vote on it. */
export function electorateWeight(total: AtBothMoments<TotalWeight>): bigint {
  return lesser(total.aged.weight, total.made.weight);
}

/** Standings that a change makes; the caller stores each one. */
export type Changes = Map<string, Standing>;

interface Reading {
  standingOf(account: string): Standing;
  moment: Moment;
}

/** A member that leaves takes its weight from its delegate, and delegates no more. */
export function changeWeight(it: { account: string; weight: bigint } & Reading): Changes {
  const { account, weight, moment } = it;
  const changes: Changes = new Map();
  const before = it.standingOf(account);
  if (before.delegate !== null) {
    const delegate = it.standingOf(before.delegate);
    const delegated = delegate.delegated - before.weight + weight;
    changes.set(before.delegate, { ...delegate, ...moment, delegated });
  }
  const delegate = weight === 0n ? null : before.delegate;
  changes.set(account, { ...before, ...moment, weight, delegate });
  return changes;
}

/**
 * Gives the account's vote to `to`, or takes it back (null). A vote travels one step: what was
 * delegated to the account does not go with it, so there are no chains and no circles.
 */
export function changeDelegate(it: { account: string; to: string | null } & Reading): Changes {
  const { account, to, moment } = it;
  const before = it.standingOf(account);
  if (before.weight === 0n) refuse('NOT_MEMBER', `${account} has no weight to delegate`);
  if (to === account) {
    refuse('BAD_ARGUMENT', `to is ${account} itself; undelegate to vote yourself`);
  }
  if (to === before.delegate) {
    refuse('ALREADY_ACTED', `${account} delegates to ${to ?? 'nobody'} already`);
  }
  const changes: Changes = new Map();
  if (before.delegate !== null) {
    const last = it.standingOf(before.delegate);
    const delegated = last.delegated - before.weight;
    changes.set(before.delegate, { ...last, ...moment, delegated });
  }
  if (to !== null) {
    const next = it.standingOf(to);
    if (next.weight === 0n) refuse('NOT_MEMBER', `${to} is not a member; delegate to a member`);
    changes.set(to, { ...next, ...moment, delegated: next.delegated + before.weight });
  }
  changes.set(account, { ...before, ...moment, delegate: to });
  return changes;
}

/** A DAO whose members all have weight zero could never decide anything again. */
export function checkTotal(totalWeight: bigint): void {
  if (totalWeight <= 0n) {
    refuse('BAD_ACTION', 'the total weight of members must stay above zero; keep one voter');
  }
}
