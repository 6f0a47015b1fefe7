/** The analytic side: what theory says about detection, for the rules as they are. */
import { jurorsMax, trainerAuditsOneIn } from '@commonweights/dao-contracts/rules/limits.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { Expectation } from './adversary.js';

export function auditedShare(terms: RunTerms): number {
  return terms.auditedClaimsBps / 10_000;
}

/** A claim is audited in one of its S segments; `bad` of them do not re-execute. */
export function foundByAudit(terms: RunTerms, bad: number): Expectation {
  const rate = (auditedShare(terms) * bad) / terms.segments;
  return { rate, formula: bad === terms.segments ? 'p' : `p·${bad}/S` };
}

/** The same for a claim of no work at all. */
export function foundShirking(terms: RunTerms): Expectation {
  const found = foundByAudit(terms, terms.segments);
  return { ...found, profit: shirkersProfit(terms, auditedShare(terms)) };
}

/**
 * What a worker makes in a run if it computes nothing and each claim is found with `rate`, in NEAR:
 * caught at claim k it has been paid for the first k − 1 − W rounds and loses its stake (the W
 * rounds held back were never its own); never caught, it is paid for all.
 */
export function shirkersProfit(terms: RunTerms, rate: number): number {
  const { rounds, heldBackRounds } = terms;
  const inNear = (yocto: string) => Number(BigInt(yocto) / 10n ** 15n) / 1e9;
  const [stake, reward] = [inNear(terms.stakeYocto), inNear(terms.rewardYocto)];
  let profit = 0;
  let unseen = 1;
  for (let claim = 1; claim <= rounds; claim++) {
    const paid = Math.max(0, claim - 1 - heldBackRounds) * reward;
    profit += unseen * rate * (paid - stake);
    unseen *= 1 - rate;
  }
  return profit + unseen * rounds * reward;
}

/** Which seats collude. */
export interface Coalition {
  trainers: number;
  auditors: number;
}

export function third(terms: RunTerms): Coalition {
  const seats = Math.floor((terms.maxWorkers + terms.maxAuditors) / 3);
  const auditors = Math.min(terms.maxAuditors, Math.max(1, Math.floor(terms.maxAuditors / 3)));
  return { auditors, trainers: seats - auditors };
}

/**
 * A claim of the coalition's, bad in all segments: an auditor outside it must be drawn, and then
 * more than half of the jury must be outside too. Exact for the draws at the start of a run.
 */
export function foundDespite(terms: RunTerms, friends: Coalition): number {
  const { maxWorkers: T, maxAuditors: A } = terms;
  const { trainers: t, auditors: a } = friends;
  const toTrainers = 1 / trainerAuditsOneIn;
  const honestAuditor = A === 0 ? 0 : (A - a) / A;
  const honestTrainer = (T - t) / (T - 1);
  const byAuditor = honestAuditor * juryConvicts(A - 1, a, T - 1, t - 1);
  const byTrainer = honestTrainer * juryConvicts(A, a, T - 2, t - 1);
  const auditors = A === 0 ? 0 : 1 - toTrainers;
  return auditedShare(terms) * (auditors * byAuditor + (1 - auditors) * byTrainer);
}

/**
 * The jury takes auditors first, then trainers. The worker passes if more than half of the drawn
 * are its friends (who agree with what it opened).
 */
function juryConvicts(auditors: number, a: number, trainers: number, t: number): number {
  const first = Math.min(jurorsMax, auditors);
  const second = Math.min(jurorsMax - first, trainers);
  let convicts = 0;
  for (let x = 0; x <= first; x++) {
    for (let y = 0; y <= second; y++) {
      if (2 * (x + y) > first + second) continue;
      convicts += drawn(auditors, a, first, x) * drawn(trainers, t, second, y);
    }
  }
  return convicts;
}

/** Probability that a false accusation by a coalition's auditor is overruled. */
export function accusationOverruled(terms: RunTerms, friends: Coalition): number {
  const { maxWorkers: T, maxAuditors: A } = terms;
  const { trainers: t, auditors: a } = friends;
  const share = A === 0 ? 0 : 1 - 1 / trainerAuditsOneIn;
  const fromAuditors = share * (a / A);
  const fromTrainers = (1 - share) * (t / (T - 1));
  const byAuditor = accusersLose(A - 1, a - 1, T - 1, t);
  const byTrainer = accusersLose(A, a, T - 2, t - 1);
  return (fromAuditors * byAuditor + fromTrainers * byTrainer) / (fromAuditors + fromTrainers);
}

function accusersLose(auditors: number, a: number, trainers: number, t: number): number {
  const first = Math.min(jurorsMax, auditors);
  const second = Math.min(jurorsMax - first, trainers);
  let lose = 0;
  for (let x = 0; x <= first; x++) {
    for (let y = 0; y <= second; y++) {
      const agree = first + second - x - y;
      if (2 * agree <= first + second) continue;
      lose += drawn(auditors, a, first, x) * drawn(trainers, t, second, y);
    }
  }
  return lose;
}

/** Hypergeometric: exactly `x` of `a` special ones among `taken` drawn out of `all`. */
export function drawn(all: number, a: number, taken: number, x: number): number {
  if (a < 0) return x === 0 ? 1 : 0;
  return (choose(a, x) * choose(all - a, taken - x)) / choose(all, taken);
}

function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let out = 1;
  for (let i = 1; i <= k; i++) out = (out * (n - k + i)) / i;
  return out;
}

/** Mean exposures to the first detection, among those detected within `most`. */
export function roundsToDetection(rate: number, most: number): number {
  if (rate <= 0) return Infinity;
  if (rate >= 1) return 1;
  const missed = Math.exp(most * Math.log(1 - rate));
  return 1 / rate - (most * missed) / (1 - missed);
}

/** Wilson's interval for `hits` of `trials`; `z` 1.96 for 95 %. */
export function wilson(hits: number, trials: number, z = 1.96): [number, number] {
  if (trials === 0) return [0, 1];
  const share = hits / trials;
  const z2 = z * z;
  const centre = share + z2 / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}
