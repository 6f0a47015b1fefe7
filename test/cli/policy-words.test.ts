import { expect } from 'chai';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { describePolicy } from '@commonweights/cli/policy-words.js';
import { near, policy } from '../dao-contracts/contract/dao-driver.js';

describe('a policy in words', () => {
  const words = new Map(
    describePolicy(
      fromWire({ ...policy, tokens: [], rewardPerTeraFlopYoctoMax: `${3n * near}` }) as never,
    ),
  );

  it('has money in NEAR, whatever the rule is called', () => {
    expect(words.get('bond')).to.equal('1 NEAR');
    expect(words.get('most pay per teraFLOP')).to.equal('3 NEAR');
  });

  it('has shares in percent and times in the largest whole unit', () => {
    expect(words.get('quorum')).to.equal('40 %');
    expect(words.get('voting lasts')).to.equal('1 minute');
    expect(words.get('tokens')).to.equal('none');
  });
});
