/** Reputation in votes, through the contract's own methods and storage, from a run to a ballot. */
import { expect } from 'chai';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type {
  Action,
  BallotView,
  Policy,
  ProposalView,
  ReputationView,
  StandingView,
} from '@commonweights/dao-contracts/rules/views.js';
import { members, near, Play, policy, terms, workers } from './dao-driver.js';
import { startDao } from './fake-dao.js';
import type { FakeChain } from './fake-host.js';

const million = 1_000_000n;
const pay: Action = { kind: 'transfer', to: 'late.test', amountYocto: '1' };
/** A run gives each of its four workers some 3,000 points: a hundredth of the whole in all. */
const counting: Policy = { ...policy, reputation: { shareBpsMax: 2_000, fullAtPoints: 12_000 } };

describe('reputation in votes, in the contract', () => {
  let fake: FakeChain;
  let play: Play;

  /** A run of two rounds is over, weights are large enough to see small ones beside them. */
  beforeEach(async () => {
    ({ fake, play } = await startDao());
    await play.fund({ rounds: 2 });
    await play.enrol();
    await finish(play);
    const larger = members.map(({ account, weight }) => {
      return { account, weight: `${BigInt(weight) * million}` };
    });
    await play.decide({ kind: 'set-members', members: larger });
    await play.chain.forward(policy.votingPeriodMs);
  });

  async function finish(run: Play, it: { cheats?: string[] } = {}): Promise<void> {
    await run.round(it);
    await run.audit();
    for (let i = 0; i < 4 && (await run.view()).status === 'running'; i++) {
      if ((await run.view()).open) await run.round();
      await run.audit();
    }
    await run.letTimePass();
    expect((await run.view()).status).to.equal('completed');
  }

  const setPolicy = (next: Policy) => play.decide({ kind: 'set-policy', policy: next });
  const count = (account: string, by = account) =>
    fake.call(by, 'count_reputation', { account }, { depositYocto: near / 10n });
  const propose = () => play.propose(pay);
  const view = (proposal: number) => fake.view<ProposalView>('get_proposal', { proposal });
  const standing = (account: string) => fake.view<StandingView>('get_standing', { account });
  const pointsOf = (account: string) =>
    BigInt(fake.view<ReputationView>('get_reputation', { account }).points);

  /** What the vote counted, or what it was refused with; a refusal changes nothing. */
  function vote(account: string, proposal: number, choice = 'yes'): bigint | string {
    const before = fake.fingerprint();
    try {
      fake.call(account, 'vote', { proposal, choice, action: digestOfJson(pay) });
    } catch (error) {
      expect(fake.fingerprint()).to.equal(before);
      return (error as Error).message;
    }
    return BigInt(fake.view<BallotView>('get_ballot', { proposal, account }).weight);
  }

  it('counts for who is no member, a period after it was counted, in the sum of all', async () => {
    await setPolicy(counting);
    for (const account of workers) count(account);
    const early = await propose();
    expect(view(early).reputation).to.include({ weight: '0', poolWeight: `${20n * million}` });
    expect(view(early).totalWeight).to.equal(`${100n * million}`);
    expect(vote('w0.test', early)).to.match(/^NOT_MEMBER: w0.test had no weight/);
    await play.chain.forward(policy.votingPeriodMs);
    const shown = standing('w0.test');
    const aged = await propose();
    const { reputation, totalWeight } = view(aged);
    const weight = BigInt(reputation!.weight);
    const points = workers.reduce((sum, account) => sum + pointsOf(account), 0n);
    // 20 million for 12,000 points, which the view has rounded down for each of the four.
    const above = weight - (points * 20n * million) / 12_000n;
    expect(above >= 0n && above < 5n * 1_667n, `${above}`).to.equal(true);
    expect(totalWeight).to.equal(`${100n * million + weight}`);
    const counted = vote('w0.test', aged);
    expect(counted).to.equal(weight / 20n);
    expect(shown).to.include({ weight: '0', reputation: `${counted}` });
    expect(view(aged).yes).to.equal(`${counted}`);
    expect(vote('w0.test', aged)).to.match(/^ALREADY_VOTED/);
    expect(vote('late.test', aged)).to.match(/^NOT_MEMBER/);
    expect(vote('ann.test', aged), 'a member without any').to.equal(60n * million);
  });

  it('counts nothing and stores nothing where the policy does not say so', async () => {
    count('w0.test');
    await play.chain.forward(policy.votingPeriodMs);
    const proposal = await propose();
    expect(view(proposal)).to.not.have.property('reputation');
    expect(view(proposal).totalWeight).to.equal(`${100n * million}`);
    expect(vote('w0.test', proposal)).to.match(/^NOT_MEMBER/);
    expect(standing('w0.test')).to.not.have.property('reputation');
    expect(fake.view('get_policy')).to.not.have.property('reputation');
    await setPolicy(counting);
    const later = await propose();
    expect(vote('w0.test', later), 'it had aged before').to.be.a('bigint');
    expect(vote('w1.test', later), 'never counted').to.match(/^NOT_MEMBER: w1.test had no weight/);
    await setPolicy(policy);
    expect(vote('w0.test', await propose())).to.match(/^NOT_MEMBER/);
  });

  it('adds to what a member votes with, and does not go to its delegate', async () => {
    await play.decide({ kind: 'set-member', account: 'w0.test', weight: `${million}` });
    await setPolicy(counting);
    count('w0.test');
    fake.call('w0.test', 'delegate', { to: 'cat.test' }, { depositYocto: near / 10n });
    await play.chain.forward(policy.votingPeriodMs);
    const proposal = await propose();
    expect(vote('cat.test', proposal)).to.equal(11n * million);
    const own = BigInt(standing('w0.test').reputation!);
    expect(own > 0n).to.equal(true);
    expect(vote('w0.test', proposal, 'no')).to.equal(million + own);
    expect(view(proposal)).to.include({ yes: `${10n * million}`, no: `${million + own}` });
  });

  it('ends with a slash for later proposals, and stays as it was on those before', async () => {
    await setPolicy(counting);
    for (const account of workers) count(account);
    const second = new Play(play.chain, 2);
    await play.chain.call('ann.test', 'deposit', {}, { depositYocto: 30n * near });
    const budgetYocto = `${30n * near}`;
    await play.decide({ kind: 'fund-run', terms: { ...terms, rounds: 2 }, budgetYocto });
    await second.enrol();
    const before = await propose();
    const cheat = (await second.seats())[0]!.account;
    const held = standing(cheat).reputation!;
    expect(held).to.not.equal('0');
    await finish(second, { cheats: [cheat] });
    const { slashes } = fake.view<ReputationView>('get_reputation', { account: cheat });
    expect(slashes).to.equal(1);
    expect(standing(cheat).reputation).to.equal('0');
    expect(vote(cheat, await propose())).to.match(/^NOT_MEMBER/);
    fake.nowMs = view(before).createdAtMs;
    expect(vote(cheat, before)).to.equal(BigInt(held));
  });

  it('is counted for anybody by anybody who pays for it, once as it is', () => {
    const tried = (account: string, depositYocto: bigint) => {
      const at = fake.fingerprint();
      try {
        fake.call('late.test', 'count_reputation', { account }, { depositYocto });
      } catch (error) {
        expect(fake.fingerprint()).to.equal(at);
        return (error as Error).message;
      }
      return 'accepted';
    };
    expect(tried('w0.test', 0n)).to.match(/^DEPOSIT_TOO_SMALL/);
    const before = fake.balance('late.test');
    expect(tried('w0.test', near / 10n)).to.equal('accepted');
    const spent = before - fake.balance('late.test');
    expect(spent > 0n && spent < near / 100n, `${spent}`).to.equal(true);
    expect(tried('w0.test', near)).to.match(/^ALREADY_ACTED: the reputation of w0.test is counted/);
    expect(tried('nobody.test', near)).to.match(/^ALREADY_ACTED/);
    expect(tried('Not an account', near)).to.match(/^BAD_ARGUMENT/);
  });

  const refused: [string, object, RegExp][] = [
    ['alone is a quorum', { shareBpsMax: 5_000, fullAtPoints: 1 }, /would let reputation alone be/],
    ['weighs more than half of members', { shareBpsMax: 5_001, fullAtPoints: 1 }, /shareBpsMax/],
    ['weighs nothing', { shareBpsMax: 0, fullAtPoints: 1 }, /reputation.shareBpsMax must be/],
    ['is full at no point', { shareBpsMax: 1, fullAtPoints: 0 }, /reputation.fullAtPoints must be/],
    ['is full at half a point', { shareBpsMax: 1, fullAtPoints: 0.5 }, /fullAtPoints must be/],
    ['has no end', { shareBpsMax: 1, fullAtPoints: 10 ** 12 + 1 }, /fullAtPoints must be/],
    ['has a field too many', { shareBpsMax: 1, fullAtPoints: 1, more: 1 }, /BAD_ARGUMENT/],
    ['lacks a field', { shareBpsMax: 1 }, /fullAtPoints must be/],
  ];
  for (const [what, reputation, message] of refused) {
    it(`takes no policy in which reputation ${what}`, async () => {
      const next = { ...policy, quorumBps: 3_333, reputation } as Policy;
      const error = await play.propose({ kind: 'set-policy', policy: next }).then(
        () => 'accepted',
        (it: unknown) => (it as Error).message,
      );
      expect(error).to.match(/^BAD_ARGUMENT/);
      expect(error).to.match(message);
    });
  }
});
