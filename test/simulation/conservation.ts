/**
 * The law of money, checked after every event of every simulation: nothing is made or lost, each
 * bucket equals what the records say is in it, and a run that ended keeps nothing.
 */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { lostYocto } from '@commonweights/dao-contracts/rules/settlement.js';
import { buckets, type Totals } from '@commonweights/dao-contracts/rules/totals.js';

export function checkConservation(it: {
  state: RunState;
  totals: Totals;
  receivedYocto: bigint;
  ledgersYocto: bigint;
}): void {
  const { state, totals } = it;
  const { run, seats, audits, disputes, applicants, terms } = state;
  let sum = 0n;
  for (const bucket of buckets) {
    if (totals[bucket] < 0n) throw new Error(`CONSERVATION: ${bucket} is ${totals[bucket]}`);
    sum += totals[bucket];
  }
  equal('the sum of all buckets', sum, it.receivedYocto);
  equal('escrows', totals.escrows, run.escrowYocto);
  let stakes = BigInt(applicants.length) * BigInt(terms.stakeYocto);
  let held = 0;
  for (const seat of seats) {
    stakes += seat.stakeYocto;
    held += seat.held.length;
  }
  equal('stakes', totals.stakes, stakes);
  equal('heldBack', totals.heldBack, BigInt(held) * BigInt(terms.rewardYocto));
  let pots = 0n;
  for (const audit of audits) pots += audit.potYocto;
  let bonds = 0n;
  for (const dispute of disputes) {
    for (const loss of dispute.losses) pots += lostYocto(loss, terms.rewardYocto);
    for (const { bondYocto } of dispute.bonds) bonds += bondYocto;
  }
  equal('bonds', totals.bonds, bonds);
  equal('slashed', totals.slashed, pots);
  equal('ledgers', totals.ledgers, it.ledgersYocto);
  if (run.status !== 'completed' && run.status !== 'stopped') return;
  const left = totals.escrows + totals.stakes + totals.heldBack;
  equal('what an ended run keeps', left, 0n);
}

function equal(what: string, is: bigint, expected: bigint): void {
  if (is !== expected)
    throw new Error(`CONSERVATION: ${what}: ${is} where it should be ${expected}`);
}
