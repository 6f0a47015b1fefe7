/**
 * What went wrong in DAOs before this one (Sputnik DAO's issues 25, 98, 237 and 238), as tests that
 * it cannot happen here: money is debited first and pulled later, a vote needs no balance of anybody.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import type {
  AccountingView,
  Action,
  EarningsView,
  ProposalView,
} from '@commonweights/dao-contracts/rules/views.js';
import { everybody, members, near } from './dao-driver.js';
import { GovernancePlay } from './governance-play.js';

describe('lessons of Sputnik DAO', () => {
  let play: GovernancePlay;
  beforeEach(async () => (play = await GovernancePlay.found()));
  const ledgerOf = (account: string) =>
    BigInt(play.fake.view<EarningsView>('get_earnings', { account }).ledgerYocto);
  const books = () => play.fake.view<AccountingView>('get_accounting');

  it('sputnik #237, #238: no bond is stuck after a failed transfer: it comes back when its owner can take it', () => {
    const proposal = play.accept(undefined, 'bob.test');
    play.fake.broken.add('bob.test');
    play.forwardTo(play.view(proposal).executableAtMs);
    play.fake.call('cat.test', 'execute', { proposal });
    expect(play.view(proposal)).to.include({ status: 'executed', bond: 'returned' });
    play.fake.call('bob.test', 'claim', {});
    expect(ledgerOf('bob.test')).to.equal(near);
    play.fake.broken.delete('bob.test');
    const before = play.fake.balance('bob.test');
    play.fake.call('bob.test', 'claim', {});
    expect(play.fake.balance('bob.test') - before).to.equal(near);
    expect(ledgerOf('bob.test')).to.equal(0n);
    expect(books().bondsYocto).to.equal('0');
  });

  it('sputnik #237, #238: no bond is stuck with an action that can never be carried out', () => {
    const dear: Action = { kind: 'transfer', to: 'late.test', amountYocto: `${10n ** 30n}` };
    const proposal = play.accept(dear);
    play.forwardTo(play.view(proposal).executableAtMs);
    const args = { proposal };
    expect(play.refusal('cat.test', 'execute', args)).to.match(/^TREASURY_TOO_SMALL/);
    play.forwardTo(play.view(proposal).expiresAtMs);
    play.fake.call('cat.test', 'execute', args);
    expect(play.view(proposal)).to.include({ status: 'expired', bond: 'returned' });
    expect(ledgerOf('ann.test')).to.equal(near);
    expect(play.refusal('cat.test', 'execute', args)).to.match(/^PROPOSAL_CLOSED/);
    expect(ledgerOf('ann.test')).to.equal(near);
  });

  it('sputnik #25: no voter meets an exceeded balance: an empty treasury is said, a deposit helps', async () => {
    play = await GovernancePlay.found({ treasuryYocto: 0n });
    const proposal = play.propose();
    const vote = (account: string, depositYocto = 0n) =>
      play.refusal(account, 'vote', play.ballot(proposal), depositYocto);
    for (const { account } of members) {
      expect(vote(account)).to.match(/^DEPOSIT_TOO_SMALL: attach \d+ yoctoNEAR more for storage/);
      expect(vote(account, near / 10n)).to.equal('accepted');
    }
    expect(play.view(proposal).yes).to.equal('100');
    play.fake.call('ann.test', 'deposit', {}, { depositYocto: near / 10n });
    const another = play.propose();
    play.vote('bob.test', another);
    expect(play.view(another).yes, 'the treasury pays').to.equal('30');
  });

  it('sputnik #98: a second claim before the first one’s callback gets nothing', () => {
    play.pass({ kind: 'transfer', to: 'late.test', amountYocto: `${near}` });
    play.fake.holdCallbacks = true;
    const before = play.fake.balance('late.test');
    play.fake.call('late.test', 'claim', {});
    expect(play.refusal('late.test', 'claim', {})).to.match(/^CLAIM_IN_FLIGHT/);
    play.fake.deliverCallbacks();
    expect(play.fake.balance('late.test') - before).to.equal(near);
    expect(play.refusal('late.test', 'claim', {})).to.match(/^NOTHING_TO_CLAIM/);
    expect(books()).to.include({ inFlightYocto: '0' });
  });

  it('sputnik #98: a claim that fails while more is earned loses neither', () => {
    play.pass({ kind: 'transfer', to: 'late.test', amountYocto: `${near}` });
    play.fake.holdCallbacks = true;
    play.fake.broken.add('late.test');
    play.fake.call('late.test', 'claim', {});
    play.pass({ kind: 'transfer', to: 'late.test', amountYocto: `${near / 2n}` });
    expect(ledgerOf('late.test')).to.equal(near / 2n);
    play.fake.deliverCallbacks();
    expect(ledgerOf('late.test')).to.equal(near + near / 2n);
  });

  it('each bond is paid back or forfeited exactly once, whatever is called when', () => {
    const step = fc.record({
      who: fc.constantFrom('ann.test', 'bob.test', 'cat.test', 'guard.test', 'late.test'),
      what: fc.constantFrom('propose', 'vote', 'execute', 'cancel', 'delegate', 'claim', 'wait'),
      proposal: fc.integer({ min: 1, max: 6 }),
      choice: fc.constantFrom('yes', 'no', 'abstain'),
      waitMs: fc.integer({ min: 0, max: 80_000 }),
    });
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        play = await GovernancePlay.found();
        const supply = play.fake.supply();
        for (const it of steps) act(it);
        play.fake.nowMs += 10 ** 9;
        const all = play.fake.view<ProposalView[]>('list_proposals', {});
        for (const { id } of all) attempt('ann.test', 'execute', { proposal: id });
        const { bondsYocto, ledgersYocto, surplusYocto } = books();
        expect(bondsYocto).to.equal('0');
        expect(BigInt(surplusYocto) >= 0n, surplusYocto).to.be.true;
        const owed = [...everybody, 'guard.test'].reduce(
          (sum, account) => sum + ledgerOf(account),
          0n,
        );
        expect(`${owed}`).to.equal(ledgersYocto);
        expect(play.fake.supply()).to.equal(supply);
      }),
      { numRuns: 60 },
    );

    function attempt(account: string, method: string, args: object, depositYocto = 0n): void {
      try {
        play.fake.call(account, method, args, { depositYocto });
      } catch (error) {
        expect((error as Error).message).to.match(/^[A-Z_]+: /);
      }
    }
    function act(it: {
      who: string;
      what: string;
      proposal: number;
      choice: string;
      waitMs: number;
    }) {
      const { who, what, proposal } = it;
      if (what === 'wait') play.fake.nowMs += it.waitMs;
      else if (what === 'propose') {
        const action = { kind: 'transfer', to: who, amountYocto: `${near * BigInt(proposal * 3)}` };
        const description = `sha256:${'0'.repeat(64)}`;
        attempt(who, what, { action, description }, 2n * near);
      } else if (what === 'vote') {
        const view = play.view(proposal) as { id: number } | null;
        if (view) attempt(who, what, play.ballot(proposal, it.choice));
      } else if (what === 'delegate') attempt(who, what, { to: 'cat.test' }, near / 10n);
      else if (what === 'claim') attempt(who, what, {});
      else attempt(who, what, { proposal });
    }
  });
});
