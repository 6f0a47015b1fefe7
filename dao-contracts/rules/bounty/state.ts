/**
 * A bounty's records and a transition in progress over them. The rules know a record by its kind
 * and number or name; the contract keeps each under a key of its own, so that a call reads and
 * writes only what it needs.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { CallContext, RunEvent } from '../run-draft.js';
import { moveMoney, noMoney, type Bucket, type Totals } from '../totals.js';
import type { BountyPhase } from './bounty-view.js';
import type { BountyTerms } from './terms.js';

export interface Bounty {
  id: number;
  proposal: number;
  phase: BountyPhase;
  /** Of the four phases that have one; else 0. */
  deadlineMs: number;
  escrowYocto: bigint;
  paidYocto: bigint;
  contributors: number;
  reviewers: number;
  batches: number;
  revealed: number;
  /** Panel members that sealed, and opened, their votes on a batch. */
  sealed: number;
  opened: number;
  /** Hex of 32 random bytes: who reviews what (panel.ts). Null before, and if nobody can review. */
  seed: string | null;
  /** Batches, then reviewers, that are settled. */
  settled: number;
  accepted: number;
  /** Of the tree over the accepted items so far (items-tree.ts): hex. */
  peaks: string[];
  itemsRoot: Digest | null;
  agreement: Agreement;
}

/** What Krippendorff's alpha is computed from (agreement.ts). */
export interface Agreement {
  yes: number;
  no: number;
  disagreement60: number;
}

export interface Contributor {
  account: string;
  payout: string;
  batches: number;
  accepted: number;
}

export interface Reviewer {
  account: string;
  payout: string;
  /** What is left of the stake. */
  stakeYocto: bigint;
  earnedYocto: bigint;
  missed: number;
}

export interface Batch {
  contributor: number;
  commitment: Digest;
  /** Null: not revealed. */
  items: Digest[] | null;
  reviews: Review[];
  /** What became of each item, once settled: `1` accepted, `0` not. */
  outcome: string | null;
}

export interface Review {
  reviewer: number;
  sealed: Digest;
  /** A `1` or `0` for each item; null: not opened. */
  votes: string | null;
}

/** What of it is stored under which kind. */
export interface BountyRecords {
  /** By number. */
  contributor: Contributor;
  reviewer: Reviewer;
  batch: Batch;
  /** By account that acts: its side, `c` or `r`, and its number there. */
  party: string;
  /** By half of the digest's hex: the first batch with the item, or `unclaimed`. */
  item: number;
}

/** In place of a batch's number: those that had the item so far were turned down as a whole. */
export const unclaimed = -1;

export type RecordKind = keyof BountyRecords;

export interface BountySource {
  bounty: Bounty;
  terms: () => BountyTerms;
  read: <K extends RecordKind>(kind: K, name: string | number) => BountyRecords[K] | null;
}

export class BountyDraft {
  readonly bounty: Bounty;
  readonly moves: Totals = noMoney();
  readonly credits = new Map<string, bigint>();
  readonly events: RunEvent[] = [];
  /** Records to store, by kind and name. */
  readonly written = new Map<string, { kind: RecordKind; name: string; value: unknown }>();
  #terms: BountyTerms | null = null;

  constructor(
    readonly source: BountySource,
    readonly at: CallContext,
  ) {
    this.bounty = source.bounty;
  }

  get terms(): BountyTerms {
    return (this.#terms ??= this.source.terms());
  }

  get<K extends RecordKind>(kind: K, name: string | number): BountyRecords[K] | null {
    const written = this.written.get(`${kind}:${name}`);
    return written ? (written.value as BountyRecords[K]) : this.source.read(kind, name);
  }

  put<K extends RecordKind>(kind: K, name: string | number, value: BountyRecords[K]): void {
    this.written.set(`${kind}:${name}`, { kind, name: `${name}`, value });
  }

  credit(account: string, from: Bucket, yocto: bigint): void {
    if (yocto === 0n) return;
    this.credits.set(account, (this.credits.get(account) ?? 0n) + yocto);
    moveMoney(this.moves, from, 'ledgers', yocto);
  }

  /** Out of the escrow, which was funded for all that a bounty can come to pay. */
  spend(to: Bucket, yocto: bigint): void {
    this.#take(yocto);
    moveMoney(this.moves, 'escrows', to, yocto);
  }

  pay(account: string, yocto: bigint): void {
    this.#take(yocto);
    this.bounty.paidYocto += yocto;
    this.credit(account, 'escrows', yocto);
  }

  #take(yocto: bigint): void {
    if (this.bounty.escrowYocto < yocto) throw new Error(`BUG: bounty ${this.bounty.id} is short`);
    this.bounty.escrowYocto -= yocto;
  }

  emit(event: string, data: Record<string, unknown>): void {
    this.events.push({ event, data: { bounty: this.bounty.id, ...data } });
  }
}
