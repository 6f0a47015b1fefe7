/**
 * Laws of money: nothing appears or vanishes, and every bucket is what the records of the run say
 * that it is. `purses` is the one place that knows which record holds what.
 */
import type { RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import { buckets, type Bucket } from '@commonweights/dao-contracts/rules/totals.js';
import { heldBackYocto, lostYocto } from '@commonweights/dao-contracts/rules/settlement.js';
import type { Work } from '@commonweights/dao-contracts/rules/work.js';
import { expect, isOver } from './law-names.js';
import type { RunPlay } from './run-play.js';

/** What a run's own records hold, by bucket; 0 in each once it is over. */
export function purses({ run, seats, applicants, audits, disputes, terms }: RunState) {
  const staked = applicants.filter(({ earnsStake }) => !earnsStake).length;
  const applied = BigInt(staked) * BigInt(terms.stakeYocto);
  return {
    escrows: run.escrowYocto,
    stakes: seats.reduce((sum, seat) => sum + seat.stakeYocto, applied),
    heldBack: seats.reduce((sum, seat) => sum + heldBackYocto(seat), 0n),
    slashed: disputes
      .flatMap(({ losses }) => losses.map(lostYocto))
      .reduce(
        (sum, lost) => sum + lost,
        audits.reduce((sum, audit) => sum + audit.potYocto, 0n) + slashedInWork(run.work),
      ),
    bonds: [...disputes, ...run.work.flatMap((work) => ('standing' in work ? work.dispute : []))]
      .flatMap(({ bonds }) => bonds.map(({ bondYocto }) => bondYocto))
      .reduce((sum, bond) => sum + bond, 0n),
    dataShares: BigInt(run.dataRounds) * BigInt(terms.dataRewardYocto),
  } satisfies Partial<Record<Bucket, bigint>>;
}

/** What half-distributed pots and disputes hold. */
function slashedInWork(list: readonly Work[]): bigint {
  return list.reduce((sum, work) => {
    if (work.do === 'share-pot') return sum + work.restYocto;
    if (work.do !== 'settle-dispute') return sum;
    const { stage, dispute, purseYocto, potYocto, restYocto } = work;
    if (stage === 'jurors' || stage === 'honest') return sum + restYocto;
    if (stage === 'owed') return sum + purseYocto + potYocto;
    return sum + purseYocto + dispute.losses.reduce((lost, one) => lost + lostYocto(one), 0n);
  }, 0n);
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
    const open = state.disputes.length + state.run.work.length > 0;
    const waits = open && (name === 'slashed' || name === 'bonds');
    // Contributors take what is theirs when they like; no command of a run does.
    if (name === 'dataShares') continue;
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
