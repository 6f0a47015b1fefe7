/** Gas of a run of 63 workers, the most there can be with an auditor: metered, so the same everywhere. */
import { expect } from 'chai';
import { boundTgas, compareToBounds, playCohort, type Bounded } from './gas-cohort.js';

describe('a run of 63 workers', function () {
  this.timeout(120_000);
  let bounded: Bounded[];

  before(async () => {
    bounded = compareToBounds((await playCohort(63)).calls);
  });

  it('stays below the bound of every call', () => {
    expect(bounded.map(({ method }) => method)).to.have.members(Object.keys(boundTgas));
    const above = bounded.filter((one) => one.tgas > one.boundTgas);
    expect(above, 'see "npm run bench -- gas-profile"').to.deep.equal([]);
  });
});
