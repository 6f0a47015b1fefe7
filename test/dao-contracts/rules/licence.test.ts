/** Which licence expressions a policy allows, held against the SPDX library's own reading. */
import { expect } from 'chai';
import fc from 'fast-check';
import satisfiesSpdx from 'spdx-satisfies';
import { explainBadLicence } from '@commonweights/dataset-registry/lineage/licence.js';
import {
  allLicences,
  bothLicences,
  isLicenceAllowed,
} from '@commonweights/dao-contracts/rules/licence.js';

const names = ['MIT', 'CC0-1.0', 'Apache-2.0', 'GPL-3.0-only'];

describe('a licence', () => {
  const policy = ['MIT', 'CC0-1.0', 'Apache-2.0 OR GPL-2.0-only'];

  it('is allowed where the policy names it, or all that an AND asks to keep to', () => {
    for (const licence of [
      'MIT',
      'Apache-2.0 OR GPL-2.0-only',
      'CC0-1.0 AND MIT',
      'MIT AND MIT AND CC0-1.0',
      '(Apache-2.0 OR GPL-2.0-only) AND MIT',
      '(MIT AND (CC0-1.0 AND MIT)) AND CC0-1.0',
    ]) {
      expect(isLicenceAllowed(licence, policy), licence).to.equal(true);
    }
  });

  it('is not allowed where one part is not, or where an AND is not the outermost', () => {
    for (const licence of [
      'Apache-2.0',
      'MIT AND Apache-2.0',
      'MIT AND GPL-3.0-only',
      // AND binds tighter: this lets the licensee take GPL-3.0-only and CC0-1.0.
      'Apache-2.0 OR GPL-2.0-only AND MIT',
      'MIT OR CC0-1.0',
      '(MIT OR GPL-3.0-only) AND CC0-1.0',
      'MIT and CC0-1.0',
      'MIT  AND CC0-1.0',
      'MIT AND ',
      ' AND MIT',
      'AND',
      '',
      '(MIT AND CC0-1.0',
      'MIT) AND (CC0-1.0',
      'MIT WITH CC0-1.0',
    ]) {
      expect(isLicenceAllowed(licence, policy), licence).to.equal(false);
    }
  });

  it('of two things is allowed exactly where each of theirs is', () => {
    expect(bothLicences('MIT', 'MIT')).to.equal('MIT');
    expect(bothLicences('MIT OR CC0-1.0', 'GPL-3.0-only')).to.equal(
      '(MIT OR CC0-1.0) AND GPL-3.0-only',
    );
    const one = fc.constantFrom(...policy, 'GPL-3.0-only', 'CC0-1.0 AND MIT', 'MIT OR CC0-1.0');
    fc.assert(
      fc.property(one, one, (a, b) => {
        const each = isLicenceAllowed(a, policy) && isLicenceAllowed(b, policy);
        expect(isLicenceAllowed(bothLicences(a, b), policy)).to.equal(each);
      }),
      { endOnFailure: true },
    );
  });

  it('of several things keeps what is compound in parentheses', () => {
    const withException = 'GPL-2.0-only WITH Classpath-exception-2.0';
    expect(allLicences([withException, 'GPL-2.0+'])).to.equal(`${withException} AND GPL-2.0+`);
    expect(allLicences(['MIT', 'Zlib AND ISC', 'MIT'])).to.equal('MIT AND (Zlib AND ISC)');
    // The SPDX library reads lower-case operators as well.
    expect(allLicences(['MIT or ISC', 'Zlib'])).to.equal('(MIT or ISC) AND Zlib');
    // An entry that is compound itself is a whole: neither of its parts is allowed alone.
    const whole = ['PDDL-1.0 AND CC-BY-4.0', 'MIT'];
    expect(isLicenceAllowed('PDDL-1.0', whole)).to.equal(false);
    expect(isLicenceAllowed(allLicences(['PDDL-1.0 AND CC-BY-4.0', 'MIT']), whole)).to.equal(true);
  });

  it('of several things is allowed exactly where each of theirs is, however they are spelled', () => {
    const part = fc.oneof(
      fc.constantFrom(...policy, 'Apache-2.0', 'GPL-3.0-only', '(MIT)'),
      fc
        .array(fc.constantFrom('MIT', 'AND', 'OR', '(', ')', 'CC0-1.0'), { maxLength: 6 })
        .map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        fc.pre(parts.every((one) => explainBadLicence(one) === null));
        const each = parts.every((one) => isLicenceAllowed(one, policy));
        const all = allLicences(parts);
        expect(isLicenceAllowed(all, policy), all).to.equal(each);
        expect(satisfiesSpdx(all, names)).to.equal(parts.every((one) => satisfiesSpdx(one, names)));
      }),
      { endOnFailure: true, numRuns: 500 },
    );
  });

  it('is never allowed where SPDX would not be satisfied', () => {
    const name = fc.constantFrom(...names);
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        name,
        fc
          .tuple(tie('expression'), fc.constantFrom('AND', 'OR'), tie('expression'), fc.boolean())
          .map(([a, operator, b, wrapped]) =>
            wrapped ? `(${a}) ${operator} (${b})` : `${a} ${operator} ${b}`,
          ),
      ),
    }));
    let allowed = 0;
    fc.assert(
      fc.property(expression, fc.uniqueArray(name, { minLength: 1 }), (licence, list) => {
        fc.pre(licence.length < 100);
        if (!isLicenceAllowed(licence, list)) return;
        allowed++;
        expect(satisfiesSpdx(licence, list), `${licence} by ${list.join(', ')}`).to.equal(true);
      }),
      { endOnFailure: true, numRuns: 500 },
    );
    expect(allowed).to.be.above(20);
  });

  it('is decided at its longest in time', () => {
    const nested = `${'('.repeat(50)}${')'.repeat(50)}`;
    expect(isLicenceAllowed(nested, policy)).to.equal(false);
    expect(isLicenceAllowed('MIT AND '.repeat(12) + 'MIT', policy)).to.equal(true);
  });
});
