/** The standard token by itself: each rule of NEP-141, 145, 148 and 330, on the embedded VM. */
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { ContractHost } from '../toolchain/contract-host.js';

const entry = fileURLToPath(
  new URL('../../../dao-contracts/token/fungible-token.ts', import.meta.url),
);
const metadata = { spec: 'ft-1.0.0', name: 'Gold', symbol: 'AU', decimals: 6 };
const self = 'sample.near';
const price = 145n * 10n ** 19n;

describe('the standard token', function () {
  this.timeout(120_000);
  let wasm: Uint8Array;
  let token: ContractHost;
  before(async () => {
    ({ wasm } = await buildContract({ entry }));
  });
  beforeEach(() => {
    token = new ContractHost(wasm);
    const args = { owner: 'alice.near', total_supply: '1000', metadata };
    token.call('init', args, { predecessorAccountId: self, attachedDepositYocto: 0n });
  });
  const by = (predecessorAccountId: string, attachedDepositYocto = 1n) => ({
    predecessorAccountId,
    attachedDepositYocto,
  });
  const balance = (account_id: string) => token.call('ft_balance_of', { account_id });
  const register = (account_id: string) =>
    token.call('storage_deposit', { account_id, registration_only: true }, by('bob.near', price));
  const transfer = (receiver_id: string, amount: string, who = by('alice.near')) =>
    token.refusal('ft_transfer', { receiver_id, amount }, who);

  it('is made once, by its own account, with a supply and metadata', () => {
    expect(token.call('ft_total_supply')).to.equal('1000');
    expect(balance('alice.near')).to.equal('1000');
    expect(token.call('ft_metadata')).to.deep.include(metadata);
    const other = new ContractHost(wasm);
    const args = { owner: 'alice.near', total_supply: '1', metadata };
    expect(other.refusal('init', args, by('eve.near', 0n))).to.match(/PRIVATE/);
    expect(token.refusal('init', args, by(self, 0n))).to.match(/already initialized/);
  });

  it('transfers between registered accounts for exactly one yocto, and logs it', () => {
    expect(transfer('bob.near', '1')).to.match(/NOT_REGISTERED: bob.near/);
    register('bob.near');
    const args = { receiver_id: 'bob.near', amount: '300', memo: 'for work' };
    const { logs, failure } = token.run('ft_transfer', args, by('alice.near'));
    expect(failure).to.equal(null);
    expect(JSON.parse(logs[0]!.replace('EVENT_JSON:', ''))).to.deep.equal({
      standard: 'nep141',
      version: '1.0.0',
      event: 'ft_transfer',
      data: [
        {
          old_owner_id: 'alice.near',
          new_owner_id: 'bob.near',
          amount: '300',
          memo: 'for work',
        },
      ],
    });
    expect([balance('alice.near'), balance('bob.near')]).to.deep.equal(['700', '300']);
    expect(transfer('bob.near', '701')).to.match(/BALANCE_TOO_SMALL/);
    expect(transfer('bob.near', '0')).to.match(/BAD_AMOUNT/);
    expect(transfer('bob.near', '-1')).to.match(/BAD_ARGUMENT: amount/);
    expect(transfer('alice.near', '1')).to.match(/BAD_RECEIVER/);
    expect(transfer('bob.near', '1', by('alice.near', 0n))).to.match(/ONE_YOCTO_NEEDED/);
    expect(transfer('bob.near', '1', by('eve.near'))).to.match(/NOT_REGISTERED: eve.near/);
  });

  it('registers for a fixed price, once, and gives it back', () => {
    expect(token.call('storage_balance_bounds')).to.deep.equal({
      min: `${price}`,
      max: `${price}`,
    });
    const of = { account_id: 'bob.near' };
    expect(token.call('storage_balance_of', of)).to.equal(null);
    expect(token.refusal('storage_deposit', of, by('bob.near', price - 1n))).to.match(
      /DEPOSIT_TOO_SMALL/,
    );
    const { receipts } = token.run('storage_deposit', of, by('bob.near', price + 5n));
    expect(receipts[0]!.actions).to.deep.equal([{ kind: 'transfer', depositYocto: 5n }]);
    const again = token.run('storage_deposit', of, by('bob.near', price));
    expect(again.receipts[0]!.actions).to.deep.equal([{ kind: 'transfer', depositYocto: price }]);
    expect(token.call('storage_balance_of', of)).to.deep.equal({
      total: `${price}`,
      available: '0',
    });
    expect(token.call('storage_withdraw', {}, by('bob.near'))).to.include({ available: '0' });
    expect(token.refusal('storage_withdraw', { amount: '1' }, by('bob.near'))).to.match(/NOTHING/);
    const gone = token.run('storage_unregister', {}, by('bob.near'));
    expect(gone.receipts[0]!.actions).to.deep.equal([{ kind: 'transfer', depositYocto: price }]);
    expect(token.call('storage_unregister', {}, by('bob.near'))).to.equal(false);
  });

  it('lets nobody leave with tokens but by force, which burns them', () => {
    expect(token.refusal('storage_unregister', {}, by('alice.near'))).to.match(/BALANCE_NOT_ZERO/);
    expect(token.call('storage_unregister', { force: true }, by('alice.near'))).to.equal(true);
    expect(token.call('ft_total_supply')).to.equal('0');
  });

  it('tells the receiver of a transfer call, and resolves what it did not use', () => {
    register('dao.near');
    const args = { receiver_id: 'dao.near', amount: '100', msg: 'treasury' };
    const { receipts } = token.run('ft_transfer_call', args, by('alice.near'));
    expect(receipts.map(({ receiverId }) => receiverId)).to.deep.equal(['dao.near', self]);
    expect(balance('dao.near')).to.equal('100');
    const resolve = (answer: string | null, amount = '100') =>
      token.call(
        'ft_resolve_transfer',
        { sender_id: 'alice.near', receiver_id: 'dao.near', amount },
        {
          ...by(self, 0n),
          promiseResults: [
            answer === null ? { ok: false } : { ok: true, value: new TextEncoder().encode(answer) },
          ],
        },
      );
    expect(resolve('"0"')).to.equal('100');
    expect(resolve('"40"')).to.equal('60');
    expect(balance('dao.near')).to.equal('60');
    // More than was sent, nonsense or a failure: all of what is still there.
    expect(resolve('"999"', '10')).to.equal('0');
    expect(resolve('{"unused":1}', '10')).to.equal('0');
    expect(resolve(null, '100')).to.equal('60');
    expect([balance('alice.near'), balance('dao.near')]).to.deep.equal(['1000', '0']);
    expect(
      token.refusal('ft_resolve_transfer', { sender_id: 'a.b', receiver_id: 'c.d', amount: '1' }),
    ).to.match(/private/);
  });

  it('says what it was built from', () => {
    const said = token.call('contract_source_metadata') as {
      version: string;
      standards: { standard: string }[];
      build_info: { contract_path: string; source_code_snapshot: string };
    };
    expect(said.version).to.match(/^\d+\.\d+\.\d+$/);
    expect(said.standards.map(({ standard }) => standard)).to.include.members(['nep141', 'nep330']);
    expect(said.build_info.contract_path).to.equal('dao-contracts/token/fungible-token.ts');
    expect(said.build_info.source_code_snapshot).to.match(/^sha256:[0-9a-f]{64}$/);
  });
});
