/**
 * The law of money, checked after every event of every simulation: nothing is made or lost, each
 * bucket equals what the records say is in it, and a run that ended keeps nothing.
 */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { buckets, type Bucket, type Totals } from '@commonweights/dao-contracts/rules/totals.js';
import { purses } from '../dao-contracts/rules/money-laws.js';

export function checkConservation(it: {
  state: RunState;
  totals: Totals;
  receivedYocto: bigint;
  ledgersYocto: bigint;
}): void {
  const { state, totals } = it;
  let sum = 0n;
  for (const bucket of buckets) {
    if (totals[bucket] < 0n) throw new Error(`CONSERVATION: ${bucket} is ${totals[bucket]}`);
    sum += totals[bucket];
  }
  equal('the sum of all buckets', sum, it.receivedYocto);
  for (const [name, yocto] of Object.entries(purses(state))) {
    equal(name, totals[name as Bucket], yocto);
  }
  equal('ledgers', totals.ledgers, it.ledgersYocto);
  const { status } = state.run;
  if (status !== 'completed' && status !== 'stopped') return;
  const left = totals.escrows + totals.stakes + totals.heldBack;
  equal('what an ended run keeps', left, 0n);
}

function equal(what: string, is: bigint, expected: bigint): void {
  if (is !== expected)
    throw new Error(`CONSERVATION: ${what}: ${is} where it should be ${expected}`);
}
