/** NEP-145: money put down for bytes, spent on bytes alone, and back when asked for. */
import { expect } from 'chai';
import type { AccountingView } from '@commonweights/dao-contracts/rules/views.js';
import { dataset, named, near } from './dao-driver.js';
import { GovernancePlay } from './governance-play.js';

interface Balance {
  total: string;
  available: string;
}

describe('storage deposits', () => {
  let play: GovernancePlay;
  let atStart: bigint;
  beforeEach(async () => {
    play = await GovernancePlay.found();
    atStart = BigInt(accounting().surplusYocto);
  });
  const accounting = () => play.fake.view<AccountingView>('get_accounting');
  const balance = (account = 'late.test') =>
    play.fake.view<Balance | null>('storage_balance_of', { account_id: account });
  const min = () => BigInt(play.fake.view<{ min: string }>('storage_balance_bounds').min);
  const call = (method: string, args: object = {}, depositYocto = 1n, by = 'late.test') =>
    play.fake.call(by, method, args, { depositYocto }).value;
  const refusal = (method: string, args: object = {}, depositYocto = 1n) =>
    play.refusal('late.test', method, args, depositYocto);

  it('open a ledger for their least amount, measured, and close it again for the same', () => {
    expect(balance()).to.equal(null);
    expect(refusal('storage_deposit', {}, min() - 1n)).to.match(/^DEPOSIT_TOO_SMALL: attach at/);
    const before = play.fake.balance('late.test');
    const opened = call('storage_deposit', {}, min()) as Balance;
    expect(opened.total).to.equal(`${min()}`);
    // The name is 55 letters shorter than the longest.
    expect(opened.available).to.equal(`${55n * 10n ** 19n}`);
    expect(BigInt(accounting().surplusYocto)).to.equal(atStart);
    expect(call('storage_unregister')).to.equal(true);
    expect(balance()).to.equal(null);
    expect(play.fake.balance('late.test')).to.equal(before - 1n);
    expect(call('storage_unregister')).to.equal(false);
    expect(accounting().depositsYocto).to.equal('0');
  });

  it('for registration alone keep the least amount once', () => {
    const before = play.fake.balance('late.test');
    call('storage_deposit', { registration_only: true }, near);
    expect(play.fake.balance('late.test')).to.equal(before - min());
    call('storage_deposit', { registration_only: true }, near);
    expect(play.fake.balance('late.test')).to.equal(before - min());
  });

  it('can be made for somebody else, whose they are from then on', () => {
    call('storage_deposit', { account_id: 'bob.test' }, near, 'ann.test');
    expect(balance('bob.test')?.total).to.equal(`${near}`);
    expect(balance('ann.test')).to.equal(null);
    const before = play.fake.balance('bob.test');
    call('storage_withdraw', {}, 1n, 'bob.test');
    expect(play.fake.balance('bob.test') > before).to.equal(true);
  });

  it('pay for what an attached deposit does not cover, and no more than the bytes added', () => {
    const register = (id: string, depositYocto: bigint) =>
      refusal('register_dataset', { record: { ...dataset, id } }, depositYocto);
    expect(register('a@1', 0n)).to.match(/^DEPOSIT_TOO_SMALL/);
    call('storage_deposit', {}, near);
    const before = BigInt(balance()!.available);
    expect(register('a@1', 0n)).to.equal('accepted');
    const cost = before - BigInt(balance()!.available);
    expect(cost > 0n && cost < near / 50n, `${cost}`).to.equal(true);
    expect(register('b@1', cost / 2n)).to.equal('accepted');
    const half = before - cost - BigInt(balance()!.available);
    expect(half).to.equal(cost - cost / 2n);
    expect(register('c@1', near)).to.equal('accepted');
    expect(BigInt(balance()!.available)).to.equal(before - cost - half);
    expect(BigInt(accounting().surplusYocto)).to.equal(atStart);
  });

  it('are withdrawn for one yocto, up to what is not in use', () => {
    call('storage_deposit', {}, near);
    const { available } = balance()!;
    expect(refusal('storage_withdraw', {}, 0n)).to.match(/^ONE_YOCTO_NEEDED/);
    expect(refusal('storage_withdraw', { amount: `${near}` })).to.match(
      /^DEPOSIT_TOO_SMALL: \d+ yoctoNEAR can be withdrawn/,
    );
    const before = play.fake.balance('late.test');
    expect(call('storage_withdraw', { amount: '5' })).to.include({
      available: `${BigInt(available) - 5n}`,
    });
    expect(play.fake.balance('late.test')).to.equal(before + 4n);
    call('storage_withdraw');
    expect(play.fake.balance('late.test')).to.equal(before - 2n + BigInt(available));
    expect(balance()!.available).to.equal('0');
    expect(refusal('storage_withdraw', { amount: '0' })).to.equal('accepted');
    expect(refusal('storage_withdraw', {}, 2n)).to.match(/^ONE_YOCTO_NEEDED/);
    play.fake.call('ann.test', 'storage_deposit', {}, { depositYocto: near });
    expect(play.refusal('cat.test', 'storage_withdraw', {}, 1n)).to.match(/^NOT_FOUND: cat.test/);
  });

  it('that cannot be sent wait on the ledger', () => {
    call('storage_deposit', {}, near);
    const { available } = balance()!;
    play.fake.broken.add('late.test');
    call('storage_withdraw');
    play.fake.broken.delete('late.test');
    const earnings = play.fake.view<{ ledgerYocto: string }>('get_earnings', {
      account: 'late.test',
    });
    expect(earnings.ledgerYocto).to.equal(available);
    expect(refusal('storage_unregister')).to.match(/^LEDGER_NOT_EMPTY/);
    expect(refusal('storage_unregister', { force: true })).to.match(/^LEDGER_NOT_EMPTY.*burnt/);
    call('claim', {}, 0n);
    expect(call('storage_unregister')).to.equal(true);
  });

  it('close no ledger while money is on its way', () => {
    play.pass({ kind: 'transfer', to: 'late.test', amountYocto: `${near}` });
    play.fake.holdCallbacks = true;
    call('claim', {}, 0n);
    expect(refusal('storage_unregister')).to.match(/^CLAIM_IN_FLIGHT/);
    play.fake.deliverCallbacks();
    // The DAO paid for this ledger: nothing comes back for it.
    const before = play.fake.balance('late.test');
    expect(call('storage_unregister')).to.equal(true);
    expect(play.fake.balance('late.test')).to.equal(before - 1n);
    expect(BigInt(accounting().surplusYocto) >= atStart).to.equal(true);
  });

  it('pay for votes only when the treasury cannot', async () => {
    const poor = await GovernancePlay.found({ treasuryYocto: 0n });
    poor.fake.call('bob.test', 'storage_deposit', {}, { depositYocto: near });
    const proposal = poor.propose({ kind: 'transfer', to: 'late.test', amountYocto: '1' });
    const args = { proposal, choice: 'yes', action: poor.view(proposal).actionDigest };
    expect(poor.refusal('cat.test', 'vote', args)).to.match(/^DEPOSIT_TOO_SMALL/);
    expect(poor.refusal('bob.test', 'vote', args)).to.equal('accepted');
  });

  it('refuse what is no account, amount or flag', () => {
    const bad: [string, object][] = [
      ['storage_deposit', { account_id: 'Ann.test' }],
      ['storage_deposit', { registration_only: 1 }],
      ['storage_withdraw', { amount: '-1' }],
      ['storage_unregister', { force: 'yes' }],
      ['storage_balance_of', {}],
      ['storage_deposit', { subject: named('x') }],
    ];
    for (const [method, args] of bad) {
      const deposit = method === 'storage_balance_of' ? 0n : 1n;
      expect(refusal(method, args, deposit), method).to.match(/^BAD_ARGUMENT/);
    }
  });
});
