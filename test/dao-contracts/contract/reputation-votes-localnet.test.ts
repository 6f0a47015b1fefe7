/** Reputation in votes, in the built WASM: a run, a count, a ballot, and what they burn. */
import { expect } from 'chai';
import type { Action, BallotView, ProposalView } from '@commonweights/dao-contracts/rules/views.js';
import { members, near, Play, policy, workers } from './dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

describe('reputation in votes, on the embedded node', function () {
  this.timeout(240_000);
  let dao: LocalnetDao;
  before(async () => (dao = await startLocalnetDao()));
  after(() => dao?.stop());

  /** The digest is the chain's: on it accounts have other names than in the play. */
  async function decide(action: Action): Promise<void> {
    const { chain } = dao;
    const proposal = await new Play(chain).propose(action);
    const { actionDigest } = await chain.view<ProposalView>('get_proposal', { proposal });
    await chain.call('ann.test', 'vote', { proposal, choice: 'yes', action: actionDigest });
    await chain.forward(policy.votingPeriodMs + policy.timelockMs);
    await chain.call('cat.test', 'execute', { proposal });
  }

  it('goes from a run to a ballot, for a little more gas than a member’s', async () => {
    const { chain, gasOf } = dao;
    const burnt = () => Number(gasOf.at(-1)!.gas) / 1e12;
    const play = new Play(chain);
    await play.fund({ rounds: 1 });
    await play.enrol();
    await play.round();
    await play.audit();
    await play.letTimePass();
    expect((await play.view()).status).to.equal('completed');
    const reputation = { shareBpsMax: 2_000, fullAtPoints: 1_000 };
    await decide({ kind: 'set-policy', policy: { ...policy, reputation } });
    const heavy = members.map(({ account, weight }) => ({ account, weight: `${weight}000000` }));
    await decide({ kind: 'set-members', members: heavy });
    for (const account of workers) {
      await chain.call('late.test', 'count_reputation', { account }, { depositYocto: near });
      expect(burnt(), 'count').to.be.below(4.2);
    }
    await chain.forward(policy.votingPeriodMs);
    const pay: Action = { kind: 'transfer', to: 'late.test', amountYocto: '1' };
    const proposal = await play.propose(pay);
    const view = () => chain.view<ProposalView>('get_proposal', { proposal });
    const ballot = { proposal, choice: 'yes', action: (await view()).actionDigest };
    expect((await view()).totalWeight).to.equal(`${120 * 10 ** 6}`);
    await chain.call('ann.test', 'vote', ballot);
    expect(burnt(), 'a member').to.be.below(4);
    await chain.call('w0.test', 'vote', ballot);
    expect(burnt(), 'by reputation alone').to.be.below(4);
    const { weight } = await chain.view<BallotView>('get_ballot', { proposal, account: 'w0.test' });
    expect(weight).to.equal(`${10 ** 6}`);
    expect((await view()).yes).to.equal(`${61 * 10 ** 6}`);
  });
});
