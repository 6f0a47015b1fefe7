/**
 * Laws of money: nothing appears or vanishes, and every bucket is what the records of the run say
 * that it is. `purses` is the one place that knows which record holds what.
 */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { buckets, type Bucket } from '@commonweights/dao-contracts/rules/totals.js';
import { lostYocto } from '@commonweights/dao-contracts/rules/settlement.js';
import { expect, isOver } from './law-names.js';
import type { RunPlay } from './run-play.js';

/** What a run's own records hold, by bucket; 0 in each once it is over. */
export function purses({ run, seats, applicants, audits, disputes, terms }: RunState) {
  const applied = BigInt(applicants.length) * BigInt(terms.stakeYocto);
  const held = seats.reduce((count, seat) => count + seat.held.length, 0);
  return {
    escrows: run.escrowYocto,
    stakes: seats.reduce((sum, seat) => sum + seat.stakeYocto, applied),
    heldBack: BigInt(held) * BigInt(terms.rewardYocto),
    slashed: disputes
      .flatMap(({ losses }) => losses.map((loss) => lostYocto(loss, terms.rewardYocto)))
      .reduce(
        (sum, lost) => sum + lost,
        audits.reduce((sum, audit) => sum + audit.potYocto, 0n),
      ),
    bonds: disputes
      .flatMap(({ bonds }) => bonds.map(({ bondYocto }) => bondYocto))
      .reduce((sum, bond) => sum + bond, 0n),
  } satisfies Partial<Record<Bucket, bigint>>;
}

export function checkMoney({ state, totals, received, ledgers }: RunPlay): void {
  let sum = 0n;
  for (const bucket of buckets) {
    expect('conserved', totals[bucket] >= 0n, () => `${bucket} is ${totals[bucket]}`);
    sum += totals[bucket];
  }
  expect('conserved', sum === received, () => `${received} came in, ${sum} are there`);
  const over = isOver(state);
  for (const [name, yocto] of Object.entries(purses(state))) {
    const total = totals[name as Bucket];
    expect('placed', total === yocto, () => `${name}: ${total}, ${yocto}`);
    // What a verdict has locked outlives the run, until the DAO has spoken or its time is over.
    const waits = state.disputes.length > 0 && (name === 'slashed' || name === 'bonds');
    expect('settled', !over || waits || yocto === 0n, () => `${name} still holds ${yocto}`);
  }
  let claimable = 0n;
  for (const yocto of ledgers.values()) claimable += yocto;
  expect('placed', totals.ledgers === claimable, () => `ledgers: ${totals.ledgers}, ${claimable}`);
  for (const { seat, stakeYocto, held } of state.seats) {
    const empty = stakeYocto === 0n && held.length === 0;
    const out = state.run.roster[seat]!.status === 'expelled';
    expect('placed', empty || !out, () => `seat ${seat} is expelled and has money`);
  }
  expect('settled', !over || state.audits.length === 0, () => `${state.audits.length} audits`);
}
