import { expect } from 'chai';
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import type { Action } from '@commonweights/dao-contracts/rules/views.js';
import { dataset, near, terms } from '../contract/dao-driver.js';
import { GovernancePlay } from '../contract/governance-play.js';

describe('the list of runs', () => {
  it('is read whole, three at a time, and more than three are refused', async () => {
    const budgetYocto = escrowNeeded(terms);
    const play = await GovernancePlay.found({ treasuryYocto: 50n * near });
    const { fake } = play;
    fake.fund('ann.test', 23n * budgetYocto);
    fake.call('ann.test', 'deposit', {}, { depositYocto: 23n * budgetYocto });
    fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto: near });
    const fund: Action = { kind: 'fund-run', terms, budgetYocto: `${budgetYocto}` };
    for (let i = 0; i < 23; i++) play.pass(fund);

    const pages: number[] = [];
    const all = await readRuns({
      listRuns: (page = {}) => {
        const runs = fake.view<RunView[]>('list_runs', page);
        pages.push(runs.length);
        return Promise.resolve(runs);
      },
    });
    expect(all.map(({ id }) => id)).to.deep.equal(Array.from({ length: 23 }, (_, i) => i + 1));
    expect(pages).to.deep.equal([3, 3, 3, 3, 3, 3, 3, 2]);
    expect(fake.view<RunView[]>('list_runs', {})).to.have.length(3);
    expect(play.refusal('ann.test', 'list_runs', { limit: 4 })).to.match(/^BAD_ARGUMENT: limit/);
  });
});
