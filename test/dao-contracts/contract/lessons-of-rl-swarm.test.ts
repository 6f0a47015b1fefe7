/**
 * What went wrong in networks that pay for training before this one (issues of Gensyn's rl-swarm
 * and of Templar), as tests that it cannot happen here: pay needs no worker's key, stops for nobody
 * unsaid, and follows from what is stored for everybody to add up.
 */
import { expect } from 'chai';
import type {
  EarningsView,
  RoundRecord,
  RunTerms,
  SeatView,
} from '@commonweights/dao-contracts/rules/views.js';
import { auditor, named, near, terms, workers, type Play } from './dao-driver.js';
import type { FakeChain } from './fake-host.js';
import { startDao } from './fake-dao.js';

describe('lessons of rl-swarm and Templar', () => {
  let host: FakeChain;
  let play: Play;
  beforeEach(async () => ({ fake: host, play } = await startDao()));

  const ledgerOf = (account: string) =>
    BigInt(host.view<EarningsView>('get_earnings', { account }).ledgerYocto);
  const seatOf = async (account: string) =>
    (await play.seats()).find((seat) => seat.account === account)!;
  const recordOf = (round: number) =>
    play.chain.view<RoundRecord>('get_round_record', { run: 1, round });
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => 'accepted',
      (error: Error) => error.message,
    );

  async function playToEnd(): Promise<void> {
    for (let i = 0; i < 12 && (await play.view()).status === 'running'; i++) {
      if ((await play.view()).open) await play.round();
      await play.audit();
      await play.tick();
    }
    expect((await play.view()).status).to.equal('completed');
  }

  it('rl-swarm #422: a lost worker key loses no earnings: they are the payout account’s', async () => {
    await play.fund();
    const deposit = { depositYocto: BigInt(terms.stakeYocto) + near / 2n };
    const seat = { run: 1, role: 'trainer', payout: 'cold.test' };
    await play.chain.call('w0.test', 'enrol', seat, deposit);
    await play.enrol(workers.slice(1));
    await play.round();
    // The machine is gone with its key, and the account too: nobody signs for it any more.
    host.broken.add('w0.test');
    await play.audit();
    for (let i = 0; i < 12 && (await play.view()).status !== 'completed'; i++) {
      if ((await play.view()).open) await playWithout('w0.test');
      else await play.tick();
      await play.audit();
    }
    const { stakeYocto } = terms;
    expect(ledgerOf('w0.test')).to.equal(0n);
    expect(ledgerOf('cold.test') > BigInt(stakeYocto), `${ledgerOf('cold.test')}`).to.be.true;
    const before = host.balance('cold.test');
    const owed = ledgerOf('cold.test');
    await play.chain.call('cold.test', 'claim', {});
    expect(host.balance('cold.test') - before).to.equal(owed);
  });

  it('rl-swarm #422: the owner gives a lost machine’s seat to another one', async () => {
    await play.fund();
    await play.enrol();
    const one = { depositYocto: 1n };
    await play.chain.call('w0.test', 'set_operator', { run: 1, operator: 'late.test' }, one);
    const { open } = await play.view();
    const commitment = { run: 1, round: open!.round, commitment: named('c') };
    expect(await refusal(play.chain.call('w0.test', 'commit', commitment))).to.match(
      /^NOT_YOUR_TURN/,
    );
    expect(open!.slices.some(({ seat }) => seat === 0)).to.be.true;
    expect(await refusal(play.chain.call('late.test', 'commit', commitment))).to.equal('accepted');
  });

  it('rl-swarm #415: two nodes of one account do not collide: one label is one seat', async () => {
    await play.fund();
    const deposit = { depositYocto: BigInt(terms.stakeYocto) + near / 2n };
    const enrol = (worker: string) =>
      play.chain.call('w0.test', 'enrol', { run: 1, role: 'trainer', worker }, deposit);
    await enrol('');
    const before = host.fingerprint();
    expect(await refusal(enrol(''))).to.match(/^ALREADY_ENROLLED: /);
    expect(host.fingerprint(), 'the second node changed something').to.equal(before);
    await enrol('b');
    await play.enrol(['w1.test']);
    const mine = (await play.seats()).filter(({ account }) => account === 'w0.test');
    expect(mine.map(({ worker }) => worker)).to.have.members(['', 'b']);
    const { open } = await play.view();
    for (const { worker, seat } of mine.filter((it) => isDrawn(it, open!.slices))) {
      const act = { run: 1, round: open!.round, worker, commitment: named(`of ${seat}`) };
      await play.chain.call('w0.test', 'commit', act);
      expect(await refusal(play.chain.call('w0.test', 'commit', act))).to.match(/^ALREADY_ACTED/);
    }
    const { committed } = (await play.view()).open!;
    expect(committed).to.include.members(
      mine.filter((it) => isDrawn(it, open!.slices)).map(({ seat }) => seat),
    );
  });

  it('rl-swarm #433, #488, #506: no round is final whose work was not paid', async () => {
    await play.fund();
    await play.enrol();
    const reward = BigInt(terms.rewardYocto);
    for (let i = 0; i < 12 && (await play.view()).status === 'running'; i++) {
      if ((await play.view()).open) await play.round();
      const before = await paidOf();
      const { finalRound } = await play.view();
      await play.audit();
      const after = await paidOf();
      const now = await play.view();
      if (now.finalRound === finalRound) continue;
      const { claims } = await recordOf(now.finalRound);
      for (const { seat, included, verdict } of claims) {
        if (!included || verdict === 'failed') continue;
        expect(after[seat]! - before[seat]! >= reward, `seat ${seat} of ${now.finalRound}`).to.be
          .true;
      }
      expect(BigInt(now.escrowYocto) >= 0n).to.be.true;
    }
    expect(await play.view()).to.include({ status: 'completed', finalRound: terms.rounds });
  });

  it('rl-swarm #433, #488, #506: a run that could not pay to its end is never funded', async () => {
    await play.chain.call('ann.test', 'deposit', {}, { depositYocto: 20n * near });
    const short: Partial<RunTerms> = { rounds: 1_000 };
    const error = await refusal(play.fund(short));
    expect(error).to.match(/^TREASURY_TOO_SMALL: /);
    expect(await play.chain.view('get_run', { run: 1 })).to.equal(null);
  });

  it('rl-swarm #253, #271: every score adds up from the stored records of closed rounds', async () => {
    await play.fund();
    await play.enrol();
    await playToEnd();
    const view = await play.view();
    const records = await Promise.all(
      Array.from({ length: view.finalRound }, (_, i) => recordOf(i + 1)),
    );
    const final = records.filter((record) => record?.outcome === 'final');
    expect(final).to.have.length(terms.rounds);
    for (const seat of await play.seats()) {
      const verified = final.filter(({ claims }) =>
        claims.some((it) => it.seat === seat.seat && it.included && it.verdict !== 'failed'),
      ).length;
      const audits = records.flatMap((record) =>
        (record?.audits ?? []).filter((it) => it.auditor === seat.seat && it.verdict === 'passed'),
      ).length;
      expect(seat.verifiedRounds, `${seat.account}: verified`).to.equal(verified);
      expect(seat.auditsRight, `${seat.account}: audits`).to.equal(audits);
      const earned =
        BigInt(verified) * BigInt(terms.rewardYocto) + BigInt(audits) * BigInt(terms.auditFeeYocto);
      expect(seat.earnedYocto, `${seat.account}: earned`).to.equal(`${earned}`);
      const back =
        seat.role === 'trainer' || seat.account === auditor ? BigInt(terms.stakeYocto) : 0n;
      // What was attached beyond the stake came back to the ledger at once.
      expect(ledgerOf(seat.account) - near / 2n, `${seat.account}: ledger`).to.equal(earned + back);
    }
  });

  it('Templar #45: no slash raises what a seat has, nor what it is known for', async () => {
    await play.fund();
    await play.enrol();
    await play.round();
    const [cheat] = await play.seats();
    await play.round({ cheats: [cheat!.account] });
    const before = await seatOf(cheat!.account);
    await play.audit();
    const after = await seatOf(cheat!.account);
    expect(after.status).to.equal('expelled');
    for (const field of ['stakeYocto', 'heldBackYocto', 'earnedYocto'] as const) {
      expect(BigInt(after[field]) <= BigInt(before[field]), field).to.be.true;
      expect(BigInt(after[field]) >= 0n, field).to.be.true;
    }
    expect(after.verifiedRounds <= before.verifiedRounds).to.be.true;
  });

  async function paidOf(): Promise<bigint[]> {
    return (await play.seats()).map(({ earnedYocto }) => BigInt(earnedYocto));
  }

  async function playWithout(account: string): Promise<void> {
    await play.train({ without: [account] });
    await play.reveal();
    await play.certify();
    await play.aggregate();
  }
});

function isDrawn({ seat }: SeatView, slices: readonly { seat: number }[]): boolean {
  return slices.some((it) => it.seat === seat);
}
