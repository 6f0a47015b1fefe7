import { expect } from 'chai';
import type { Connection } from '@commonweights/dao-contracts/client/connection.js';
import { readRuns, runCalls } from '@commonweights/dao-contracts/client/runs.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { disputesShownMax } from '@commonweights/dao-contracts/rules/limits.js';
import { viewRun } from '@commonweights/dao-contracts/rules/run-view.js';
import type { Action } from '@commonweights/dao-contracts/rules/views.js';
import { dataset, near, terms } from '../contract/dao-driver.js';
import { GovernancePlay } from '../contract/governance-play.js';
import { disputed, theDispute } from '../rules/dispute-scenes.js';

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

describe('a run with more disputes than one view shows', () => {
  const { state, nowMs } = disputed();
  const { run, terms: runTerms, audits } = state;
  const like = theDispute({ state } as never);

  it('is read with all of them, each once, also where some end between two pages', async () => {
    for (const ending of [0, 3]) {
      let disputes = Array.from({ length: 2 * disputesShownMax + 10 }, (_, i) => ({
        ...like,
        id: i + 1,
      }));
      const asked: unknown[] = [];
      const view = (method: string, args: { run: number; disputesFrom?: number }) => {
        asked.push([method, args]);
        const shown = { from: args.disputesFrom ?? 0, limit: disputesShownMax };
        const found = viewRun(run, { terms: runTerms, audits, disputes, nowMs, shown });
        disputes = disputes.slice(ending);
        return Promise.resolve(found);
      };
      const calls = runCalls({ view } as unknown as Connection);
      const { disputes: read, moreDisputes } = (await calls.getRun({ run: 1 }))!;
      expect(moreDisputes).to.equal(false);
      expect(asked).to.deep.equal([
        ['get_run', { run: 1 }],
        ['get_run', { run: 1, disputesFrom: 96 }],
        ['get_run', { run: 1, disputesFrom: 192 }],
      ]);
      const ids = read.map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
      expect(ids.slice(0, 96)).to.deep.equal(Array.from({ length: 96 }, (_, i) => i + 1));
      // What moved up past a page's end is seen by the next look.
      expect(ids.length).to.equal(2 * disputesShownMax + 10 - 2 * ending);
    }
  });

  it('is read in one where there are not so many', async () => {
    const view = () =>
      Promise.resolve(viewRun(run, { terms: runTerms, audits, disputes: [like], nowMs }));
    const found = await runCalls({ view } as unknown as Connection).getRun({ run: 1 });
    expect(found).to.deep.include({ moreDisputes: false });
    expect(found!.disputes).to.have.length(1);
  });
});
