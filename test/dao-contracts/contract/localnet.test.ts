/** The same play as in dao.test.ts, on the embedded node: WASM, receipts, gas, real balances. */
import { expect } from 'chai';
import { Signature, Wallet } from 'ethers';
import { typedData, type AttestationView } from '@commonweights/dao-contracts/rules/attestation.js';
import type { EarningsView } from '@commonweights/dao-contracts/rules/views.js';
import { named, near, Play } from './dao-driver.js';
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

  it('takes statements signed by Ethereum wallets, with either parity, once', async () => {
    const { chain } = dao;
    const subject = named('release');
    const parities = new Set<number>();
    const signers = new Set<string>();
    for (let i = 1; parities.size < 2 || i <= 3; i++) {
      const wallet = new Wallet(`0x${i.toString(16).padStart(64, '0')}`);
      const message = { contract: chain.contract, purpose: 'endorses', subject, evidence: '' };
      const terms = { nonce: 1, deadlineMs: Date.UTC(2100, 0, 1) };
      const { domain, types } = typedData;
      const signature = await wallet.signTypedData(domain, types, { ...message, ...terms });
      const by = wallet.address.toLowerCase();
      const args = { subject, purpose: 'endorses', evidence: null, by, ...terms, signature };
      const attest = (changes: object = {}) =>
        chain.call('ann.test', 'attest_ethereum', { ...args, ...changes }, { depositYocto: near });
      expect(await attest()).to.equal(wallet.address.toLowerCase());
      const { yParity, s } = Signature.from(signature);
      parities.add(yParity);
      signers.add(wallet.address.toLowerCase());

      const refusals: [object, RegExp][] = [
        [{}, /BAD_SIGNATURE.*has used nonce 1/],
        [{ deadlineMs: 1 }, /BAD_SIGNATURE.*was good until/],
        [{ signature: `${signature.slice(0, -2)}1d` }, /BAD_SIGNATURE.*27 or 28/],
        [{ signature: withHighS(signature, s) }, /BAD_SIGNATURE.*no key made/],
        [{ signature: '0x00' }, /BAD_ARGUMENT: signature/],
        // Another subject under the same signature is another message, that this key never signed.
        [{ subject: named('other') }, /BAD_SIGNATURE.*did not sign this/],
      ];
      for (const [change, message] of refusals) {
        const error = await attest(change).catch((reason: Error) => reason);
        expect((error as Error).message).to.match(message);
      }
    }
    await chain.call(
      'ann.test',
      'attest',
      { subject, purpose: 'disputes', evidence: null },
      {
        depositYocto: near,
      },
    );
    const listed = await chain.view<AttestationView[]>('list_attestations', { subject });
    expect(new Set(listed.map(({ by }) => by))).to.deep.equal(new Set([...signers, 'ann.local']));
  });

  it('keeps every call far below what one transaction may burn', () => {
    const most = dao.gasOf.reduce((a, b) => (a.gas > b.gas ? a : b));
    expect(Number(most.gas) / 1e12, most.method).to.be.below(60);
  });
});

/** The twin of a signature: n − s and the other parity recover the same key. */
function withHighS(signature: string, s: string): string {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const twin = (order - BigInt(s)).toString(16).padStart(64, '0');
  const v = signature.endsWith('1b') ? '1c' : '1b';
  return `${signature.slice(0, 66)}${twin}${v}`;
}
