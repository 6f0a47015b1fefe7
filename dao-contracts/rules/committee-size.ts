/**
 * How likely liars are to hold a committee that was drawn by seed. Exact, as fractions: the sizes
 * of witness committees and juries are chosen by these numbers, and tables of them are in
 * docs/protocol/economics.md.
 */
import { refuse } from './errors.js';
import { committeeMembersMax, committeePopulationMax } from './limits.js';
import { compare, one, ratio, zero, type Rational } from './rational.js';

/** `population` null: drawn from so many that a draw changes nothing about the next. */
export interface CommitteeDraw {
  readonly size: number;
  readonly population: number | null;
  /** Of the population. */
  readonly liars: Rational;
}

/**
 * More than half of the committee lies: it can decide what it likes. Laws: never above 1; rises
 * with the share of liars; `liarsHoldMajority + liarsDoNot = 1`.
 */
export function liarsHoldMajority(draw: CommitteeDraw): Rational {
  return liarsAtLeast(draw, Math.floor(draw.size / 2) + 1);
}

/** All of it lies: what a claim needs that is compared with each of its auditors. */
export function liarsHoldAll(draw: CommitteeDraw): Rational {
  return liarsAtLeast(draw, draw.size);
}

export function liarsAtLeast(draw: CommitteeDraw, count: number): Rational {
  checkDraw(draw);
  let ways = 0n;
  for (let liars = Math.max(0, count); liars <= draw.size; liars++) ways += waysOf(draw, liars);
  return ratio(ways, allWays(draw));
}

/** Exactly so many of the committee lie. */
export function probabilityOf(draw: CommitteeDraw, liarsDrawn: number): Rational {
  checkDraw(draw);
  if (liarsDrawn < 0 || liarsDrawn > draw.size) return zero;
  return ratio(waysOf(draw, liarsDrawn), allWays(draw));
}

/** Over `allWays` the probability: sums stay integers, which is a hundred times cheaper. */
function waysOf({ size, population, liars }: CommitteeDraw, drawn: number): bigint {
  if (population === null) {
    const { numerator, denominator } = liars;
    const honest = denominator - numerator;
    return choose(size, drawn) * numerator ** BigInt(drawn) * honest ** BigInt(size - drawn);
  }
  const liarsInAll = liarsOf(population, liars);
  return choose(liarsInAll, drawn) * choose(population - liarsInAll, size - drawn);
}

function allWays({ size, population, liars }: CommitteeDraw): bigint {
  return population === null ? liars.denominator ** BigInt(size) : choose(population, size);
}

/** Whole liars in a population, rounded up: a table must not be kinder than the assumption. */
export function liarsOf(population: number, share: Rational): number {
  const exact = share.numerator * BigInt(population);
  return Number((exact + share.denominator - 1n) / share.denominator);
}

/** The smallest odd panel in which liars hold the majority with a probability below `risk`. */
export function smallestPanel(it: {
  population: number | null;
  liars: Rational;
  risk: Rational;
}): number | null {
  const most = Math.min(it.population ?? committeeMembersMax, committeeMembersMax);
  for (let size = 1; size <= most; size += 2) {
    const { population, liars } = it;
    if (compare(liarsHoldMajority({ size, population, liars }), it.risk) < 0) return size;
  }
  return null;
}

/** Binomial coefficient; 0 where fewer are there than are taken. */
export function choose(from: number, taken: number): bigint {
  if (taken < 0 || taken > from) return 0n;
  let ways = 1n;
  for (let i = 1; i <= taken; i++) ways = (ways * BigInt(from - taken + i)) / BigInt(i);
  return ways;
}

function checkDraw({ size, population, liars }: CommitteeDraw): void {
  const most = population ?? committeeMembersMax;
  if (size < 1 || size > Math.min(most, committeeMembersMax)) {
    refuse('BAD_ARGUMENT', `a committee of ${size} cannot be drawn from ${most}; draw 1 or more`);
  }
  if (population !== null && population > committeePopulationMax) {
    refuse('BAD_ARGUMENT', `population must be at most ${committeePopulationMax}, or null`);
  }
  if (compare(liars, zero) < 0 || compare(liars, one) > 0) {
    refuse('BAD_ARGUMENT', 'liars must be a share from 0 to 1');
  }
}
