/**
 * Whether cheating pays. For each attack that a stake can price: how soon it is found, what it
 * brings by the round and over a horizon, and the least stake, held-back rounds, audit share and
 * panel with which it loses. The core is `p · (1 − fᵃ) · (S + W·R) > C`.
 */
import { attacks, conviction, type Attack, type AttackName, type RunEconomics } from './attacks.js';
import { heldBackRoundsMax, horizonRoundsMax, seatsMax } from './limits.js';
import {
  compare,
  floor,
  isNegative,
  minus,
  one,
  over,
  ratio,
  times,
  zero,
  type Rational,
} from './rational.js';

export interface Assessment {
  readonly name: AttackName;
  readonly what: string;
  readonly why: string;
  /** That one attempt is convicted. */
  readonly detection: Rational;
  /** Attempts up to the first conviction, on average; null: never. */
  readonly roundsToDetection: Rational | null;
  readonly gainYocto: Rational;
  readonly lossYocto: Rational;
  /** Against working honestly, by the attempt; below zero: the attack loses. */
  readonly profitYocto: Rational;
  /** Until the seat is lost or the horizon ends; rounded down to a yocto. */
  readonly horizonProfitYocto: bigint;
  readonly pays: boolean;
  readonly least: Remedies;
  /** Smallest odd panel with which it loses; null: not even a whole cohort is enough. */
  readonly leastJurors: number | null;
}

/** The least that alone, all else unchanged, makes an attack lose; null: more does not help. */
export interface Remedies {
  readonly stakeYocto: bigint | null;
  readonly heldBackRounds: number | null;
  readonly auditedClaimsBps: number | null;
}

/** Every attack that applies to a run with these prices and odds. */
export function assessAttacks(it: RunEconomics, horizonRounds: number): Assessment[] {
  return attacks
    .filter((attack) => attack.applies(it))
    .map((attack) => assess(attack, it, horizonRounds));
}

function assess(attack: Attack, it: RunEconomics, horizonRounds: number): Assessment {
  const { name, what, why } = attack;
  const detection = attack.detection(it);
  const profitYocto = profitOf(attack, it);
  const attempts = expectedAttempts({ detection, strikes: attack.strikes, rounds: horizonRounds });
  return {
    name,
    what,
    why,
    detection,
    roundsToDetection: detection.numerator === 0n ? null : over(one, detection),
    gainYocto: attack.gainYocto(it),
    lossYocto: attack.lossYocto(it),
    profitYocto,
    horizonProfitYocto: floor(times(profitYocto, attempts)),
    pays: !isNegative(profitYocto),
    least: remediesOf(attack, it),
    leastJurors: leastJurors(attack, it),
  };
}

/**
 * What one attempt brings on average: `G − d·L` where the gain is kept on conviction (work not done
 * stays undone), else `(1 − d)·G − d·L`. Laws: falls in the stake; for workers' attacks it falls in
 * the audit share and in the held-back rounds too.
 */
export function profitOf(attack: Attack, it: RunEconomics): Rational {
  const detection = attack.detection(it);
  const kept = attack.gainIsKept ? one : minus(one, detection);
  return minus(times(kept, attack.gainYocto(it)), times(detection, attack.lossYocto(it)));
}

/** Attacks that pay: empty means that terms are safe under these assumptions. */
export function payingAttacks(it: RunEconomics): Attack[] {
  return attacks.filter((attack) => attack.applies(it) && !isNegative(profitOf(attack, it)));
}

/**
 * Profit is affine in each of stake, held-back rounds and audit share, so two values give the line
 * and the line the least integer at which it is below zero.
 */
export function remediesOf(attack: Attack, it: RunEconomics): Remedies {
  const along = (change: (value: number) => Partial<RunEconomics>) => (value: number) =>
    profitOf(attack, { ...it, ...change(value) });
  const heldBack = leastOn(along((heldBackRounds) => ({ heldBackRounds })));
  const audited = leastOn(along((auditedClaimsBps) => ({ auditedClaimsBps })));
  return {
    stakeYocto: leastOn(along((value) => ({ stakeYocto: BigInt(value) }))),
    heldBackRounds: within(heldBack, heldBackRoundsMax),
    auditedClaimsBps: within(audited, 10_000),
  };
}

function leastOn(profit: (value: number) => Rational): bigint | null {
  const atZero = profit(0);
  const slope = minus(profit(1), atZero);
  // A lying auditor wins a part of what others have at stake: more of that is no remedy.
  if (slope.numerator > 0n) return null;
  if (isNegative(atZero)) return 0n;
  return isNegative(slope) ? floor(over(atZero, minus(zero, slope))) + 1n : null;
}

function within(least: bigint | null, most: number): number | null {
  return least !== null && least <= BigInt(most) ? Number(least) : null;
}

/** Odd panels only: an even one is decided no better than the odd one below it. */
export function leastJurors(attack: Attack, it: RunEconomics): number | null {
  for (let jurors = 1; jurors <= seatsMax; jurors += 2) {
    if (isNegative(profitOf(attack, { ...it, jurors }))) return jurors;
  }
  return null;
}

/** Fixed point of 40 digits: powers over thousands of rounds as fractions would be megabytes. */
const scale = 10n ** 40n;

/**
 * Attempts that are made in `rounds` rounds until the `strikes`-th conviction, on average. Times
 * the profit of one, that is the profit over the horizon (Wald's identity: whether to go on
 * depends on the past only). Law: at most `rounds`, and with one strike at most 1 ÷ detection.
 */
export function expectedAttempts(it: {
  detection: Rational;
  strikes: number;
  rounds: number;
}): Rational {
  if (it.rounds > horizonRoundsMax) {
    throw new Error(`BUG: a horizon of ${it.rounds} rounds; at most ${horizonRoundsMax}`);
  }
  const convicted = floor(times(it.detection, ratio(scale)));
  let byConvictions = Array.from({ length: it.strikes }, (_, i) => (i === 0 ? scale : 0n));
  let attempts = 0n;
  for (let round = 0; round < it.rounds; round++) {
    attempts += byConvictions.reduce((sum, part) => sum + part, 0n);
    byConvictions = byConvictions.map(
      (part, i) => (part * (scale - convicted) + (byConvictions[i - 1] ?? 0n) * convicted) / scale,
    );
  }
  return ratio(attempts, scale);
}

/**
 * What no stake can price: somebody who is paid elsewhere for spoiling the run. Its cost and its
 * damage are bounded instead.
 */
export interface SabotageBound {
  /** Poisoned rounds that become final before each seat is lost, on average; null: no bound. */
  readonly poisonedRounds: Rational | null;
  /** How far they move the model, in steps of the median worker's update (each is clipped to it). */
  readonly medianSteps: Rational | null;
  /** What each conviction costs the saboteur. */
  readonly costYocto: Rational;
  /** Rounds that each conviction makes the others do again. */
  readonly repeatedRounds: 2;
}

/** `liars` of the cohort send the worst update that the median's norm allows, every round. */
export function boundSabotage(it: RunEconomics): SabotageBound {
  const caught = conviction(it);
  const never = caught.numerator === 0n;
  const poisonedRounds = never ? null : over(minus(one, caught), caught);
  return {
    poisonedRounds,
    medianSteps: poisonedRounds && times(it.liars, poisonedRounds),
    costYocto: ratio(it.stakeYocto + BigInt(it.heldBackRounds) * it.rewardYocto),
    repeatedRounds: 2,
  };
}

/**
 * A seat whose stake is earned risks nothing at first: what a pretender wins on average who stays
 * until the pay of `withheldRounds` rounds would be released, `N·R·(1 − d)ᴺ`. Bounded, not below
 * zero: withholding for more rounds makes it as small as the fees of enrolling.
 */
export function unstakedGainYocto(it: RunEconomics, withheldRounds: number): bigint {
  if (withheldRounds > horizonRoundsMax) {
    throw new Error(`BUG: ${withheldRounds} withheld rounds; at most ${horizonRoundsMax}`);
  }
  const passed = floor(times(minus(one, conviction(it)), ratio(scale)));
  let survival = scale;
  for (let round = 0; round < withheldRounds; round++) survival = (survival * passed) / scale;
  return (BigInt(withheldRounds) * it.rewardYocto * survival) / scale;
}

/** The core condition, `p · (1 − fᵃ) · (1 − J) · (S + W·R) > C`. */
export function meetsCore(it: RunEconomics): boolean {
  const atStake = ratio(it.stakeYocto + BigInt(it.heldBackRounds) * it.rewardYocto);
  return compare(times(conviction(it), atStake), ratio(it.computeCostYocto)) > 0;
}
