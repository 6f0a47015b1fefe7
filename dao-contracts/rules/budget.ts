/**
 * What a run can cost, so that its escrow is never short. Final rounds pay at most everybody's
 * reward and audit fee. A rewound round pays audit fees too, and each one convicted a seat whose
 * stake covers them. Records that the run writes are paid for like everything else, by their bytes.
 */
import {
  applicationsMax,
  cancelledRoundsSlack,
  panelSizes,
  seatsMax,
  storageYoctoPerByte,
} from './limits.js';
import type { RunTerms } from './run-terms.js';

/** Terms, run record and key overheads at their largest, without what grows by worker. */
const runBytes = 8_000;
/** A worker's entries in the run record. */
const runBytesPerWorker = 400;
/** One audit in progress. */
const auditBytes = 600;
const bytesPerApplication = 130;
/** A seat record with two claims, its index entry, and a new account's ledger. */
export const seatBytes = 2_800;
const recordBytesBase = 1_000;
const recordBytesPerClaim = 820;
const recordBytesPerAudit = 80;
const cancelledRecordBytes = 700;

/** A dispute with its first panel, and what each juror of a later one adds. */
export const disputeBytes = 1_600;
export const appealBytesPerJuror = 130;
/** A challenge: everybody who named the root may lose by it, and each loss is kept. */
export function challengeBytes(terms: RunTerms): number {
  return disputeBytes + terms.maxWorkers * appealBytesPerJuror;
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

export function fundingBytes(terms: RunTerms): number {
  const perWorker = terms.maxWorkers * (runBytesPerWorker + terms.auditsPerClaim * auditBytes);
  return runBytes + perWorker + applicationsMax * bytesPerApplication;
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

/** What the audits of one claim cost at most. */
function auditFeesPerClaim(terms: RunTerms): bigint {
  return BigInt(terms.auditsPerClaim) * BigInt(terms.auditFeeYocto);
}

/** Rewards and fees of one final round. */
function roundPayMax(terms: RunTerms): bigint {
  return BigInt(terms.maxWorkers) * (BigInt(terms.rewardYocto) + auditFeesPerClaim(terms));
}

/** A rewound round pays its audits, is recorded, and took a dispute. */
function cancelledRoundCost(terms: RunTerms): bigint {
  const bytes = BigInt(recordBytes(terms) + disputeBytes);
  return BigInt(terms.maxWorkers) * auditFeesPerClaim(terms) + bytes * storageYoctoPerByte;
}

/** What one more round can take out of the escrow: it does not open with less in it. */
export function roundCostMax(terms: RunTerms): bigint {
  return roundPayMax(terms) + BigInt(recordBytes(terms)) * storageYoctoPerByte;
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

/** The smallest budget that a run with these terms can be funded with, in yoctoNEAR. */
export function escrowNeeded(terms: RunTerms): bigint {
  const bytes =
    fundingBytes(terms) +
    seatsOfRunMax(terms) * seatBytes +
    terms.rounds * recordBytes(terms) +
    cancelledRoundsMax(terms) * cancelledRecordBytes;
  return (
    BigInt(terms.rounds) * roundPayMax(terms) +
    roundsAwaitedMax * cancelledRoundCost(terms) +
    BigInt(decoysPaidMax(terms)) * BigInt(terms.decoyFeeYocto) +
    BigInt(bytes) * storageYoctoPerByte
  );
}

/** The smallest stake: half of it pays for the round that a conviction cancels. */
export function stakeNeeded(terms: RunTerms): bigint {
  return 2n * cancelledRoundCost(terms);
}
