/** A DAO on the fake host that watches its own books: after every call money and storage add up. */
import { expect } from 'chai';
import type { AccountingView } from '@commonweights/dao-contracts/rules/views.js';
import { everybody, members, near, Play, policy, type Chain } from './dao-driver.js';
import { FakeChain } from './fake-host.js';

/** `guests`: further accounts with money. */
export async function startDao(
  guests: readonly string[] = [],
): Promise<{ fake: FakeChain; chain: Chain; play: Play }> {
  const fake = await FakeChain.start();
  for (const account of [...everybody, ...guests]) fake.fund(account, 100n * near);
  fake.call(fake.contract, 'init', { members, policy, guardian: 'bob.test' });
  const supply = fake.supply();
  const surplus = () => BigInt(fake.view<AccountingView>('get_accounting').surplusYocto);
  const atStart = surplus();
  const check = () => {
    expect(fake.supply(), 'money appeared or vanished').to.equal(supply);
    // Whoever adds storage has paid for it: the deployer's own money is never touched.
    expect(surplus() >= atStart, `surplus fell from ${atStart} to ${surplus()}`).to.be.true;
  };
  const chain: Chain = {
    contract: fake.contract,
    call: async (account, method, args, it) => {
      const { value } = fake.call(account, method, args, it);
      check();
      return value;
    },
    view: async (method, args) => fake.view(method, args),
    forward: async (ms) => void (fake.nowMs += ms),
  };
  return { fake, chain, play: new Play(chain) };
}
