/**
 * What a run can cost, so that its escrow is never short. Final rounds pay at most everybody's
 * reward and audit fee. A rewound round pays audit fees too, and each one convicted a seat whose
 * stake covers them. Records that the run writes are paid for like everything else, by their bytes.
 */
import {
  applicationsMax,
  cancelledRoundsSlack,
  heldBackRoundsMax,
  payoutChangesMax,
  seatsMax,
  storageYoctoPerByte,
} from './limits.js';
import type { RunTerms } from './run-terms.js';

/** Terms, run record and key overheads at their largest, without what grows by worker. */
const runBytes = 9_000;
/** A worker's entries in the run record and two audits. */
const runBytesPerWorker = 1_400;
/** The application, and the ledger to which its stake or what was over goes back. */
const bytesPerApplication = 640;
/** The key of an account and a small number: an index entry, a party. */
const indexBytes = 190;
/**
 * A seat record with two claims and all the pay that can be held back, its entries as owner and
 * operator, the ledgers and parties of its account and of every payout account it may name, and
 * its owner's reputation.
 */
export const seatBytes =
  2_500 +
  45 * (heldBackRoundsMax + 1) +
  2 * indexBytes +
  (2 + payoutChangesMax) * (indexBytes + 500) +
  300;
const recordBytesBase = 700;
const recordBytesPerClaim = 900;
const cancelledRecordBytes = 700;

/** Bytes of storage of one stored round record beyond its text: key, trie overhead. */
export const recordOverheadBytes = 100;

export function fundingBytes(terms: RunTerms): number {
  const perWorker = terms.maxWorkers * runBytesPerWorker;
  return runBytes + perWorker + applicationsMax * bytesPerApplication;
}

/** Seats that a run can give in all: expelled and absent ones are not given twice. */
export function seatsOfRunMax(terms: RunTerms): number {
  return Math.min(seatsMax, 2 * (terms.maxWorkers + terms.maxAuditors));
}

/** A stored round record of `maxWorkers` claims at its largest. */
export function recordBytes(terms: RunTerms): number {
  return recordBytesBase + terms.maxWorkers * recordBytesPerClaim;
}

export function cancelledRoundsMax(terms: RunTerms): number {
  return terms.rounds + cancelledRoundsSlack;
}

/** An amendment that waits: its key, and seven fields at their longest. */
export const amendmentBytes = 700;
/** A slice in the list of returned ones. */
const returnedSliceBytes = 12;

/** What doing so many final rounds again can cost, and saying so in the log. */
export function redoYocto(terms: RunTerms, rounds: number): bigint {
  const relayed = BigInt(relayedCallsOfRound(terms)) * BigInt(terms.relayFeeYocto);
  const each = roundYocto(terms) + relayed;
  const bytes = cancelledRecordBytes + redoneSlicesBytes(terms, rounds);
  return BigInt(rounds) * each + BigInt(bytes) * storageYoctoPerByte;
}

/** Growth of the run record by the slices that a rewind queues again. */
export function redoneSlicesBytes(terms: RunTerms, rounds: number): number {
  return rounds * terms.maxWorkers * returnedSliceBytes;
}

/** Relayed calls that a run pays for in all. */
export function relayedCallsMax(terms: RunTerms): number {
  return terms.rounds * relayedCallsOfRound(terms);
}

export function relayedCallsOfRound(terms: RunTerms): number {
  return terms.relayedCallsPerRound * (terms.maxWorkers + terms.maxAuditors);
}

/** What one final round pays at most, its record included. */
export function roundYocto(terms: RunTerms): bigint {
  const perWorker = BigInt(terms.rewardYocto) + BigInt(terms.auditFeeYocto);
  return BigInt(terms.maxWorkers) * perWorker + BigInt(recordBytes(terms)) * storageYoctoPerByte;
}

/** What a round that a conviction cancels has cost. */
export function cancelledRoundYocto(terms: RunTerms): bigint {
  const fees = BigInt(terms.maxWorkers) * BigInt(terms.auditFeeYocto);
  return fees + BigInt(recordBytes(terms)) * storageYoctoPerByte;
}

/** Where a run stands, as far as its remaining cost goes. */
export interface Spent {
  finalRounds: number;
  cancelledRounds: number;
  seats: number;
  relayedCalls: number;
}

const nothingSpent: Spent = { finalRounds: 0, cancelledRounds: 0, seats: 0, relayedCalls: 0 };

/**
 * What a run under these terms can still cost beyond its own record (`fundingBytes`). A seat
 * without a stake can have a round cancelled at nobody's cost but the escrow's, once.
 */
export function costToGo(terms: RunTerms, spent: Spent): bigint {
  const seats = Math.max(0, seatsOfRunMax(terms) - spent.seats);
  const cancelled = Math.max(0, cancelledRoundsMax(terms) - spent.cancelledRounds);
  const relayed = Math.max(0, relayedCallsMax(terms) - spent.relayedCalls);
  return (
    BigInt(terms.rounds - spent.finalRounds) * roundYocto(terms) +
    BigInt(terms.earnedStakeSeatsMax) * cancelledRoundYocto(terms) +
    BigInt(relayed) * BigInt(terms.relayFeeYocto) +
    BigInt(seats * seatBytes + cancelled * cancelledRecordBytes) * storageYoctoPerByte
  );
}

/** The smallest budget that a run with these terms can be funded with, in yoctoNEAR. */
export function escrowNeeded(terms: RunTerms): bigint {
  return costToGo(terms, nothingSpent) + BigInt(fundingBytes(terms)) * storageYoctoPerByte;
}

/** The smallest stake: half of it pays for the round that a conviction cancels. */
export function stakeNeeded(terms: RunTerms): bigint {
  return 2n * cancelledRoundYocto(terms);
}
