/** The same play as in dao.test.ts, on the embedded node: WASM, receipts, gas, real balances. */
import { expect } from 'chai';
import type { EarningsView } from '@commonweights/dao-contracts/rules/views.js';
import { named, Play } from './dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

describe('the DAO contract on the embedded node', function () {
  this.timeout(120_000);
  let dao: LocalnetDao;
  before(async () => {
    dao = await startLocalnetDao();
  });
  after(() => dao?.stop());

  it('funds, trains, convicts, rewinds, completes, releases and pays', async () => {
    const { chain } = dao;
    const play = new Play(chain);
    const check = async () => {
      const { surplusYocto } = await play.accounting();
      expect(BigInt(surplusYocto) >= 0n, `surplus ${surplusYocto}`).to.be.true;
    };
    await play.fund();
    await check();
    await play.enrol();
    await check();
    await play.round();
    const cheat = (await play.seats())[0]!.account;
    await play.round({ cheats: [cheat] });
    await play.audit();
    await check();
    expect((await play.seats())[0]).to.include({ status: 'expelled', stakeYocto: '0' });
    expect(await play.view()).to.include({ finalRound: 1, provisional: null });
    for (let i = 0; i < 4 && (await play.view()).status === 'running'; i++) {
      if ((await play.view()).open) await play.round();
      await play.audit();
      await check();
    }
    const done = await play.view();
    expect(done).to.include({ status: 'completed', escrowYocto: '0' });

    await play.decide({
      kind: 'publish-release',
      run: 1,
      root: done.finalRoot,
      manifest: named('release'),
      evaluation: named('evaluation'),
      title: 'First',
      version: '1.0.0',
    });
    const account = (await play.seats())[1]!.account;
    const { ledgerYocto } = await chain.view<EarningsView>('get_earnings', { account });
    expect(BigInt(ledgerYocto) > 0n).to.be.true;
    expect(await chain.call(account, 'claim', {})).to.deep.equal({
      sent: true,
      amountYocto: ledgerYocto,
    });
    await check();
    expect(await chain.view<EarningsView>('get_earnings', { account })).to.include({
      ledgerYocto: '0',
      inFlightYocto: '0',
    });
  });

  it('keeps every call far below what one transaction may burn', () => {
    const most = dao.gasOf.reduce((a, b) => (a.gas > b.gas ? a : b));
    expect(Number(most.gas) / 1e12, most.method).to.be.below(60);
  });
});
