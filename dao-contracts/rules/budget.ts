/**
 * What a run can cost, so that its escrow is never short. Final rounds pay at most everybody's
 * reward and audit fee. A rewound round pays audit fees too, and each one convicted a seat whose
 * stake covers them. Records that the run writes are paid for like everything else, by their bytes.
 */
import {
  applicationsMax,
  cancelledRoundsSlack,
  heldBackRoundsMax,
  panelSizes,
  payoutChangesMax,
  seatsMax,
  storageYoctoPerByte,
} from './limits.js';
import type { Seat } from './run-state.js';
import type { RunTerms } from './run-terms.js';

/**
 * Terms, run record and key overheads at their largest, with work that a call left to ticks, and
 * without what grows by worker.
 */
const runBytes = 12_340;
/** A worker's entries in the run record. */
const runBytesPerWorker = 600;
/** One audit in progress. */
const auditBytes = 600;
/** The application, and the ledger to which its stake or what was over goes back. */
const bytesPerApplication = 640;
/** Pay of a round that is held back, in the seat's record. */
const heldPayBytes = 45;
/** The ledger and the party of an account that a seat is paid to. */
const payeeBytes = 690;
/**
 * A seat record with two claims and all the pay that can be held back, its entries as owner and
 * operator (190 each), the ledgers and parties of its account and of every payout account it may
 * name, and its owner's reputation.
 */
export const seatBytes = 8_220;
/** Of the tolerance class: its terms; what an audit in progress measured; what a seat's came to. */
const toleranceBytes = 300;
const distanceBytes = 450;
const seatDistancesBytes = 1_700;

/** A seat of a run with these terms. */
export function seatBytesOf({ tolerance }: Pick<RunTerms, 'tolerance'>): number {
  return tolerance ? seatBytes + seatDistancesBytes : seatBytes;
}

/**
 * What was paid for with a seat and can be needed no more once its run has ended: it names no other
 * payout account, and nothing is held back. What an expelled one lost may still be written in a
 * dispute, with the pay that was held back.
 */
export function unusedSeatYocto(
  { account, payout, payoutChanges }: Pick<Seat, 'account' | 'payout' | 'payoutChanges'>,
  isExpelled: boolean,
): bigint {
  const toItself = payoutChanges === 0 && payout === account ? 1 : 0;
  const payees = payoutChangesMax - payoutChanges + toItself;
  const held = isExpelled ? 0 : heldBackRoundsMax * heldPayBytes;
  return BigInt(payees * payeeBytes + held) * storageYoctoPerByte;
}

const recordBytesBase = 1_000;
const recordBytesPerClaim = 900;
const recordBytesPerAudit = 80;
const cancelledRecordBytes = 700;

/** A dispute with its first panel, and what each juror of a later one adds. */
export const disputeBytes = 1_600;
export const appealBytesPerJuror = 130;
/** What a seat lost and is owed; the pay that was held back is paid for with the seat. */
const lossBytes = 190;
/** A challenge: everybody who named the root may lose by it, and each loss is kept. */
export function challengeBytes(terms: RunTerms): number {
  return disputeBytes + terms.maxWorkers * lossBytes;
}

/**
 * Twice the fees of the first panel, since friends of the challenger may sit on it and are paid, and
 * a tenth of a stake: a challenge makes a whole round wait, and anybody can make one.
 */
export function challengeBondOf(terms: Pick<RunTerms, 'auditFeeYocto' | 'stakeYocto'>): bigint {
  const fees = BigInt(panelSizes[0]) * BigInt(terms.auditFeeYocto);
  return 2n * fees + BigInt(terms.stakeYocto) / 10n;
}

/** Rounds cancelled by verdicts whose money is still locked: the escrow waits for it so long. */
const roundsAwaitedMax = 4n;

/** Bytes of storage of one stored round record beyond its text: key, trie overhead. */
export const recordOverheadBytes = 100;

/** Its name in the terms, and how far each of 64 contributors has taken its part. */
const dataShareBytes = 640;

/** What a run's budget paid for applications that nobody made. */
export function unusedApplicationsYocto(applications: number): bigint {
  return BigInt((applicationsMax - applications) * bytesPerApplication) * storageYoctoPerByte;
}

export function fundingBytes(terms: RunTerms): number {
  const { tolerance, auditsPerClaim, maxWorkers, dataShares } = terms;
  const bytesPerAudit = tolerance ? auditBytes + distanceBytes : auditBytes;
  const perWorker = maxWorkers * (runBytesPerWorker + auditsPerClaim * bytesPerAudit);
  const applications = applicationsMax * bytesPerApplication;
  const data = dataShares.length * dataShareBytes;
  return runBytes + (tolerance ? toleranceBytes : 0) + perWorker + applications + data;
}

/** Seats that a run can give in all: expelled and absent ones are not given twice. */
export function seatsOfRunMax(terms: RunTerms): number {
  return Math.min(seatsMax, 2 * (terms.maxWorkers + terms.maxAuditors));
}

/** A stored round record of `maxWorkers` claims at its largest. */
export function recordBytes(terms: RunTerms): number {
  const perClaim = recordBytesPerClaim + terms.auditsPerClaim * recordBytesPerAudit;
  return recordBytesBase + terms.maxWorkers * perClaim;
}

/**
 * What the audits of one claim cost at most: their fees, or where no fee is paid, and nobody loses
 * by it, the storage of the dispute.
 */
function auditFeesPerClaim(terms: RunTerms): bigint {
  const fee = BigInt(terms.auditFeeYocto);
  const storage = BigInt(disputeBytes) * storageYoctoPerByte;
  return BigInt(terms.auditsPerClaim) * (fee > storage ? fee : storage);
}

/** What a round that a conviction cancels has cost: its audits, its record, the dispute. */
export function cancelledRoundYocto(terms: RunTerms): bigint {
  const bytes = BigInt(recordBytes(terms) + disputeBytes);
  return BigInt(terms.maxWorkers) * auditFeesPerClaim(terms) + bytes * storageYoctoPerByte;
}

/**
 * What one final round can take out of the escrow, its record included. No round opens with less
 * in it.
 */
export function roundYocto(terms: RunTerms): bigint {
  const perWorker = BigInt(terms.rewardYocto) + auditFeesPerClaim(terms);
  const pay = BigInt(terms.maxWorkers) * perWorker + BigInt(terms.dataRewardYocto);
  return pay + BigInt(recordBytes(terms)) * storageYoctoPerByte;
}

/** Of a run: each seat may begin with one, whatever its share. */
export function decoysPaidMax(terms: RunTerms): number {
  if (terms.decoyShareBps === 0) return 0;
  const claims = terms.rounds * terms.maxWorkers;
  return seatsOfRunMax(terms) + Math.ceil((claims * terms.decoyShareBps) / 10_000);
}

/** Of a seat, up to `round`: a worker that chose its secrets to its liking gains nothing. */
export function decoysOfSeatMax(terms: RunTerms, round: number): number {
  if (terms.decoyShareBps === 0) return 0;
  return 1 + Math.floor((round * terms.decoyShareBps) / 10_000);
}

export function cancelledRoundsMax(terms: RunTerms): number {
  return terms.rounds + cancelledRoundsSlack;
}

/** An amendment that waits: its key, and seven fields at their longest. */
export const amendmentBytes = 700;
/** A slice in the list of returned ones. */
const returnedSliceBytes = 12;

/** What a rewind undoes: final rounds, and the slices that they trained. */
export interface Undone {
  rounds: number;
  slices: number;
}

/** What doing them again under `terms` can cost, and saying so in the log. */
export function redoYocto(terms: RunTerms, { rounds, slices }: Undone): bigint {
  const relayed = BigInt(relayedCallsOfRound(terms)) * BigInt(terms.relayFeeYocto);
  const each = roundYocto(terms) + relayed;
  const bytes = cancelledRecordBytes + returnedSlicesBytes(slices);
  return BigInt(rounds) * each + BigInt(bytes) * storageYoctoPerByte;
}

/** Growth of the run record by slices that are queued again. */
export function returnedSlicesBytes(slices: number): number {
  return slices * returnedSliceBytes;
}

/** Relayed calls that a run pays for in all. */
export function relayedCallsMax(terms: RunTerms): number {
  return terms.rounds * relayedCallsOfRound(terms);
}

export function relayedCallsOfRound(terms: RunTerms): number {
  return terms.relayedCallsPerRound * (terms.maxWorkers + terms.maxAuditors);
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
    (roundsAwaitedMax + BigInt(terms.earnedStakeSeatsMax)) * cancelledRoundYocto(terms) +
    BigInt(decoysPaidMax(terms)) * BigInt(terms.decoyFeeYocto) +
    BigInt(relayed) * BigInt(terms.relayFeeYocto) +
    BigInt(seats * seatBytesOf(terms) + cancelled * cancelledRecordBytes) * storageYoctoPerByte
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
