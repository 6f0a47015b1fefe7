/** The treasury's tokens on the embedded node: real receipts, real gas, a real token and a bad one. */
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import type { AccountingView } from '@commonweights/dao-contracts/rules/views.js';
import { members, near, Play, policy } from './dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

const gold = 'gold.local';
const bad = 'bad.local';
const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

describe('tokens on the embedded node', function () {
  this.timeout(180_000);
  let dao: LocalnetDao;
  let play: Play;
  const clientOf = (accountId: string, contract = 'dao.local'): DaoClient => {
    const { secretKey } = deriveKey('dao contract', accountId);
    const network = { name: 'localnet' as const, rpcUrl: dao.localnet.url };
    return connect({ network, contract, account: { accountId, secretKey } });
  };

  before(async () => {
    dao = await startLocalnetDao([...members.map(({ account }) => account), 'late.test']);
    play = new Play(dao.chain);
    await dao.chain.call('ann.test', 'deposit', {}, { depositYocto: 20n * near });
    const root = connect({
      network: { name: 'localnet', rpcUrl: dao.localnet.url },
      contract: 'dao.local',
      account: { accountId: 'local', secretKey: dao.localnet.rootSecretKey },
    });
    const deploy = async (account: string, entry: string, args: object) => {
      const { wasm } = await buildContract({ entry: at(entry) });
      const { publicKey } = deriveKey('dao contract', account);
      await root.createAccount({ newAccountId: account, publicKey, initialYocto: 20n * near });
      await clientOf(account).deployContract({ code: wasm, init: { method: 'init', args } });
    };
    const metadata = { spec: 'ft-1.0.0', name: 'Gold', symbol: 'AU', decimals: 6 };
    const supply = { owner: 'ann.local', total_supply: '1000000000', metadata };
    await deploy(gold, 'dao-contracts/token/fungible-token.ts', supply);
    await deploy(bad, 'test/support/hostile-token.ts', { dao: 'dao.local' });
    // Whoever deals in a token registers the DAO with it, as any receiver.
    const registered = { account_id: 'dao.local', registration_only: true };
    await clientOf('ann.local', gold).connection.call('storage_deposit', registered, {
      depositYocto: near,
    });
    await play.decide({ kind: 'set-policy', policy: { ...policy, tokens: [gold, bad] } });
  });
  after(() => dao?.stop());
  afterEach(async () => {
    const { surplusYocto, inFlightYocto, depositsYocto } =
      await dao.chain.view<AccountingView>('get_accounting');
    expect(BigInt(surplusYocto) >= 0n, surplusYocto).to.equal(true);
    expect([inFlightYocto, depositsYocto]).to.deep.equal(['0', '0']);
    const books = await clientOf('ann.local').listTokens();
    const { treasuryUnits, ledgersUnits, inFlightUnits } = books[0]!;
    const held = await clientOf('ann.local').getTokenBalance({ token: gold, account: 'dao.local' });
    expect(held).to.equal(treasuryUnits + ledgersUnits + inFlightUnits);
  });

  it('come in, are granted, register who claims them, and arrive', async () => {
    const ann = clientOf('ann.local');
    expect(await ann.getTokenMetadata({ token: gold })).to.include({ symbol: 'AU', decimals: 6 });
    expect(await ann.depositToken({ token: gold, amountUnits: 700n })).to.equal(700n);
    await play.decide({
      kind: 'transfer-token',
      token: gold,
      to: 'late.local',
      amountUnits: '300',
    });
    const late = clientOf('late.local');
    const before = (await late.viewAccount('late.local'))!.amountYocto;
    expect(await late.claimToken({ token: gold })).to.deep.equal({
      sent: true,
      amountUnits: 300n,
    });
    expect(await late.getTokenBalance({ token: gold, account: 'late.local' })).to.equal(300n);
    const spent = before - (await late.viewAccount('late.local'))!.amountYocto;
    expect(spent < near / 100n, `${spent}: registration and gas`).to.equal(true);
    const [books] = await late.listTokens({ account: 'late.local' });
    expect(books).to.deep.include({ treasuryUnits: 400n, ledgersUnits: 0n, inFlightUnits: 0n });
  });

  it('are given back when the DAO does not take them', async () => {
    const ann = clientOf('ann.local');
    const before = await ann.getTokenBalance({ token: gold, account: 'ann.local' });
    const args = { receiver_id: 'dao.local', amount: '5', msg: 'for somebody' };
    const used = await clientOf('ann.local', gold).connection.call('ft_transfer_call', args, {
      depositYocto: 1n,
      gas: 150n * 10n ** 12n,
    });
    expect(used).to.equal('0');
    expect(await ann.getTokenBalance({ token: gold, account: 'ann.local' })).to.equal(before);
  });

  it('of a hostile contract stay on the ledger, whatever it does', async () => {
    const late = clientOf('late.local');
    const mood = (name: string) =>
      clientOf('late.local', bad).connection.call('set_mood', { mood: name });
    await clientOf('late.local', bad).connection.call('pretend', { amount: '900' });
    await play.decide({ kind: 'transfer-token', token: bad, to: 'late.local', amountUnits: '9' });
    const ledger = async () =>
      (await late.listTokens({ account: 'late.local' })).find(({ token }) => token === bad)!
        .account!;
    for (const name of ['panic', 'garbage', 'flood', 'deluge', 'burn', 'unregistered']) {
      await mood(name);
      const outcome = await late.connection.call<{ sent: boolean }>(
        'claim_token',
        { token: bad },
        { depositYocto: 1n, gas: 200n * 10n ** 12n },
      );
      // What answers anything to a transfer has accepted it, for what its word is worth.
      if (name === 'garbage' || name === 'flood') {
        expect(outcome.sent).to.equal(true);
        await play.decide({
          kind: 'transfer-token',
          token: bad,
          to: 'late.local',
          amountUnits: '9',
        });
        continue;
      }
      expect(outcome, name).to.deep.include({ sent: false });
      expect(await ledger(), name).to.deep.equal({ ledgerUnits: 9n, inFlightUnits: 0n });
    }
    await mood('greedy');
    const rich = (await late.viewAccount('late.local'))!.amountYocto;
    for (const deal of [
      late.claimToken({ token: bad }),
      late.depositToken({ token: bad, amountUnits: 1n }),
    ]) {
      const { message } = (await deal.catch((error: Error) => error)) as Error;
      expect(message).to.match(
        /^REGISTRATION_TOO_DEAR: bad.local wants 5 NEAR to register (late|dao).local, and this pays 0.1 /,
      );
    }
    expect((await late.viewAccount('late.local'))!.amountYocto).to.equal(rich);
    expect(await ledger()).to.deep.equal({ ledgerUnits: 9n, inFlightUnits: 0n });
    await mood('again');
    const again = late.connection.call(
      'claim_token',
      { token: bad },
      { depositYocto: 1n, gas: 200n * 10n ** 12n },
    );
    // The token's own calls of the DAO are refused, which is all that its transfer came to.
    await again.catch((error: Error) => expect(error.message).to.match(/^(GAS_TOO_LOW|PRIVATE)/));
    expect(await ledger()).to.deep.equal({ ledgerUnits: 0n, inFlightUnits: 0n });
  });

  it('cost little gas', () => {
    const burnt = (method: string) =>
      dao.gasOf.filter((one) => one.method === method).map(({ gas }) => Number(gas) / 1e12);
    expect(Math.max(...burnt('execute'))).to.be.below(7);
  });
});
