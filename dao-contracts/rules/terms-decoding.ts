/** Reads the terms of a run from a proposal, and refuses what could not work or could not pay. */
import { cancelledRoundYocto, stakeNeeded } from './budget.js';
import { checkDataTerms, decodeDataShares } from './data-shares.js';
import { amount, decimal, digest, integer, list, record, text, type Decoder } from './decoding.js';
import { refuse } from './errors.js';
import {
  auditsPerClaimMax,
  datasetsPerRunMax,
  deadlineMsMax,
  deadlineMsMin,
  flopsPerRoundMax,
  heldBackRoundsMax,
  relayedCallsPerRoundMax,
  roundsMax,
  seatsMax,
  segmentsMax,
} from './limits.js';

import type { Amendment, DeadlinesMs, RunTerms } from './run-terms.js';
import { refuseIfCheatingPays } from './terms-economics.js';
import { checkTolerance, decodeTolerance } from './tolerance/terms.js';

const milliseconds = integer(deadlineMsMin, deadlineMsMax);

const decodeDeadlines: Decoder<DeadlinesMs> = record<DeadlinesMs>({
  enrol: milliseconds,
  train: milliseconds,
  reveal: milliseconds,
  certify: milliseconds,
  aggregate: milliseconds,
  audit: milliseconds,
});

const decodeExact = record<Omit<RunTerms, 'tolerance'>>({
  spec: digest,
  program: digest,
  fingerprint: digest,
  tokenizer: digest,
  initialRoot: digest,
  datasets: list(text(128), datasetsPerRunMax),
  rounds: integer(1, roundsMax),
  minWorkers: integer(1, seatsMax),
  maxWorkers: integer(1, seatsMax),
  maxAuditors: integer(0, seatsMax - 1),
  slicesPerEpoch: integer(1, 2 ** 40),
  segments: integer(1, segmentsMax),
  localResetInterval: integer(1, roundsMax),
  deadlinesMs: decodeDeadlines,
  auditedClaimsBps: integer(0, 10_000),
  auditsPerClaim: integer(1, auditsPerClaimMax),
  witnesses: integer(0, seatsMax),
  challengeWindowMs: integer(0, deadlineMsMax),
  taintedShareBpsMax: integer(0, 5_000),
  decoyShareBps: integer(0, 10_000),
  decoyFeeYocto: amount,
  stakeYocto: amount,
  rewardYocto: amount,
  auditFeeYocto: amount,
  heldBackRounds: integer(0, heldBackRoundsMax),
  computeCostYocto: amount,
  flopsPerRound: decimal(flopsPerRoundMax),
  seatsPerAccount: integer(1, seatsMax),
  relayFeeYocto: amount,
  relayedCallsPerRound: integer(0, relayedCallsPerRoundMax),
  earnedStakeSeatsMax: integer(0, seatsMax),
  dataRewardYocto: amount,
  dataShares: decodeDataShares,
});

/** The terms of the exact class have no such field at all, and so the bytes that they had. */
const decodeShape: Decoder<RunTerms> = (value, field) => {
  if (typeof value !== 'object' || value === null || !('tolerance' in value)) {
    return decodeExact(value, field);
  }
  const { tolerance, ...rest } = value;
  const terms = decodeExact(rest, field);
  return { ...terms, tolerance: decodeTolerance(tolerance, `${field}.tolerance`) };
};

/** New values of a run under way; whether its terms make sense with them is checked with them. */
export const decodeAmendment: Decoder<Amendment> = record<Amendment>({
  spec: digest,
  rounds: integer(1, roundsMax),
  maxWorkers: integer(1, seatsMax),
  deadlinesMs: decodeDeadlines,
  auditedClaimsBps: integer(0, 10_000),
  rewardYocto: amount,
  auditFeeYocto: amount,
  flopsPerRound: decimal(flopsPerRoundMax),
});

/** Terms that make sense by themselves; datasets and treasury are checked by who knows them. */
export function decodeRunTerms(value: unknown, field: string): RunTerms {
  const terms = decodeShape(value, field);
  checkRunTerms(terms);
  refuseIfCheatingPays(terms);
  return terms;
}

/** What no terms may be, from the first vote or by an amendment. */
export function checkRunTerms(terms: RunTerms): void {
  if (terms.minWorkers > terms.maxWorkers) {
    refuse('BAD_TERMS', `minWorkers ${terms.minWorkers} is above maxWorkers ${terms.maxWorkers}`);
  }
  if (terms.maxWorkers + terms.maxAuditors > seatsMax) {
    refuse('BAD_TERMS', `maxWorkers and maxAuditors must be at most ${seatsMax} together`);
  }
  if (terms.datasets.length === 0 || new Set(terms.datasets).size < terms.datasets.length) {
    refuse('BAD_TERMS', 'datasets must name at least one dataset and none twice');
  }
  // The leaf that one audit starts from is the answer to the audit of the segment before it.
  if (2 * terms.auditsPerClaim - 1 > terms.segments) {
    refuse('BAD_TERMS', `${terms.auditsPerClaim} audits of a claim need segments between theirs`);
  }
  const least = stakeNeeded(terms);
  if (BigInt(terms.stakeYocto) < least) {
    refuse('BAD_TERMS', `stakeYocto must be at least ${least}: a conviction pays for its round`);
  }
  if (terms.tolerance) {
    const cancelledYocto = cancelledRoundYocto(terms);
    checkTolerance(terms.tolerance, { stakeYocto: BigInt(terms.stakeYocto), cancelledYocto });
  }
  if (BigInt(terms.flopsPerRound) === 0n) {
    refuse('BAD_TERMS', 'flopsPerRound must be at least 1: pay is for computing');
  }
  checkDataTerms(terms);
}
