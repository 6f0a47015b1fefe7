/**
 * All actions of one receipt succeed or none does. Who sends a tick together with an action that fails
 * where the draw is unwelcome must gain nothing by it.
 */
import { expect } from 'chai';
import type { RunView } from '@commonweights/dao-contracts/rules/views.js';
import { auditor, Play, workers } from './dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

describe('a draw', function () {
  this.timeout(300_000); // The first build on a machine compiles the contract's engine.
  let dao: LocalnetDao;
  let play: Play;
  before(async () => {
    dao = await startLocalnetDao();
    play = new Play(dao.chain);
    await play.fund();
  });
  after(() => dao?.stop());

  const tick = { method: 'tick', args: { run: 1 } };

  it('is not there yet for what follows in the same receipt', async () => {
    await enrolAll();
    const look = { method: 'get_run', args: { run: 1 } };
    const seen = (await dao.batch('cat.test', [tick, look])) as RunView;
    expect(seen.status).to.equal('enrolling');
    // It comes all the same.
    expect((await play.view()).status).to.equal('running');
  });

  it('was never asked for where another action of the receipt fails', async () => {
    const before = await play.view();
    await dao.chain.forward(before.open!.deadlineMs);
    const fails = { method: 'rejoin', args: { run: 1, worker: 'none' } };
    const refused = await dao.batch('cat.test', [tick, fails]).catch((error: Error) => error);
    expect(`${(refused as Error).message}`).to.match(/NOT_ENROLLED/);
    expect((await play.view()).open).to.deep.equal(before.open);
  });

  it('is made by nobody but the contract itself', async () => {
    const args = { run: 1, account: 'w0.test' };
    const forged = await dao.chain.call('w0.test', 'on_tick', args).catch((error: Error) => error);
    expect(`${(forged as Error).message}`).to.match(/private/);
  });

  async function enrolAll(): Promise<void> {
    for (const account of [...workers, auditor]) {
      const role = account === auditor ? 'auditor' : 'trainer';
      const depositYocto = BigInt((await play.view()).terms.stakeYocto);
      await dao.chain.call(account, 'enrol', { run: 1, role }, { depositYocto });
    }
    await dao.chain.forward((await play.view()).terms.deadlinesMs.enrol);
  }
});
