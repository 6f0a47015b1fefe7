/** The analytic side: what theory says about detection, for the rules as they are. */
import { trainerAuditsOneIn } from '@commonweights/dao-contracts/rules/limits.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { Expectation } from './adversary.js';

export function auditedShare(terms: RunTerms): number {
  return terms.auditedClaimsBps / 10_000;
}

/** A claim is audited in `auditsPerClaim` of its S segments; the bad ones do not re-execute. */
export function foundByAudit(
  terms: RunTerms,
  isBad: (segment: number) => boolean,
  formula: string,
): Expectation {
  const choices = choicesApart(terms.auditsPerClaim, terms.segments);
  const found = choices.filter((choice) => choice.some(isBad));
  return { rate: (auditedShare(terms) * found.length) / choices.length, formula };
}

/** All choices of `count` of 0 … size − 1 without neighbours: they are drawn with equal chances. */
function choicesApart(count: number, size: number, from = 0): number[][] {
  if (count === 0) return [[]];
  const out: number[][] = [];
  for (let first = from; first < size; first++) {
    for (const rest of choicesApart(count - 1, size, first + 2)) out.push([first, ...rest]);
  }
  return out;
}

/** The same for a claim of no work at all. */
export function foundShirking(terms: RunTerms): Expectation {
  const found = foundByAudit(terms, () => true, 'p');
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
 * A claim of the coalition's, bad in all segments: found if one of its auditors is outside. Juries
 * may be the coalition's, but the auditor appeals, at last to everybody, and a minority loses there.
 * Exact for the draws at the start of a run.
 */
export function foundDespite(terms: RunTerms, friends: Coalition): number {
  const { maxWorkers, maxAuditors, auditsPerClaim } = terms;
  const others = { auditors: maxAuditors, trainers: maxWorkers - 1 };
  const left = { auditors: friends.auditors, trainers: friends.trainers - 1 };
  return auditedShare(terms) * (1 - allAreFriends(auditsPerClaim, others, left));
}

/** Of `count` auditors, each drawn from the one role or the other, without putting back. */
function allAreFriends(count: number, all: Coalition, friends: Coalition): number {
  if (count === 0) return 1;
  const from = (role: keyof Coalition): number => {
    if (friends[role] === 0) return 0;
    const rest = { ...all, [role]: all[role] - 1 };
    const left = { ...friends, [role]: friends[role] - 1 };
    return (friends[role] / all[role]) * allAreFriends(count - 1, rest, left);
  };
  const toTrainers = all.auditors === 0 ? 1 : all.trainers === 0 ? 0 : 1 / trainerAuditsOneIn;
  return (1 - toTrainers) * from('auditors') + toTrainers * from('trainers');
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
