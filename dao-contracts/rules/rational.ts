/**
 * Exact fractions. A probability that decides about money must not depend on how a machine rounds,
 * and the contract and the command that explains it must agree to the last yocto.
 */

/**
 * With a denominator above zero, not always in lowest terms: `compare` says whether two are equal.
 * Looking for common divisors costs more gas than the digits that they save, as none of the sums
 * here is long.
 */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export function ratio(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new Error('BUG: a fraction over zero');
  return denominator < 0n
    ? { numerator: -numerator, denominator: -denominator }
    : { numerator, denominator };
}

export const zero = ratio(0n);
export const one = ratio(1n);

/** A share in basis points: 10,000 are one. */
export function ofBps(bps: number): Rational {
  return ratio(BigInt(bps), 10_000n);
}

export function plus(a: Rational, b: Rational): Rational {
  return ratio(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

export function minus(a: Rational, b: Rational): Rational {
  return plus(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function times(a: Rational, b: Rational): Rational {
  return ratio(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function over(a: Rational, b: Rational): Rational {
  return ratio(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** Below zero, zero or above it as `a` is less than, equal to or more than `b`. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isNegative(a: Rational): boolean {
  return a.numerator < 0n;
}

/** The largest integer that is not above it. */
export function floor({ numerator, denominator }: Rational): bigint {
  const quotient = numerator / denominator;
  return numerator < 0n && quotient * denominator !== numerator ? quotient - 1n : quotient;
}

/** Decimal text with `digits` digits behind the point, half away from zero. */
export function formatDecimal(a: Rational, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const size = a.numerator < 0n ? -a.numerator : a.numerator;
  const scaled = (2n * size * scale + a.denominator) / (2n * a.denominator);
  const sign = a.numerator < 0n && scaled > 0n ? '-' : '';
  if (digits === 0) return `${sign}${scaled}`;
  return `${sign}${scaled / scale}.${`${scaled % scale}`.padStart(digits, '0')}`;
}
