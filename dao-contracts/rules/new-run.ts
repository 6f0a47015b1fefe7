/** A run as it is the moment the DAO funded it: one place that knows every field of the record. */
import { fundingBytes } from './budget.js';
import { storageYoctoPerByte } from './limits.js';
import type { RunTerms } from './run-terms.js';
import type { Run } from './run-state.js';
import { noSeats } from './seat-set.js';

export interface Funding {
  id: number;
  proposal: number;
  proposer: string;
  terms: RunTerms;
  budgetYocto: bigint;
  nowMs: number;
}

/** The storage of the run's own records is paid from the budget at once. */
export function newRun(it: Funding): Run {
  const { id, proposal, proposer, terms, budgetYocto, nowMs } = it;
  return {
    id,
    proposal,
    proposer,
    status: 'enrolling',
    pausedBecause: null,
    pausedUntilMs: null,
    pausedSinceMs: null,
    recentMs: { train: [], reveal: [], certify: [], aggregate: [], audit: [] },
    budgetYocto,
    escrowYocto: budgetYocto - fundingStorageYocto(terms),
    paidYocto: 0n,
    finalRounds: 0,
    paidRounds: 0,
    cancelledRounds: 0,
    finalRound: 0,
    finalRoot: terms.initialRoot,
    logHead: null,
    nextRound: 1,
    resetNext: false,
    nextSlice: 0,
    returnedSlices: [],
    roster: [],
    parties: 0,
    earners: 0,
    relayedCalls: 0,
    amendment: false,
    rewinds: [],
    open: null,
    provisional: null,
    work: [],
    draws: null,
    nextDispute: 1,
    busySinceMs: null,
    busyMs: 0,
    audited: noSeats,
    decoysPaid: 0,
    dataRounds: 0,
    enrolDeadlineMs: nowMs + terms.deadlinesMs.enrol,
  };
}

export function fundingStorageYocto(terms: RunTerms): bigint {
  return BigInt(fundingBytes(terms)) * storageYoctoPerByte;
}
