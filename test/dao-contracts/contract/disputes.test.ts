/** Disputes and challenges through the contract: deposits, storage, the DAO's last word. */
import { expect } from 'chai';
import type {
  DisputeView,
  EarningsView,
  RoundRecord,
} from '@commonweights/dao-contracts/rules/views.js';
import { named, near, terms, type Play } from './dao-driver.js';
import { startDao } from './fake-dao.js';

const theDispute = async (play: Play): Promise<DisputeView> => (await play.view()).disputes[0]!;

/** A cheat of round 1 that a jury has found out; its window to appeal is open. */
async function convicted() {
  const { fake, chain, play } = await startDao();
  await play.fund();
  await play.enrol();
  const cheat = (await play.seats())[1]!.account;
  await play.round({ cheats: [cheat] });
  await play.audit();
  return { fake, chain, play, cheat };
}

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('disputes in the contract', () => {
  it('show who lost, what is locked, and what an appeal takes', async () => {
    const { play } = await convicted();
    const dispute = await theDispute(play);
    expect(dispute).to.include({ kind: 'audit', seat: 1, stage: 'window', verdict: 'against' });
    expect(dispute).to.include({ acted: true, level: 0, lockedYocto: terms.stakeYocto });
    expect(BigInt(dispute.appealYocto!) > 0n).to.equal(true);
    expect((await play.accounting()).slashedYocto).to.equal(terms.stakeYocto);
  });

  it('refuse an appeal without its bond and keep nothing of it', async () => {
    const { fake, chain, play, cheat } = await convicted();
    const { id } = await theDispute(play);
    const before = fake.balance(cheat);
    const call = chain.call(cheat, 'appeal', { run: 1, dispute: id }, { depositYocto: 1n });
    expect(await refusal(call)).to.match(/^DEPOSIT_TOO_SMALL: attach the bond and its storage/);
    expect(fake.balance(cheat)).to.equal(before);
    const twice = chain.call('late.test', 'judge', { run: 1, dispute: id, answer: null });
    expect(await refusal(twice)).to.match(/^NOT_ENROLLED/);
  });

  it('end with the DAO, whose vote gives back what a jury took', async () => {
    const { chain, play, cheat } = await convicted();
    const { id, appealYocto } = await theDispute(play);
    const action = {
      ...{ kind: 'resolve-dispute' as const, run: 1, dispute: id, verdict: 'for' as const },
      evidence: named('a report'),
    };
    expect(await refusal(play.propose(action))).to.match(/^WRONG_PHASE: .*juries decide it first/);
    const depositYocto = BigInt(appealYocto!);
    await chain.call(cheat, 'appeal', { run: 1, dispute: id }, { depositYocto });
    expect(await theDispute(play)).to.include({ stage: 'dao', level: 3 });
    expect((await play.accounting()).bondsYocto).to.not.equal('0');
    await play.decide(action);
    const seat = (await play.seats())[1]!;
    expect(seat).to.include({ status: 'absent', stakeYocto: terms.stakeYocto, slashedYocto: '0' });
    expect((await play.view()).disputes).to.deep.equal([]);
    const books = await play.accounting();
    expect(books).to.include({ slashedYocto: '0', bondsYocto: '0' });
    const gone = refusal(play.propose(action));
    expect(await gone).to.match(/^DISPUTE_CLOSED: run 1 has no open dispute/);
    await chain.call(cheat, 'rejoin', { run: 1 });
    expect((await play.seats())[1]!.status).to.equal('active');
  });
});

describe('challenges in the contract', () => {
  async function provisional() {
    const started = await startDao();
    await started.play.fund();
    await started.play.enrol();
    await started.play.round();
    const { challengeYocto } = (await started.play.view()).provisional!;
    return { ...started, depositYocto: BigInt(challengeYocto) };
  }

  it('of a right root pay the jurors, and the round is final', async () => {
    const { chain, play, depositYocto } = await provisional();
    const { root } = (await play.view()).provisional!;
    const args = { run: 1, round: 1, root: named('no root') };
    await chain.call('late.test', 'challenge_root', args, { depositYocto });
    await play.tick();
    for (const { seat } of (await theDispute(play)).panel.slice(0, 2)) {
      const { account } = (await play.seats())[seat]!;
      await chain.call(account, 'judge', { run: 1, dispute: 1, answer: root });
    }
    expect(await theDispute(play)).to.include({ verdict: 'for', stage: 'window' });
    await play.audit();
    expect((await play.view()).provisional).to.include({ round: 1 });
    await play.letTimePass();
    expect((await play.view()).finalRound).to.equal(1);
    expect((await play.accounting()).bondsYocto).to.equal('0');
  });

  it('of an update that nobody can fetch rewind the round', async () => {
    const { chain, play, depositYocto } = await provisional();
    const args = { run: 1, round: 1, seat: 2 };
    const deposit = { depositYocto: depositYocto + near };
    await chain.call('late.test', 'challenge_update', args, deposit);
    const { ledgerYocto } = await chain.view<EarningsView>('get_earnings', {
      account: 'late.test',
    });
    expect(ledgerYocto).to.equal(`${near}`);
    await play.tick();
    for (const { seat } of (await theDispute(play)).panel) {
      if ((await theDispute(play)).stage !== 'jury') break;
      const { account } = (await play.seats())[seat]!;
      await chain.call(account, 'judge', { run: 1, dispute: 1, answer: null });
    }
    await play.audit();
    const record = await chain.view<RoundRecord>('get_round_record', { run: 1, round: 1 });
    expect(record.outcome).to.equal('rewound');
    await play.letTimePass();
    expect((await play.accounting()).slashedYocto).to.equal('0');
  });
});
