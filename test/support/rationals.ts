/** Fractions are not always in lowest terms: these compare what they are worth. */
import { expect } from 'chai';
import { compare, type Rational } from '@commonweights/dao-contracts/rules/rational.js';

export function expectEqual(actual: Rational | null, expected: Rational): void {
  if (!actual) throw new Error('null where a fraction was expected');
  const text = ({ numerator, denominator }: Rational) => `${numerator}/${denominator}`;
  expect(compare(actual, expected), `${text(actual)} against ${text(expected)}`).to.equal(0);
}
