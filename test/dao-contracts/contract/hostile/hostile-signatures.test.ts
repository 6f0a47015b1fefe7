/**
 * Statements that an Ethereum wallet signed, brought by somebody who changed something about them:
 * each differs from a good one in one point, is refused by a code, and changes nothing.
 */
import { expect } from 'chai';
import { Signature, Wallet, type TypedDataDomain } from 'ethers';
import { typedData } from '@commonweights/dao-contracts/rules/attestation.js';
import { members, named, near, policy } from '../dao-driver.js';
import { builtContract } from '../laws/contract-search.js';
import { ReceiptChain } from '../laws/receipt-chain.js';

const contract = 'dao.test';
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const hex32 = (value: bigint) => value.toString(16).padStart(64, '0');

interface Statement {
  contract: string;
  purpose: string;
  subject: string;
  evidence: string;
  nonce: number;
  deadlineMs: number;
}

describe('hostile signatures', function () {
  this.timeout(400_000); // The first build on a machine compiles the engine.
  let chain: ReceiptChain;
  before(async () => {
    chain = new ReceiptChain(contract, await builtContract(), 'signatures');
    chain.fund(contract, 20n * near);
    chain.fund('ann.test', 100n * near);
    expect(call(contract, 'init', { members, policy }, 0n)).to.equal(null);
  });

  function call(account: string, method: string, args: object, depositYocto = near): string | null {
    chain.send({ account, method, args, depositYocto, teraGas: 300, signer: account });
    const { panic } = chain.step(0)!;
    while (chain.pending.length > 0) chain.step(0);
    return panic;
  }

  const good: Statement = {
    contract,
    purpose: 'endorses',
    subject: named('release'),
    evidence: '',
    nonce: 7,
    deadlineMs: Date.UTC(2100, 0, 1),
  };

  /** Two wallets whose signatures of `good` have the one and the other parity. */
  async function wallets(): Promise<Wallet[]> {
    const found = new Map<number, Wallet>();
    for (let i = 1; found.size < 2; i++) {
      const wallet = new Wallet(`0x${hex32(BigInt(i))}`);
      found.set(Signature.from(await sign(wallet, good)).yParity, wallet);
    }
    return [found.get(0)!, found.get(1)!];
  }

  function sign(wallet: Wallet, it: Statement, domain: TypedDataDomain = typedData.domain) {
    return wallet.signTypedData(domain, typedData.types, it);
  }

  function brought(wallet: Wallet, signature: string, changes: object = {}): object {
    const { subject, purpose, nonce, deadlineMs } = good;
    const by = wallet.address.toLowerCase();
    const args = { subject, purpose, evidence: null, by, nonce, deadlineMs, signature };
    return { ...args, ...changes };
  }

  for (const parity of [0, 1]) {
    it(`with parity ${parity} are refused, whatever one thing is wrong; the good one is not`, async () => {
      const [zero, one] = await wallets();
      const wallet = parity === 0 ? zero! : one!;
      const other = parity === 0 ? one! : zero!;
      const signature = await sign(wallet, good);
      const { r, s, v } = Signature.from(signature);
      const from = (changes: { r?: string; s?: bigint; v?: number }) => {
        const last = (changes.v ?? v).toString(16).padStart(2, '0');
        const low = changes.s === undefined ? s.slice(2) : hex32(changes.s);
        return `0x${(changes.r ?? r).slice(2)}${low}${last}`;
      };
      const with_ = async (changes: Partial<Statement>, domain?: TypedDataDomain) =>
        brought(wallet, await sign(wallet, { ...good, ...changes }, domain));
      const domain = typedData.domain;
      const hostile: [string, object][] = [
        ['for another contract', await with_({ contract: 'dao.near' })],
        ['for a contract of a similar name', await with_({ contract: 'dao.test ' })],
        ['for another application', await with_({}, { ...domain, name: 'Commonweight' })],
        ['for another version', await with_({}, { ...domain, version: '2' })],
        ['for a chain of Ethereum’s', await with_({}, { ...domain, chainId: 1 })],
        ['of another subject', await with_({ subject: named('another') })],
        ['of another purpose', await with_({ purpose: 'disputes' })],
        ['of other evidence', await with_({ evidence: named('evidence') })],
        ['of another nonce', await with_({ nonce: 8 })],
        ['of another deadline', await with_({ deadlineMs: good.deadlineMs + 1 })],
        ['as a plain text', brought(wallet, await wallet.signMessage(JSON.stringify(good)))],
        ['by another wallet', brought(other, signature)],
        ['by another wallet in this one’s name', brought(wallet, await sign(other, good))],
        ['with the twin of its s', brought(wallet, from({ s: order - BigInt(s), v: 55 - v }))],
        ['with a high s and its own v', brought(wallet, from({ s: order - BigInt(s) }))],
        ['with the other v', brought(wallet, from({ v: 55 - v }))],
        ['with v as 0 or 1', brought(wallet, from({ v: v - 27 }))],
        ['with v of EIP-155', brought(wallet, from({ v: v + 10 }))],
        ['with s zero', brought(wallet, from({ s: 0n }))],
        ['with r zero', brought(wallet, from({ r: `0x${hex32(0n)}` }))],
        ['with r the order of the curve', brought(wallet, from({ r: `0x${hex32(order)}` }))],
        ['with everything zero', brought(wallet, `0x${'00'.repeat(64)}1b`)],
        ['after its deadline', await late(wallet)],
      ];
      expectRefused(hostile);
      expect(call('ann.test', 'attest_ethereum', brought(wallet, signature))).to.equal(null);
      expectRefused([
        ['a second time', brought(wallet, signature)],
        ['a second time by the twin', brought(wallet, from({ s: order - BigInt(s), v: 55 - v }))],
        [
          'with an older nonce',
          brought(wallet, await sign(wallet, { ...good, nonce: 6 }), { nonce: 6 }),
        ],
      ]);
    });
  }

  async function late(wallet: Wallet): Promise<object> {
    const deadlineMs = chain.nowMs - 1;
    return brought(wallet, await sign(wallet, { ...good, deadlineMs }), { deadlineMs });
  }

  function expectRefused(list: readonly [string, object][]): void {
    for (const [what, args] of list) {
      const before = [...chain.records()];
      expect(call('ann.test', 'attest_ethereum', args), what).to.match(/^BAD_SIGNATURE: /);
      expect([...chain.records()], what).to.deep.equal(before);
    }
  }
});
