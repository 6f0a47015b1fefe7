/**
 * Nobody alone reaches the treasury: a member below the quorum, the guardian and a stranger work
 * together and call whatever they like, as often as they like, in any order and at any time. They
 * never own more than they brought, and treasury, members, policy and guardian stay what they were.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type {
  AccountingView,
  Action,
  EarningsView,
  MembersView,
  PolicyView,
  ProposalView,
} from '@commonweights/dao-contracts/rules/views.js';
import { near } from './dao-driver.js';
import { GovernancePlay } from './governance-play.js';
import { contractMethods } from './contract-methods.js';
import { goodActions, goodCalls } from './hostile/good-calls.js';

/** Of 100 votes the one has 10; the quorum is 40. */
const crew = ['cat.test', 'guard.test', 'stranger.test'];
const { calls, payable } = contractMethods();
// Signatures of Ethereum need host functions that the fake host lacks; they move no money.
const methods = calls.filter((method) => method !== 'init' && method !== 'attest_ethereum');

describe('a lone member, the guardian and a stranger together', () => {
  const step = fc.record({
    who: fc.constantFrom(...crew),
    what: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...methods) },
      { weight: 2, arbitrary: fc.constantFrom('propose', 'vote', 'execute', 'cancel', 'claim') },
    ),
    action: fc.constantFrom(...Object.values<Action>(goodActions)),
    proposal: fc.integer({ min: 1, max: 8 }),
    yocto: fc.constantFrom(0n, 1n, near / 10n, 5n * near),
    waitMs: fc.constantFrom(0, 0, 0, 20_000, 60_000, 100_000, 700_000),
  });

  it('get nothing out of the treasury and decide nothing', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const play = await GovernancePlay.found();
        play.fake.fund('stranger.test', 100n * near);
        const before = pictureOf(play);
        for (const it of steps) {
          play.fake.nowMs += it.waitMs;
          act(play, it);
          const after = pictureOf(play);
          expect(after.decided).to.deep.equal(before.decided);
          expect(after.crewYocto <= before.crewYocto, 'they own more than they brought').to.be.true;
          // Members' votes may store bytes at the treasury's price; what they pay in stays.
          const spent = before.treasury - after.treasury;
          expect(spent <= after.storage - before.storage, `${spent} left the treasury`).to.be.true;
        }
      }),
      { numRuns: 120, endOnFailure: true },
    ));

  it('are what the test says: together below the quorum, with a guardian in office', async () => {
    const play = await GovernancePlay.found();
    const { totalWeight } = play.fake.view<MembersView>('get_members');
    const policy = play.fake.view<PolicyView>('get_policy');
    expect(10n * 10_000n < BigInt(totalWeight) * BigInt(policy.quorumBps)).to.be.true;
    expect(policy.guardian).to.equal('guard.test');
    expect(policy.guardianUntilMs).to.be.above(play.fake.nowMs);
  });
});

function act(
  play: GovernancePlay,
  it: { who: string; what: string; action: Action; proposal: number; yocto: bigint },
): void {
  const { who, what, action, proposal } = it;
  const depositYocto = payable.includes(what) ? it.yocto : 0n;
  try {
    play.fake.call(who, what, argumentsOf(play, { what, action, proposal }), { depositYocto });
  } catch (error) {
    expect((error as Error).message, what).to.match(/^[A-Z][A-Z_]+: |^the caller cannot pay$/);
  }
}

function argumentsOf(
  play: GovernancePlay,
  it: { what: string; action: Action; proposal: number },
): object {
  const { what, proposal } = it;
  const good = goodCalls[what]!.args;
  // Whatever pays somebody is to pay one of them.
  const action = it.action.kind === 'transfer' ? { ...it.action, to: 'cat.test' } : it.action;
  if (what === 'propose') return { ...good, action };
  if (what === 'vote') {
    const view = play.view(proposal) as ProposalView | null;
    return { proposal, choice: 'yes', action: view ? digestOfJson(view.action) : good.action };
  }
  return 'proposal' in good ? { ...good, proposal } : good;
}

function pictureOf(play: GovernancePlay) {
  const { fake } = play;
  const books = fake.view<AccountingView>('get_accounting');
  const proposals = fake.view<ProposalView[]>('list_proposals', {});
  const mine = (sum: bigint, account: string) => {
    const { ledgerYocto, inFlightYocto } = fake.view<EarningsView>('get_earnings', { account });
    return sum + fake.balance(account) + BigInt(ledgerYocto) + BigInt(inFlightYocto);
  };
  const bonds = proposals.reduce(
    (sum, { bond, bondYocto }) => (bond === 'held' ? sum + BigInt(bondYocto) : sum),
    0n,
  );
  return {
    decided: [
      fake.view('get_members'),
      fake.view('get_policy'),
      fake.view('list_runs', {}),
      fake.view('list_releases', {}),
    ],
    crewYocto: crew.reduce(mine, bonds),
    treasury: BigInt(books.treasuryYocto),
    storage: BigInt(books.storageYocto),
  };
}
