/**
 * A fleet as it is stored: one record for the fleet, one for each seat, two for each cohort and two
 * for each segment (of the open round and of the one before it). Every event loads the fleet's
 * record, one cohort's or one segment's, and the seats that it names. Small arrays are typed: ten
 * thousand workers for a thousand rounds are then a matter of a minute in one process.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { seatsMax } from '../limits.js';
import { noMoney, receiveMoney, type Totals } from '../totals.js';
import type { Panel } from './panel.js';
import type { FleetShape, FleetTerms } from './terms.js';
import { checkFleetTerms, fleetBudgetNeeded } from './terms.js';
import { refuse } from '../errors.js';

export type FleetStatus = 'enrolling' | 'running' | 'paused' | 'completed' | 'stopped';

export interface Fleet {
  contract: string;
  id: number;
  terms: FleetTerms;
  status: FleetStatus;
  pausedBecause: string | null;
  /** Of a paused fleet: the earliest time to go on. */
  resumeAtMs: number;
  /** Enrolling or paused still at this time: the fleet stops and everybody is refunded. */
  giveUpAtMs: number;
  escrowYocto: bigint;
  totals: Totals;
  /** What accounts may withdraw. */
  ledgers: Map<string, bigint>;
  seats: FleetSeats;
  /** Set when an epoch begins: who is in which cohort follows from it. */
  epoch: { number: number; firstRound: number; seed: Uint8Array; shape: FleetShape };
  nextRound: number;
  finalRound: number;
  finalRounds: number;
  finalRoot: Digest;
  /** Rounds that never count. */
  cancelled: number[];
  /** Of final rounds: updates found bad, below the share that rewinds. */
  taintedUpdates: number;
  open: FleetRound | null;
  provisional: FleetRound | null;
  cohorts: Cohort[];
  segments: Segment[];
  /** Cohort and segment records whose pay or slices are still to be given out. */
  unsettled: number;
  nextSlice: number;
  /**
   * Slices to hand out again before new ones, first in first out: at most one a seat and round. On
   * chain a queue of its own, of blocks.
   */
  returnedSlices: number[];
}

/** Column by column; a seat number is an index into all of them. */
export interface FleetSeats {
  account: string[];
  status: number[];
  /** The first epoch of who has this seat: older work was another's. */
  fromEpoch: number[];
  stakeYocto: bigint[];
  /** Pay of this epoch and of the one before it: locked. */
  heldNewYocto: bigint[];
  heldOldYocto: bigint[];
  heldEpoch: number[];
  /** The epoch in which a seat was left, lost or last absent; it can be free two epochs later. */
  endedEpoch: number[];
  /** Seats that may be given again. */
  free: number[];
  active: number;
}

export const ACTIVE = 0;
export const ABSENT = 1;
export const LEFT = 2;
export const EXPELLED = 3;
export const FREE = 4;

export interface FleetRound {
  round: number;
  epoch: number;
  shape: FleetShape;
  phase: 'cohorts' | 'segments' | 'folded';
  deadlineMs: number;
  startRoot: Digest;
  /** Drawn when the cohorts have closed, so nobody knows a committee while it could be bought. */
  seed: Uint8Array | null;
  cohortsClosed: number;
  cohortsFailed: number;
  cohortsAudited: number;
  auditDeadlineMs: number;
  includedUpdates: number;
  badUpdates: number;
  /** How many segments are folded into `fold`; `root` is it once all are. */
  folded: number;
  fold: Digest;
  root: Digest | null;
  /** Open challenges. */
  disputes: number;
}

export type CohortPhase =
  'idle' | 'train' | 'reveal' | 'certify' | 'close' | 'closed' | 'audited' | 'failed';

export const IN_ROUND = 1;
export const COMMITTED = 2;
export const REVEALED = 4;
export const CERTIFIED = 8;
export const INCLUDED = 16;
export const SUBMITTED = 32;
export const FAILED_AUDIT = 64;

export interface CohortRound {
  /** 0: never used, or settled. */
  round: number;
  epoch: number;
  phase: CohortPhase;
  deadlineMs: number;
  size: number;
  /** Seat numbers by place, and the marks above by place. */
  members: Uint32Array;
  marks: Uint8Array;
  slices: Float64Array;
  /** How many certifiers named the update at a place. */
  named: Uint8Array;
  /** Which of `roots` the member at a place named, from 1. */
  votes: Uint8Array;
  roots: { root: Digest; count: number }[];
  expected: number;
  acted: number;
  revealed: number;
  included: number;
  /** RFC 6962 root over the digests of the aggregate's segments, in order. */
  root: Digest | null;
  dispute: Dispute | null;
  /** Decided by a jury, or undecided for good: not challengeable again. */
  judged: boolean;
}

/** Of two rounds at most: the open one and the provisional one. */
export type Cohort = readonly [CohortRound, CohortRound];

export interface SegmentRound {
  /** 0: never used, or settled. */
  round: number;
  epoch: number;
  tries: number;
  panel: Panel | null;
  digest: Digest | null;
  dispute: Dispute | null;
  judged: boolean;
}

export type Segment = readonly [SegmentRound, SegmentRound];

export interface Dispute {
  challenger: string;
  bondYocto: bigint;
  tries: number;
  jury: Panel;
}

/** A fleet before anybody enrolled, its budget escrowed. Errors: `BAD_TERMS`, `BUDGET_TOO_SMALL`. */
export function newFleet(it: {
  contract: string;
  id: number;
  terms: FleetTerms;
  budgetYocto: bigint;
  initialRoot: Digest;
  nowMs: number;
}): Fleet {
  const { terms } = it;
  checkFleetTerms(terms);
  const needed = fleetBudgetNeeded(terms);
  if (it.budgetYocto < needed) {
    refuse('BUDGET_TOO_SMALL', `${it.budgetYocto} yoctoNEAR; give at least ${needed}`);
  }
  const totals = noMoney();
  receiveMoney(totals, 'escrows', it.budgetYocto);
  return {
    contract: it.contract,
    id: it.id,
    terms,
    status: 'enrolling',
    pausedBecause: null,
    resumeAtMs: 0,
    giveUpAtMs: it.nowMs + terms.deadlinesMs.giveUp,
    escrowYocto: it.budgetYocto,
    totals,
    ledgers: new Map(),
    seats: {
      account: [],
      status: [],
      fromEpoch: [],
      stakeYocto: [],
      heldNewYocto: [],
      heldOldYocto: [],
      heldEpoch: [],
      endedEpoch: [],
      free: [],
      active: 0,
    },
    epoch: {
      number: 0,
      firstRound: 1,
      seed: new Uint8Array(32),
      shape: { seats: 0, cohorts: 0, segments: 0 },
    },
    nextRound: 1,
    finalRound: 0,
    finalRounds: 0,
    finalRoot: it.initialRoot,
    cancelled: [],
    taintedUpdates: 0,
    open: null,
    provisional: null,
    cohorts: [],
    segments: [],
    unsettled: 0,
    nextSlice: 0,
    returnedSlices: [],
  };
}

export function idleCohortRound(): CohortRound {
  return {
    round: 0,
    epoch: 0,
    phase: 'idle',
    deadlineMs: 0,
    size: 0,
    members: new Uint32Array(seatsMax),
    marks: new Uint8Array(seatsMax),
    slices: new Float64Array(seatsMax),
    named: new Uint8Array(seatsMax),
    votes: new Uint8Array(seatsMax),
    roots: [],
    expected: 0,
    acted: 0,
    revealed: 0,
    included: 0,
    root: null,
    dispute: null,
    judged: false,
  };
}

export function idleSegmentRound(): SegmentRound {
  return { round: 0, epoch: 0, tries: 0, panel: null, digest: null, dispute: null, judged: false };
}

/** The record of `round`, if it is one of the two. */
export function recordOf<T extends { round: number }>(
  pair: readonly [T, T] | undefined,
  round: number,
): T | null {
  if (!pair) return null;
  return pair[0].round === round ? pair[0] : pair[1].round === round ? pair[1] : null;
}
