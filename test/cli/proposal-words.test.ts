/** What `proposal show` says that a vote would change of a run under way. */
import { expect } from 'chai';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { Action } from '@commonweights/dao-contracts/client/views.js';
import { viewRun } from '@commonweights/dao-contracts/rules/run-view.js';
import { describeAction, readEffects } from '@commonweights/cli/commands/proposal-words.js';
import { named, near } from '../dao-contracts/rules/run-play.js';
import { running } from '../dao-contracts/rules/run-scenes.js';

describe('a proposal in words at a terminal', () => {
  const { run, terms, audits, disputes } = running().state;
  const view = fromWire(viewRun(run, { terms, audits, disputes, nowMs: 0 }));
  const client = {
    getRun: ({ run: id }: { run: number }) => Promise.resolve(id === 1 ? view : null),
  } as unknown as DaoClient;
  const wordsOf = async (action: Action) => (await readEffects(client, action)).join(' ');

  it('names every term that an amendment changes, and none that it leaves', async () => {
    const { maxWorkers, auditedClaimsBps, auditFeeYocto, deadlinesMs, flopsPerRound } = terms;
    const same = { maxWorkers, auditedClaimsBps, auditFeeYocto, flopsPerRound };
    const changes = {
      ...same,
      spec: named('next'),
      rounds: 9,
      rewardYocto: `${near}`,
      deadlinesMs: { ...deadlinesMs, train: 7_200_000 },
    };
    const action = { kind: 'amend-run', run: 1, changes, budgetYocto: `${5n * near}` } as const;
    const words = await wordsOf(action);
    expect(words).to.include('Rounds: 9 instead of 3.');
    expect(words).to.include('Time to train: 2h instead of 1s.');
    expect(words).to.match(/Pay for a verified update: 1 NEAR instead of 0\.14\d* NEAR\./);
    expect(words).to.include(`Spec: ${named('next')} instead of ${terms.spec}.`);
    expect(words).to.not.match(/Trainers at a time|right audit|Audited|Time to reveal/);
    expect(describeAction(action)).to.equal('change the terms of run 1 and add 5 NEAR');
  });

  it('says how far a rewind goes, how long a pause lasts, what a stop returns', async () => {
    const budgetYocto = `${3n * near}`;
    const rewind = { kind: 'rewind-run', run: 1, to: 0, budgetYocto } as const;
    expect(await wordsOf(rewind)).to.match(/back from round 0 to its start\. .* 3 NEAR of/);
    const pause = { kind: 'pause-run', run: 1, forMs: 172_800_000 } as const;
    expect(await wordsOf(pause)).to.include('No round would open for 2d');
    expect(describeAction(pause)).to.equal('pause run 1 for up to 2d');
    expect(await wordsOf({ kind: 'stop-run', run: 1 })).to.include('after 0 of 3 rounds');
    expect(await wordsOf({ kind: 'resume-run', run: 1 })).to.include('Run 1 is running');
  });

  it('tells other actions as the pages do, and that a run is missing', async () => {
    const transfer = { kind: 'transfer', to: 'ann.test', amountYocto: '1' } as const;
    expect(await wordsOf(transfer)).to.equal(
      '0.000000000000000000000001 NEAR would move from the treasury to the ledger of ann.test, ' +
        'who can then claim it.',
    );
    const member = { kind: 'set-member', account: 'ann.test', weight: '1' } as const;
    expect(await readEffects(client, member), 'a table tells it').to.deep.equal([]);
    expect(await wordsOf({ kind: 'stop-run', run: 7 })).to.equal('There is no run 7.');
  });
});
