/**
 * What a vote fixes about a fleet, and what follows from it: how many cohorts and segments a fleet
 * of so many seats has, and what it can cost.
 */
import { refuse } from '../errors.js';
import { deadlineMsMax, deadlineMsMin, roundsMax, seatsMax } from '../limits.js';
import { committeeSeatsMax, fleetSeatsMax, fleetSegmentsMax, jurySeatsMax } from './limits.js';

export interface FleetTerms {
  /** Final rounds wanted. */
  rounds: number;
  /** Below so many active seats the fleet pauses. */
  minSeats: number;
  /** Seats that the budget can pay. */
  maxSeats: number;
  /** Seats of a cohort, at most 64. */
  cohortSeats: number;
  /** A cohort with fewer active, committed or revealed seats is left behind in this round. */
  minCohortSeats: number;
  /** E: membership of cohorts is drawn anew every so many rounds. */
  epochRounds: number;
  /** m: seats of a segment's committee. */
  committeeSeats: number;
  jurySeats: number;
  /** Cohorts that must close for a round to go on. */
  minCohortsBps: number;
  /** Share of a round's updates that may turn out bad before the round is rewound. */
  taintBps: number;
  stakeYocto: bigint;
  /** Per included update that no audit failed. */
  rewardYocto: bigint;
  /** Per right answer in a committee or jury. */
  panelFeeYocto: bigint;
  challengeBondYocto: bigint;
  deadlinesMs: FleetDeadlinesMs;
}

export interface FleetDeadlinesMs {
  /** The four phases of a cohort. */
  train: number;
  reveal: number;
  certify: number;
  close: number;
  /** For all cohorts of a round, from its opening. */
  cohorts: number;
  /** Each of a panel's two phases. */
  panel: number;
  /** For a cohort's audits, from the moment when its round is provisional. */
  audit: number;
  /** How long a paused fleet waits before anybody may resume it. */
  pause: number;
  /** A fleet that enrols or is paused for so long stops. */
  giveUp: number;
}

export interface FleetShape {
  seats: number;
  cohorts: number;
  segments: number;
}

/**
 * C = ⌈N ÷ cohortSeats⌉. G = C, so that a committee member fetches C × (1 ÷ G) = one aggregate's
 * size; but at most N ÷ 2m, so that committees of one round are disjoint and half of the fleet
 * stays free, whatever N is.
 */
export function shapeOf(seats: number, terms: FleetTerms): FleetShape {
  const cohorts = Math.ceil(seats / terms.cohortSeats);
  const disjoint = Math.floor(seats / (2 * terms.committeeSeats));
  const segments = Math.max(1, Math.min(cohorts, disjoint, fleetSegmentsMax));
  return { seats, cohorts, segments };
}

/** Seats of cohort `c` are places `first … end − 1` of the epoch's order; sizes differ by one. */
export function placesOf(shape: FleetShape, cohort: number): { first: number; end: number } {
  const at = (c: number) => Math.floor((c * shape.seats) / shape.cohorts);
  return { first: at(cohort), end: at(cohort + 1) };
}

/** A jury never needs more than half of those who are not accused; 0: there is nobody else. */
export function jurySizeOf(shape: FleetShape, terms: FleetTerms, accused: number): number {
  const others = shape.seats - accused;
  return Math.min(terms.jurySeats, others, Math.max(1, Math.floor(others / 2)));
}

/** Only final rounds are paid, and each pays at most everybody and one full panel a segment. */
export function fleetBudgetNeeded(terms: FleetTerms): bigint {
  const { segments } = shapeOf(terms.maxSeats, terms);
  const perRound =
    BigInt(terms.maxSeats) * terms.rewardYocto +
    BigInt(segments * terms.committeeSeats) * terms.panelFeeYocto;
  return BigInt(terms.rounds) * perRound;
}

/** Errors: `BAD_TERMS`. */
export function checkFleetTerms(terms: FleetTerms): void {
  const { deadlinesMs: ms } = terms;
  within('rounds', terms.rounds, 1, roundsMax);
  within('committeeSeats', terms.committeeSeats, 1, committeeSeatsMax);
  within('jurySeats', terms.jurySeats, 1, jurySeatsMax);
  within('cohortSeats', terms.cohortSeats, 2, seatsMax);
  within('minCohortSeats', terms.minCohortSeats, 2, terms.cohortSeats);
  within('maxSeats', terms.maxSeats, 2, fleetSeatsMax);
  // A committee that is most of the fleet would leave nobody to judge it, nor would a cohort that is
  // all of it: with more seats than one cohort has there are two, and each is at most a half.
  const others = Math.max(2 * terms.committeeSeats, terms.cohortSeats + 1);
  within('minSeats', terms.minSeats, others, terms.maxSeats);
  within('epochRounds', terms.epochRounds, 1, roundsMax);
  within('minCohortsBps', terms.minCohortsBps, 1, 10_000);
  within('taintBps', terms.taintBps, 0, 10_000);
  for (const [name, value] of Object.entries(ms)) {
    within(`deadlinesMs.${name}`, value, deadlineMsMin, deadlineMsMax);
  }
  // Else a cohort that did everything in time could be left behind.
  const phases = ms.train + ms.reveal + ms.certify + ms.close;
  if (ms.cohorts < phases) {
    refuse('BAD_TERMS', `deadlinesMs.cohorts is ${ms.cohorts}; give at least ${phases}`);
  }
  for (const name of ['stakeYocto', 'rewardYocto', 'panelFeeYocto'] as const) {
    if (terms[name] < 0n) refuse('BAD_TERMS', `${name} is ${terms[name]}; give 0 or more`);
  }
  // A lost challenge pays its jury out of the bond.
  const fees = BigInt(terms.jurySeats) * terms.panelFeeYocto;
  if (terms.challengeBondYocto < fees) {
    refuse('BAD_TERMS', `challengeBondYocto must cover the jury's fees; give at least ${fees}`);
  }
}

function within(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  refuse('BAD_TERMS', `${name} is ${value}; give an integer from ${least} to ${most}`);
}
