import { expect } from 'chai';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { leavesOf } from '@commonweights/trainer/release/json-leaves.js';
import { tallyWork } from '@commonweights/trainer/release/work-done.js';

type Claim = RoundRecord['claims'][number];

const claim = (account: string, included: boolean, verdict: Claim['verdict']) =>
  ({ account, included, verdict }) as Claim;
const round = (it: Partial<RoundRecord>) => it as RoundRecord;

describe('work done in a run', () => {
  it('counts updates of rounds that stand, and audits of all', () => {
    const rounds = [
      round({
        ...{ round: 1, outcome: 'final' },
        claims: [claim('ben', true, 'passed'), claim('ada', true, 'unaudited')],
      }),
      round({
        ...{ round: 2, outcome: 'rewound' },
        claims: [claim('eve', true, 'failed'), claim('ben', true, 'passed')],
      }),
      round({ round: 3, outcome: 'final', claims: [claim('ben', false, 'passed')] }),
    ];
    expect(tallyWork(rounds)).to.deep.equal([
      { account: 'ada', updates: 1, passed: 0, failed: 0 },
      { account: 'ben', updates: 1, passed: 3, failed: 0 },
      { account: 'eve', updates: 0, passed: 0, failed: 1 },
    ]);
  });

  it('reads a JSON value leaf by leaf, in canonical order, whatever order it was written in', () => {
    const leaves = [
      ['10', '1'],
      ['9', '2'],
      ['a.b.0', 'x'],
      ['a.b.1.c', 'null'],
      ['z', 'true'],
    ];
    expect(leavesOf({ z: true, a: { b: ['x', { c: null }] }, 9: 2, 10: 1 })).to.deep.equal(leaves);
  });
});
