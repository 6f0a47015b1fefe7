/** Governance in the built WASM: delegation, hostile JSON, and gas that does not grow with members. */
import { expect } from 'chai';
import { actions } from 'near-api-js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import type { Action, ProposalView } from '@commonweights/dao-contracts/rules/views.js';
import { named, near, policy } from './dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

describe('governance on the embedded node', function () {
  this.timeout(120_000);
  let dao: LocalnetDao;
  before(async () => {
    dao = await startLocalnetDao(['ann.test', 'bob.test', 'cat.test', 'late.test']);
    await dao.chain.call('late.test', 'deposit', {}, { depositYocto: 50n * near });
  });
  after(() => dao?.stop());

  const pay: Action = { kind: 'transfer', to: 'late.test', amountYocto: '1' };
  const view = (proposal: number) => dao.chain.view<ProposalView>('get_proposal', { proposal });
  const gasOfLast = () => Number(dao.gasOf.at(-1)!.gas) / 1e12;

  /** One whole vote; gas of each of its calls in Tgas. */
  async function decide(action: Action): Promise<Record<string, number>> {
    const { chain } = dao;
    const gas: Record<string, number> = {};
    const args = { action, description: named('why') };
    const depositYocto = 2n * near;
    const proposal = (await chain.call('ann.test', 'propose', args, { depositYocto })) as number;
    gas.propose = gasOfLast();
    const ballot = { proposal, choice: 'yes', action: digestOfJson((await view(proposal)).action) };
    await chain.call('ann.test', 'vote', ballot);
    gas.vote = gasOfLast();
    await chain.call('cat.test', 'vote', ballot);
    gas.delegateVote = gasOfLast();
    await chain.call('bob.test', 'vote', { ...ballot, choice: 'no' });
    gas.delegatorVote = gasOfLast();
    const { yes, no } = await view(proposal);
    expect([yes, no]).to.deep.equal(['70', '30']);
    await chain.forward(policy.votingPeriodMs + policy.timelockMs);
    await chain.call('cat.test', 'execute', { proposal });
    gas.execute = gasOfLast();
    expect((await view(proposal)).status).to.equal('executed');
    return gas;
  }

  it('costs the same gas at 3 and at 28 members, and a vote at most 4 Tgas', async () => {
    await dao.chain.call('bob.test', 'delegate', { to: 'cat.test' }, { depositYocto: near });
    await dao.chain.forward(policy.votingPeriodMs);
    const few = await decide(pay);
    const members = Array.from({ length: 25 }, (_, i) => ({ account: `m${i}.test`, weight: '1' }));
    const adding = await decide({ kind: 'set-members', members });
    const many = await decide(pay);
    for (const call of ['propose', 'vote', 'delegateVote', 'delegatorVote', 'execute']) {
      expect(many[call]! - few[call]!, call).to.be.below(0.5);
    }
    expect(many.vote).to.be.below(4);
    expect(adding.execute, 'the most that a list of members may cost').to.be.below(30);
  });

  it('refuses by code what nests too deeply, and what is no JSON', async () => {
    const { secretKey } = deriveKey('dao contract', 'ann.local');
    const account = { accountId: 'ann.local', secretKey };
    const network = { name: 'localnet' as const, rpcUrl: dao.localnet.url };
    const { connection } = connect({ network, contract: 'dao.local', account });
    const depth = 100_000;
    for (const text of [`{"to":${'['.repeat(depth)}${']'.repeat(depth)}}`, '{"to"']) {
      const bytes = new TextEncoder().encode(text);
      const call = actions.functionCall('delegate', bytes, 100n * 10n ** 12n, near);
      const refusal = await connection
        .send('dao.local', [call], 'delegate')
        .catch((error: Error) => error);
      expect((refusal as Error).message).to.match(/^BAD_ARGUMENT: the argument must/);
    }
  });
});
