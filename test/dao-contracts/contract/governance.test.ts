/** What the contract's calls refuse, and the rules of voting, on the fake host. */
import { expect } from 'chai';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import type {
  Action,
  DatasetView,
  MembersView,
  PolicyView,
  ProposalView,
} from '@commonweights/dao-contracts/rules/views.js';
import { dataset, everybody, members, named, near, policy, terms } from './dao-driver.js';
import { FakeChain } from './fake-host.js';

describe('governance in the contract', () => {
  let fake: FakeChain;

  beforeEach(async () => {
    fake = await FakeChain.start();
    for (const account of everybody) fake.fund(account, 100n * near);
    fake.call(fake.contract, 'init', { members, policy, guardian: 'bob.test' });
    fake.call('ann.test', 'deposit', {}, { depositYocto: 20n * near });
  });

  const refusal = (
    account: string,
    method: string,
    args: object,
    it?: { depositYocto?: bigint; teraGas?: bigint },
  ): string => {
    const supply = fake.supply();
    const balance = fake.balance(account);
    try {
      fake.call(account, method, args, it);
    } catch (error) {
      expect(fake.supply()).to.equal(supply);
      expect(fake.balance(account), 'a refused call kept money').to.equal(balance);
      return (error as Error).message;
    }
    return 'accepted';
  };
  const pay: Action = { kind: 'transfer', to: 'late.test', amountYocto: `${near}` };
  const propose = (action: Action = pay): number => {
    const args = { action, description: named('why') };
    return fake.call('ann.test', 'propose', args, { depositYocto: 2n * near }).value as number;
  };
  const ballot = (proposal: number, choice = 'yes', action: Action = pay) => ({
    proposal,
    choice,
    action: digestOfJson(action),
  });
  const view = (proposal: number) => fake.view<ProposalView>('get_proposal', { proposal });
  const pass = (action: Action): number => {
    const proposal = propose(action);
    for (const { account } of members) fake.call(account, 'vote', ballot(proposal, 'yes', action));
    fake.nowMs += policy.votingPeriodMs + policy.timelockMs;
    fake.call('cat.test', 'execute', { proposal });
    return proposal;
  };

  it('is initialised once, by itself', async () => {
    const args = { members, policy, guardian: null };
    expect(refusal(fake.contract, 'init', args)).to.match(/^ALREADY_INITIALISED: /);
    const fresh = await FakeChain.start();
    fresh.fund('ann.test', near);
    expect(() => fresh.call('ann.test', 'init', args)).to.throw(/^PRIVATE: only the contract/);
    expect(() => fresh.call(fresh.contract, 'init', { ...args, members: [] })).to.throw(
      /^BAD_ARGUMENT: members must name/,
    );
    expect(() => fresh.call('ann.test', 'deposit', {}, { depositYocto: 1n })).to.throw(
      /^NOT_INITIALISED: /,
    );
  });

  it('shows policy and members', () => {
    expect(fake.view<PolicyView>('get_policy')).to.deep.include({
      ...policy,
      guardian: 'bob.test',
    });
    expect(fake.view<MembersView>('get_members')).to.deep.equal({
      members,
      count: 3,
      totalWeight: '100',
    });
  });

  it('refuses a proposal without its bond, and returns what is over', () => {
    const args = { action: pay, description: named('why') };
    const short = refusal('ann.test', 'propose', args, { depositYocto: near - 1n });
    expect(short).to.match(/^DEPOSIT_TOO_SMALL: attach the bond/);
    const bare = refusal('ann.test', 'propose', args, { depositYocto: near });
    expect(bare).to.match(/^DEPOSIT_TOO_SMALL: attach \d+ yoctoNEAR more for storage/);
    const before = fake.balance('ann.test');
    propose();
    const spent = before - fake.balance('ann.test');
    expect(spent > near && spent < near + near / 50n, `${spent}`).to.be.true;
  });

  it('counts a vote once, from members only, on the action that was read', () => {
    const proposal = propose();
    expect(refusal('late.test', 'vote', ballot(proposal))).to.match(/^NOT_MEMBER/);
    const other = { ...pay, to: 'ann.test' };
    expect(refusal('ann.test', 'vote', ballot(proposal, 'yes', other))).to.match(/^WRONG_ACTION/);
    expect(refusal('ann.test', 'vote', ballot(99))).to.match(/^NOT_FOUND/);
    expect(refusal('ann.test', 'vote', ballot(proposal, 'maybe'))).to.match(
      /^BAD_ARGUMENT: choice/,
    );
    fake.call('ann.test', 'vote', ballot(proposal));
    expect(refusal('ann.test', 'vote', ballot(proposal, 'no'))).to.match(/^ALREADY_VOTED/);
    expect(view(proposal)).to.include({ yes: '60', no: '0', totalWeight: '100' });
    fake.nowMs += policy.votingPeriodMs;
    expect(refusal('bob.test', 'vote', ballot(proposal))).to.match(/^VOTING_CLOSED/);
  });

  it('walks from voting over the timelock to execution, once', () => {
    const proposal = propose();
    expect(refusal('cat.test', 'execute', { proposal })).to.match(/^PROPOSAL_NOT_READY: voting/);
    fake.call('ann.test', 'vote', ballot(proposal));
    fake.nowMs += policy.votingPeriodMs;
    expect(view(proposal).status).to.equal('queued');
    expect(refusal('cat.test', 'execute', { proposal })).to.match(/^PROPOSAL_NOT_READY: the time/);
    fake.nowMs += policy.timelockMs;
    fake.call('cat.test', 'execute', { proposal });
    expect(view(proposal)).to.include({ status: 'executed', bond: 'returned' });
    expect(refusal('cat.test', 'execute', { proposal })).to.match(/^PROPOSAL_CLOSED/);
    const earnings = fake.view<{ ledgerYocto: string }>('get_earnings', { account: 'late.test' });
    expect(earnings.ledgerYocto).to.equal(`${near}`);
  });

  it('rejects below the quorum and below the approval, and expires what nobody executes', () => {
    const quiet = propose();
    fake.call('bob.test', 'vote', ballot(quiet));
    const disputed = propose();
    fake.call('ann.test', 'vote', ballot(disputed, 'no'));
    fake.call('bob.test', 'vote', ballot(disputed));
    const forgotten = propose();
    fake.call('ann.test', 'vote', ballot(forgotten));
    fake.nowMs += policy.votingPeriodMs;
    expect(view(quiet).status).to.equal('rejected');
    expect(view(disputed).status).to.equal('rejected');
    fake.nowMs += policy.timelockMs + policy.expiryMs;
    expect(view(forgotten).status).to.equal('expired');
    for (const proposal of [quiet, disputed, forgotten]) {
      fake.call('cat.test', 'execute', { proposal });
    }
    expect(view(quiet).bond).to.equal('forfeited');
    expect(view(disputed).bond).to.equal('returned');
    expect(view(forgotten)).to.include({ bond: 'returned', status: 'expired' });
  });

  it('lets the guardian cancel what is queued and nothing else', () => {
    const proposal = propose();
    expect(refusal('ann.test', 'cancel', { proposal })).to.match(/^PRIVATE: only the guardian/);
    expect(refusal('bob.test', 'cancel', { proposal })).to.match(/^PROPOSAL_CLOSED: .* is voting/);
    fake.call('ann.test', 'vote', ballot(proposal));
    fake.nowMs += policy.votingPeriodMs;
    fake.call('bob.test', 'cancel', { proposal });
    expect(view(proposal)).to.include({ status: 'cancelled', bond: 'returned' });
    fake.nowMs += policy.timelockMs;
    expect(refusal('cat.test', 'execute', { proposal })).to.match(/^PROPOSAL_CLOSED: .* cancelled/);
  });

  it('gives a new weight to later proposals only', () => {
    const before = propose();
    fake.call('ann.test', 'vote', ballot(before));
    // A second proposal, voted and executed while a third one, made before that, is still open.
    const grant: Action = { kind: 'set-member', account: 'late.test', weight: '500' };
    const granting = propose(grant);
    fake.call('ann.test', 'vote', ballot(granting, 'yes', grant));
    fake.nowMs += policy.votingPeriodMs + policy.timelockMs - 1;
    const open = propose();
    fake.nowMs += 1;
    fake.call('cat.test', 'execute', { proposal: granting });
    expect(refusal('late.test', 'vote', ballot(open))).to.match(/^NOT_MEMBER/);
    expect(view(open).totalWeight).to.equal('100');
    const soon = propose();
    expect(refusal('late.test', 'vote', ballot(soon))).to.match(/^NOT_MEMBER: .* not yet a member/);
    expect(view(soon).totalWeight).to.equal('100');
    fake.nowMs += policy.votingPeriodMs;
    const later = propose();
    fake.call('late.test', 'vote', ballot(later));
    expect(view(later)).to.include({ yes: '500', totalWeight: '600' });
    const leave: Action = { kind: 'set-member', account: 'ann.test', weight: '0' };
    const leaving = propose(leave);
    fake.call('late.test', 'vote', ballot(leaving, 'yes', leave));
    fake.nowMs += policy.votingPeriodMs + policy.timelockMs;
    fake.call('cat.test', 'execute', { proposal: leaving });
    const { members: now, totalWeight } = fake.view<MembersView>('get_members');
    expect(now.map(({ account }) => account)).to.not.include('ann.test');
    expect(totalWeight).to.equal('540');
  });

  it('changes the policy for later proposals', () => {
    const stricter = { ...policy, quorumBps: 9_000 };
    const open = propose();
    pass({ kind: 'set-policy', policy: stricter });
    expect(fake.view<PolicyView>('get_policy').quorumBps).to.equal(9_000);
    expect(view(open).quorumBps).to.equal(policy.quorumBps);
    expect(fake.view<PolicyView>('get_policy').guardian).to.equal('bob.test');
  });

  it('registers a dataset once, with parents that exist, for its storage', () => {
    const register = (changes: object, depositYocto = near) =>
      refusal(
        'ann.test',
        'register_dataset',
        { record: { ...dataset, ...changes } },
        { depositYocto },
      );
    expect(register({}, 0n)).to.match(/^DEPOSIT_TOO_SMALL/);
    const orphan = { parents: [{ dataset: 'none@1', transform: named('t') }] };
    expect(register(orphan)).to.match(/^NOT_FOUND: parent none@1/);
    expect(register({})).to.equal('accepted');
    expect(register({})).to.match(/^ALREADY_EXISTS/);
    const child = { id: 'child@1', parents: [{ dataset: dataset.id, transform: named('t') }] };
    expect(register(child)).to.equal('accepted');
    const listed = fake.view<DatasetView[]>('list_datasets', { from: 1, limit: 5 });
    expect(listed.map(({ id }) => id)).to.deep.equal(['child@1']);
    expect(fake.view('get_dataset', { id: 'none@1' })).to.equal(null);
  });

  it('funds no run over data that is unknown, under another licence, or for too little', () => {
    const fund = (changes: object, budgetYocto = `${escrowNeeded(terms)}`) => {
      const action = { kind: 'fund-run', terms: { ...terms, ...changes }, budgetYocto };
      const args = { action, description: named('why') };
      return refusal('ann.test', 'propose', args, { depositYocto: 2n * near });
    };
    expect(fund({})).to.match(/^NOT_FOUND: dataset speeches@1 is not registered/);
    const closed = { ...dataset, id: 'closed@1', licenceConcluded: 'LicenseRef-none' };
    const depositYocto = near;
    fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto });
    fake.call('ann.test', 'register_dataset', { record: closed }, { depositYocto });
    expect(fund({ datasets: ['closed@1'] })).to.match(/^LICENCE_NOT_ALLOWED: .*policy allows CC0/);
    // What descends from it is refused with it, whatever its own record concludes.
    const parents = [{ dataset: 'closed@1', transform: named('packed') }];
    const derived = { ...dataset, id: 'derived@1', parents };
    fake.call('ann.test', 'register_dataset', { record: derived }, { depositYocto });
    expect(fund({ datasets: ['derived@1'] })).to.match(/^LICENCE_NOT_ALLOWED: closed@1 is under/);
    expect(fund({}, `${escrowNeeded(terms) - 1n}`)).to.match(/^BUDGET_TOO_SMALL/);
    expect(fund({})).to.equal('accepted');
  });

  it('funds no run that pays more for computing than the policy allows', () => {
    const depositYocto = near;
    fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto });
    const fund = (changes: object) => {
      const changed = { ...terms, ...changes };
      const budgetYocto = `${escrowNeeded(changed)}`;
      const action = { kind: 'fund-run', terms: changed, budgetYocto };
      const args = { action, description: named('why') };
      return refusal('ann.test', 'propose', args, { depositYocto: 2n * near });
    };
    // A tenth of a NEAR for a tenth of a teraFLOP is the policy's price.
    expect(fund({ flopsPerRound: `${10n ** 11n}` })).to.equal('accepted');
    expect(fund({ flopsPerRound: `${10n ** 11n - 1n}` })).to.match(
      /^PRICE_TOO_HIGH: rewardYocto is \d+ yoctoNEAR per teraFLOP .*lower it to \d+$/,
    );
  });

  it('funds no run under which cheating pays', () => {
    const depositYocto = near;
    fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto });
    const action = {
      kind: 'fund-run',
      terms: { ...terms, auditedClaimsBps: 10 },
      budgetYocto: `${escrowNeeded(terms)}`,
    };
    const args = { action, description: named('why') };
    expect(refusal('ann.test', 'propose', args, { depositYocto: 2n * near })).to.match(
      /^CHEATING_PAYS: free-riding .*raise/,
    );
  });

  it('executes nothing that the treasury cannot pay, and lets it be tried again', () => {
    const dear: Action = { kind: 'transfer', to: 'late.test', amountYocto: `${50n * near}` };
    const proposal = propose(dear);
    fake.call('ann.test', 'vote', ballot(proposal, 'yes', dear));
    fake.nowMs += policy.votingPeriodMs + policy.timelockMs;
    const args = { proposal };
    expect(refusal('cat.test', 'execute', args)).to.match(/^TREASURY_TOO_SMALL/);
    fake.call('ann.test', 'deposit', {}, { depositYocto: 40n * near });
    fake.call('cat.test', 'execute', args);
    expect(view(proposal).status).to.equal('executed');
  });

  it('releases final roots only', () => {
    const release: Action = {
      kind: 'publish-release',
      run: 1,
      root: terms.initialRoot,
      manifest: named('release'),
      evaluation: named('evaluation'),
      title: 'Too early',
      version: '1',
    };
    const args = { action: release, description: named('why') };
    const it = { depositYocto: 2n * near };
    expect(refusal('ann.test', 'propose', args, it)).to.match(/^NOT_FOUND: there is no run 1/);
    fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto: near });
    pass({ kind: 'fund-run', terms, budgetYocto: `${escrowNeeded(terms)}` });
    expect(refusal('ann.test', 'propose', args, it)).to.match(/^NOT_FINAL/);
  });

  it('stops a run by vote and returns its escrow and stakes', () => {
    fake.call('ann.test', 'register_dataset', { record: dataset }, { depositYocto: near });
    pass({ kind: 'fund-run', terms, budgetYocto: `${escrowNeeded(terms)}` });
    const enrolment = { run: 1, role: 'trainer' };
    fake.call('w0.test', 'enrol', enrolment, { depositYocto: 2n * near });
    pass({ kind: 'stop-run', run: 1 });
    const books = fake.view<Record<string, string>>('get_accounting');
    expect(books).to.include({ stakesYocto: '0', escrowsYocto: '0', heldBackYocto: '0' });
    expect(fake.view<{ ledgerYocto: string }>('get_earnings', { account: 'w0.test' })).to.include({
      ledgerYocto: `${2n * near}`,
    });
    const stop = { action: { kind: 'stop-run', run: 1 }, description: named('why') };
    const again = refusal('ann.test', 'propose', stop, { depositYocto: 2n * near });
    expect(again).to.match(/^RUN_NOT_OPEN/);
  });

  it('refuses unknown arguments, deposits where none belong, and too little gas', () => {
    expect(refusal('ann.test', 'claim', { to: 'x' })).to.match(/^BAD_ARGUMENT: to is not a known/);
    expect(refusal('ann.test', 'claim', {})).to.match(/^NOTHING_TO_CLAIM/);
    expect(refusal('ann.test', 'claim', {}, { teraGas: 10n })).to.match(/^GAS_TOO_LOW/);
    const tick = { run: 1, round: 1, phase: 'train' };
    expect(refusal('ann.test', 'tick', tick, { teraGas: 200n })).to.match(/^GAS_TOO_LOW/);
    expect(refusal('ann.test', 'tick', tick)).to.match(/^NOT_FOUND: there is no run 1/);
    expect(refusal('ann.test', 'tick', tick, { depositYocto: 1n })).to.match(/^NOT_PAYABLE: /);
    expect(refusal('ann.test', 'deposit', {})).to.match(/^DEPOSIT_TOO_SMALL/);
    const forged = { account: 'ann.test', amountYocto: '1' };
    expect(refusal('ann.test', 'on_claimed', forged)).to.match(/private/);
  });
});
