/** Reads the terms of a run from a proposal, and refuses what could not work or could not pay. */
import { stakeNeeded } from './budget.js';
import { amount, decimal, digest, integer, list, record, text, type Decoder } from './decoding.js';
import { refuse } from './errors.js';
import {
  auditsPerClaimMax,
  datasetsPerRunMax,
  deadlineMsMax,
  deadlineMsMin,
  flopsPerRoundMax,
  heldBackRoundsMax,
  roundsMax,
  seatsMax,
  segmentsMax,
} from './limits.js';

import type { DeadlinesMs, RunTerms } from './run-terms.js';
import { refuseIfCheatingPays } from './terms-economics.js';

const milliseconds = integer(deadlineMsMin, deadlineMsMax);

const decodeShape: Decoder<RunTerms> = record<RunTerms>({
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
  deadlinesMs: record<DeadlinesMs>({
    enrol: milliseconds,
    train: milliseconds,
    reveal: milliseconds,
    certify: milliseconds,
    aggregate: milliseconds,
    audit: milliseconds,
  }),
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
});

/** Terms that make sense by themselves; datasets and treasury are checked by who knows them. */
export function decodeRunTerms(value: unknown, field: string): RunTerms {
  const terms = decodeShape(value, field);
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
  if (BigInt(terms.flopsPerRound) === 0n) {
    refuse('BAD_TERMS', 'flopsPerRound must be at least 1: pay is for computing');
  }
  refuseIfCheatingPays(terms);
  return terms;
}
