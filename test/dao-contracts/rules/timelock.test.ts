import { expect } from 'chai';
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import { waits } from '@commonweights/dao-contracts/rules/timelock.js';

describe('the timelock', () => {
  it('makes money, members, rules and guardians wait', () => {
    const kinds: Action['kind'][] = [
      ...(['fund-run', 'transfer', 'set-member', 'set-members'] as const),
      ...(['set-policy', 'set-guardian'] as const),
    ];
    for (const kind of kinds) expect(waits(kind), kind).to.equal(true);
  });

  it('lets a release out and a run stop at once', () => {
    for (const kind of ['publish-release', 'stop-run'] as const) {
      expect(waits(kind), kind).to.equal(false);
    }
  });

  it('makes a kind wait that nobody thought about', () => {
    expect(waits('brand-new' as Action['kind'])).to.equal(true);
  });
});
