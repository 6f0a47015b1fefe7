import { expect } from 'chai';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { readPolicyEffects } from '@commonweights/dao-contracts/client/policy-effects.js';
import type { ProposalView, RunView } from '@commonweights/dao-contracts/client/views.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import type { Action, Policy } from '@commonweights/dao-contracts/rules/views.js';
import { bountyTerms } from '../contract/bounty-driver.js';
import { dataset, near, terms } from '../contract/dao-driver.js';
import { GovernancePlay, pay } from '../contract/governance-play.js';

type Reader = Parameters<typeof readPolicyEffects>[0];

describe('what a policy would do to open proposals', () => {
  let play: GovernancePlay;

  beforeEach(async () => {
    play = await GovernancePlay.found({ treasuryYocto: 60n * near });
    play.fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto: near });
  });

  const stops: [string, Action, Partial<Policy>, RegExp][] = [
    [
      'a run whose data no vote approved',
      { kind: 'fund-run', terms, budgetYocto: `${escrowNeeded(terms)}` },
      { approvedDatasetsOnly: true },
      /^DATASET_NOT_APPROVED: the policy wants dataset speeches@1/,
    ],
    [
      'a run whose data has a licence that is not in it',
      { kind: 'fund-run', terms, budgetYocto: `${escrowNeeded(terms)}` },
      { licences: ['MIT'] },
      /^LICENCE_NOT_ALLOWED: dataset speeches@1 is under "CC0-1.0"/,
    ],
    [
      'a run that pays more than it allows',
      { kind: 'fund-run', terms, budgetYocto: `${escrowNeeded(terms)}` },
      { rewardPerTeraFlopYoctoMax: '0' },
      /^PRICE_TOO_HIGH: rewardYocto/,
    ],
    [
      'a bounty for items under a licence that is not in it',
      { kind: 'open-bounty', terms: bountyTerms },
      { licences: ['MIT'] },
      /^LICENCE_NOT_ALLOWED: the bounty asks for items/,
    ],
  ];
  for (const [name, action, change, why] of stops) {
    it(`stops ${name}, in the words with which the contract then refuses it`, async () => {
      const next = { ...play.policy, ...change };
      const proposal = play.accept(action, 'bob.test');
      const told = (await readPolicyEffects(readerOf(play), effectsOf(next))).live[0]!;
      expect(told).to.include({ proposal, kind: action.kind });
      expect(told.stopped).to.have.length(1);
      expect(told.stopped[0]).to.match(why);
      expect(told.freed).to.deep.equal([]);

      play.pass({ kind: 'set-policy', policy: next });
      expect(play.refusal('cat.test', 'execute', { proposal })).to.equal(told.stopped[0]);
      const back = (await readPolicyEffects(readerOf(play), effectsOf(play.policy))).live[0]!;
      expect(back.freed).to.deep.equal(told.stopped);
      expect(back.stopped).to.deep.equal([]);
    });
  }

  it('stops new terms that pay more than it allows, and only those', async () => {
    const action = (changes: object) =>
      ({ kind: 'amend-run', run: 1, changes, budgetYocto: '0' }) as Action;
    const price = (yocto: bigint) => (yocto * 10n ** 12n) / BigInt(terms.flopsPerRound);
    const most = price(2n * BigInt(terms.rewardYocto));
    const next = { ...play.policy, rewardPerTeraFlopYoctoMax: `${most}` };
    const dear = { rewardYocto: `${3n * BigInt(terms.rewardYocto)}` };
    play.propose(pay);
    const view = play.view(1);
    const reader: Reader = {
      ...readerOf(play),
      getRun: () => Promise.resolve(fromWire({ terms }) as unknown as RunView),
      listProposals: () =>
        Promise.resolve(
          [dear, { rounds: 9 }].map(
            (changes, at) =>
              fromWire({ ...view, id: at + 1, action: action(changes) }) as ProposalView,
          ),
        ),
    };
    const { live } = await readPolicyEffects(reader, effectsOf(next));
    expect(live.map((one) => one.stopped.length)).to.deep.equal([1, 0]);
    expect(live[0]!.stopped[0]).to.match(/^PRICE_TOO_HIGH: rewardYocto/);
  });

  it('says of what it does not concern that it stays as it is', async () => {
    play.propose(pay);
    const next = { ...play.policy, approvedDatasetsOnly: true, licences: ['MIT'] };
    const { live } = await readPolicyEffects(readerOf(play), effectsOf(next));
    expect(live).to.deep.equal([
      {
        ...{ proposal: 1, status: 'voting', kind: 'transfer', replaces: false },
        ...{ keeps: [], stopped: [], freed: [] },
      },
    ]);
  });
});

function effectsOf(next: Policy) {
  return { proposal: 0, next: fromWire(next) };
}

function readerOf({ fake }: GovernancePlay): Reader {
  const view = (method: string, args: object) =>
    Promise.resolve(fromWire(fake.view(method, args)) as never);
  return {
    getPolicy: () => view('get_policy', {}),
    listProposals: (page = {}) => view('list_proposals', page),
    getDataset: (it) => view('get_dataset', it),
    getRun: (it) => view('get_run', it),
  };
}
