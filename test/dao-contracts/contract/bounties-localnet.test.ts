/** A bounty on the embedded node: what each call burns, with full batches and full panels. */
import { expect } from 'chai';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { BountyRun, itemsNamed, judges } from './bounty-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

/** In units of 10^12 gas: about a tenth above what each was measured at. */
const teraGasMax: Record<string, number> = {
  bounty_commit: 5.2,
  bounty_apply: 5.2,
  bounty_reveal: 9.5,
  bounty_review: 6.2,
  bounty_open: 5.5,
  bounty_tick: 16,
};

describe('a bounty on chain', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let dao: LocalnetDao;
  before(async () => void (dao = await startLocalnetDao()));
  after(() => dao.stop());

  it('pays accepted items, and no call of it burns more than a few Tgas', async () => {
    const bounty = new BountyRun(dao.chain);
    const people = ['w0.test', 'w1.test', 'bob.test'];
    await bounty.start();
    for (const name of people) await bounty.commit(name, itemsNamed(name, 16));
    for (const name of judges) await bounty.apply(name);
    await bounty.pass();
    for (const [i, name] of people.entries()) await bounty.reveal(name, i, itemsNamed(name, 16));
    await bounty.tick();
    await bounty.judge(() => '1'.repeat(15) + '0');
    const end = await bounty.finish();
    const accepted = people.flatMap((name) => itemsNamed(name, 15)).slice(0, 40);
    expect(end.itemsRoot).to.equal(digestTreeRoot(accepted));
    const most = new Map<string, number>();
    for (const { method, gas } of dao.gasOf) {
      most.set(method, Math.max(most.get(method) ?? 0, Number(gas) / 1e12));
    }
    for (const [method, max] of Object.entries(teraGasMax)) {
      expect(most.get(method), method).to.be.above(0).and.below(max);
    }
  });
});
