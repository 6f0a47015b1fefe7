/** Members, delegates, open proposals, late quorums and the guardian, in the contract. */
import { expect } from 'chai';
import type {
  Action,
  BallotView,
  MembersView,
  PolicyView,
  StandingView,
} from '@commonweights/dao-contracts/rules/views.js';
import { near } from './dao-driver.js';
import { GovernancePlay, pay } from './governance-play.js';

const deposit = near / 10n;

describe('the electorate in the contract', () => {
  let play: GovernancePlay;
  beforeEach(async () => (play = await GovernancePlay.found()));
  const delegate = (account: string, to: string) =>
    play.fake.call(account, 'delegate', { to }, { depositYocto: deposit });
  const standing = (account: string) => play.fake.view<StandingView>('get_standing', { account });
  const ballotOf = (proposal: number, account: string) =>
    play.fake.view<BallotView>('get_ballot', { proposal, account });

  it('counts a delegated vote after a voting period, until the delegator votes itself', () => {
    delegate('bob.test', 'cat.test');
    const early = play.propose();
    play.vote('cat.test', early);
    expect(play.view(early).yes).to.equal('10');
    play.fake.nowMs += play.policy.votingPeriodMs;
    const aged = play.propose();
    play.vote('cat.test', aged);
    expect(play.view(aged).yes).to.equal('40');
    expect(ballotOf(aged, 'cat.test')).to.include({ weight: '40', delegated: '30' });
    play.vote('bob.test', aged, 'no');
    expect(play.view(aged)).to.include({ yes: '10', no: '30' });
    expect(ballotOf(aged, 'cat.test')).to.include({ weight: '10', delegated: '0' });
    expect(play.refusal('bob.test', 'vote', play.ballot(aged))).to.match(/^ALREADY_VOTED/);
    expect(play.refusal('cat.test', 'vote', play.ballot(aged))).to.match(/^ALREADY_VOTED/);
  });

  it('counts the same when the delegator votes first', () => {
    delegate('bob.test', 'cat.test');
    play.fake.nowMs += play.policy.votingPeriodMs;
    const proposal = play.propose();
    play.vote('bob.test', proposal, 'no');
    expect(ballotOf(proposal, 'cat.test')).to.include({ choice: null, weight: '0' });
    play.vote('cat.test', proposal);
    expect(play.view(proposal)).to.include({ yes: '10', no: '30' });
  });

  it('takes a delegation back at once, for proposals made later', () => {
    delegate('bob.test', 'cat.test');
    play.fake.nowMs += play.policy.votingPeriodMs;
    const before = play.propose();
    play.fake.call('bob.test', 'undelegate', {}, { depositYocto: deposit });
    const after = play.propose();
    for (const proposal of [before, after]) play.vote('cat.test', proposal);
    expect([before, after].map((id) => play.view(id).yes)).to.deep.equal(['40', '10']);
    expect(standing('bob.test')).to.include({ delegate: null, weight: '30' });
  });

  it('lets whoever delegates pay for the record, and gives back what is over', () => {
    const args = { to: 'cat.test' };
    expect(play.refusal('bob.test', 'delegate', args)).to.match(/^DEPOSIT_TOO_SMALL/);
    const before = play.fake.balance('bob.test');
    delegate('bob.test', 'cat.test');
    const spent = before - play.fake.balance('bob.test');
    expect(spent > 0n && spent < near / 100n, `${spent}`).to.be.true;
    expect(standing('cat.test').delegated).to.equal('30');
  });

  const refused: [string, string, object, RegExp][] = [
    ['to oneself', 'bob.test', { to: 'bob.test' }, /^BAD_ARGUMENT: to is bob.test itself/],
    ['to a stranger', 'bob.test', { to: 'late.test' }, /^NOT_MEMBER: late.test is not a member/],
    ['by a stranger', 'late.test', { to: 'bob.test' }, /^NOT_MEMBER: late.test has no weight/],
    ['to nobody', 'bob.test', {}, /^BAD_ARGUMENT: to must be a NEAR account name/],
  ];
  for (const [what, account, args, message] of refused) {
    it(`takes no delegation ${what}`, () => {
      expect(play.refusal(account, 'delegate', args, deposit)).to.match(message);
    });
  }

  it('shows members in pages, without gaps after some left', () => {
    const many = Array.from({ length: 25 }, (_, i) => ({ account: `m${i}.test`, weight: '1' }));
    play.pass({ kind: 'set-members', members: many });
    const leaving = ['ann.test', 'm24.test', 'm3.test'];
    const gone = leaving.map((account) => ({ account, weight: '0' }));
    play.pass({ kind: 'set-members', members: gone });
    const page = (from: number) => play.fake.view<MembersView>('get_members', { from, limit: 10 });
    const [first, second, third, none] = [0, 10, 20, 30].map(page);
    expect([first, second, third, none].map((it) => it!.members.length)).to.deep.equal([
      10, 10, 5, 0,
    ]);
    expect(first!).to.include({ count: 25, totalWeight: `${30 + 10 + 23}` });
    const shown = [first!, second!, third!].flatMap((it) => it.members.map((one) => one.account));
    const kept = ['bob.test', 'cat.test', ...many.map(({ account }) => account)];
    expect(shown.sort()).to.deep.equal(kept.filter((it) => !leaving.includes(it)).sort());
  });

  it('does not let the last weight go', () => {
    const nobody = ['ann', 'bob', 'cat'].map((it) => ({ account: `${it}.test`, weight: '0' }));
    const proposal = play.accept({ kind: 'set-members', members: nobody });
    play.forwardTo(play.view(proposal).executableAtMs);
    const refusal = play.refusal('cat.test', 'execute', { proposal });
    expect(refusal).to.match(/^BAD_ACTION: the total weight/);
  });
});

describe('open proposals', () => {
  it('are one for each proposer by default, until it has ended', async () => {
    const play = await GovernancePlay.found({ policy: { liveProposalsMax: 1 } });
    const propose = (account: string) => {
      const args = { action: pay, description: play.view(1).description };
      return play.refusal(account, 'propose', args, 2n * near);
    };
    const first = play.propose();
    expect(propose('ann.test')).to.match(
      /^TOO_MANY: ann.test has 1 open proposals \(1\), at most 1/,
    );
    expect(propose('bob.test')).to.equal('accepted');
    play.vote('ann.test', first);
    play.forwardTo(play.view(first).votingEndsMs);
    expect(propose('ann.test'), 'queued').to.match(/^TOO_MANY/);
    expect(propose('bob.test'), 'rejected').to.equal('accepted');
    play.forwardTo(play.view(first).executableAtMs);
    play.fake.call('cat.test', 'execute', { proposal: first });
    expect(propose('ann.test'), 'executed').to.equal('accepted');
  });

  it('are as many as the policy says, and an expired one is none', async () => {
    const play = await GovernancePlay.found({ policy: { liveProposalsMax: 2 } });
    const args = () => ({ action: pay, description: play.view(1).description });
    const passed = play.accept();
    play.propose();
    expect(play.refusal('ann.test', 'propose', args(), 2n * near)).to.match(/^TOO_MANY/);
    play.forwardTo(play.view(passed).expiresAtMs);
    expect(play.view(passed).status).to.equal('expired');
    expect(play.refusal('ann.test', 'propose', args(), 2n * near)).to.equal('accepted');
  });
});

describe('a late quorum', () => {
  it('makes voting longer, once', async () => {
    const play = await GovernancePlay.found();
    const proposal = play.propose();
    const { votingEndsMs, executableAtMs, expiresAtMs } = play.view(proposal);
    play.vote('bob.test', proposal);
    play.fake.nowMs = votingEndsMs - 1;
    expect(play.view(proposal).extended).to.equal(false);
    play.vote('cat.test', proposal);
    const laterMs = play.policy.lateQuorumMs - 1;
    expect(play.view(proposal)).to.include({
      extended: true,
      votingEndsMs: votingEndsMs + laterMs,
      executableAtMs: executableAtMs + laterMs,
      expiresAtMs: expiresAtMs + laterMs,
    });
    play.fake.nowMs = votingEndsMs + laterMs - 1;
    play.vote('ann.test', proposal, 'no');
    expect(play.view(proposal).votingEndsMs).to.equal(votingEndsMs + laterMs);
    play.fake.nowMs += 1;
    expect(play.view(proposal).status).to.equal('rejected');
  });

  it('changes nothing while there is time left to answer', async () => {
    const play = await GovernancePlay.found();
    const proposal = play.propose();
    const { votingEndsMs } = play.view(proposal);
    play.fake.nowMs = votingEndsMs - play.policy.lateQuorumMs;
    play.vote('ann.test', proposal);
    expect(play.view(proposal)).to.include({ votingEndsMs, extended: false });
  });
});

describe('the timelock and the guardian', () => {
  let play: GovernancePlay;
  beforeEach(async () => (play = await GovernancePlay.found({ guardianTermMs: 200_000 })));
  const cancel = (proposal: number, by = 'guard.test') => play.refusal(by, 'cancel', { proposal });

  it('keep waiting what moves money or power, and nothing else', () => {
    const kinds: Action[] = [
      pay,
      { kind: 'set-member', account: 'late.test', weight: '1' },
      { kind: 'set-members', members: [] },
      { kind: 'set-policy', policy: play.policy },
      { kind: 'set-guardian', account: null, termMs: 0 },
    ];
    for (const action of kinds) {
      const { votingEndsMs, executableAtMs } = play.view(play.propose(action));
      expect(executableAtMs - votingEndsMs, action.kind).to.equal(play.policy.timelockMs);
    }
  });

  it('let the guardian cancel in the timelock: not before, not after', () => {
    const early = play.propose();
    expect(cancel(early)).to.match(/^PROPOSAL_CLOSED: .* is voting/);
    const proposal = play.accept();
    const { executableAtMs } = play.view(proposal);
    play.fake.nowMs = executableAtMs;
    expect(cancel(proposal)).to.match(/^PROPOSAL_CLOSED: .* is queued; only one in its timelock/);
    play.fake.nowMs = executableAtMs - 1;
    expect(cancel(proposal, 'ann.test')).to.match(/^PRIVATE: only the guardian, guard.test/);
    expect(cancel(proposal)).to.equal('accepted');
    expect(play.view(proposal)).to.include({ status: 'cancelled', bond: 'returned' });
    expect(cancel(proposal)).to.match(/^PROPOSAL_CLOSED: .* is cancelled/);
  });

  it('let members insist: an action is cancelled once', () => {
    expect(cancel(play.accept())).to.equal('accepted');
    const again = play.accept();
    expect(cancel(again)).to.match(/^PRIVATE: the action of proposal 2 was cancelled before/);
    play.forwardTo(play.view(again).executableAtMs);
    play.fake.call('cat.test', 'execute', { proposal: again });
    expect(play.view(again).status).to.equal('executed');
  });

  it('end with the guardian’s term', () => {
    play.fake.nowMs += 200_000;
    expect(cancel(play.accept())).to.match(/^PRIVATE: the term of guard.test ended/);
  });

  it('give the guardian no say in who is guardian', () => {
    const next: Action = { kind: 'set-guardian', account: 'bob.test', termMs: 50_000 };
    const proposal = play.accept(next);
    expect(cancel(proposal)).to.match(/^PRIVATE: proposal 1 is to set-guardian, in which/);
    play.forwardTo(play.view(proposal).executableAtMs);
    play.fake.call('cat.test', 'execute', { proposal });
    expect(play.fake.view<PolicyView>('get_policy')).to.include({
      guardian: 'bob.test',
      guardianUntilMs: play.fake.nowMs + 50_000,
      version: 1,
    });
    play.pass({ kind: 'set-guardian', account: null, termMs: 0 });
    expect(cancel(play.accept(), 'bob.test')).to.match(/^PRIVATE: only the guardian, of whom/);
  });

  it('let a guardian do nothing else', () => {
    const { propose, vote } = { propose: play.propose(), vote: 'vote' };
    expect(play.refusal('guard.test', vote, play.ballot(propose))).to.match(/^NOT_MEMBER/);
    expect(play.refusal('guard.test', 'delegate', { to: 'ann.test' })).to.match(/^NOT_MEMBER/);
    expect(play.refusal('guard.test', 'execute', { proposal: propose })).to.match(/^PROPOSAL_NOT/);
  });

  it('refuse a term without a guardian, and a guardian without a term', () => {
    const propose = (account: string | null, termMs: number) => {
      const action = { kind: 'set-guardian', account, termMs };
      return play.refusal('ann.test', 'propose', { action, description: play.view(1).description });
    };
    play.propose();
    expect(propose(null, 1)).to.match(/^BAD_ARGUMENT: action.termMs must be 0/);
    expect(propose('bob.test', 0)).to.match(/^BAD_ARGUMENT: action.termMs must be 0/);
    expect(propose('bob.test', 3 * 366 * 24 * 3_600_000)).to.match(/^BAD_ARGUMENT: action.termMs/);
  });

  it('number the policies, and let proposals keep theirs', () => {
    const open = play.propose();
    const next = { ...play.policy, quorumBps: 9_000, lateQuorumMs: 0 };
    play.pass({ kind: 'set-policy', policy: next });
    expect(play.fake.view<PolicyView>('get_policy').version).to.equal(2);
    expect(play.view(open)).to.include({
      policyVersion: 1,
      quorumBps: 4_000,
      lateQuorumMs: 20_000,
    });
    expect(play.view(play.propose())).to.include({ policyVersion: 2, quorumBps: 9_000 });
  });

  it('take no policy whose votes would always be lengthened', () => {
    const policy = { ...play.policy, lateQuorumMs: play.policy.votingPeriodMs + 1 };
    const args = { action: { kind: 'set-policy', policy }, description: null };
    const refusal = play.refusal('ann.test', 'propose', args);
    expect(refusal).to.match(/^BAD_ARGUMENT: action.policy.lateQuorumMs must be at most voting/);
  });
});
