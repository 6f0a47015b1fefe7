/**
 * Every method of the contract, every field of its arguments, in the built WASM: what is not
 * exactly well-formed is refused by a code, and the account's stored state and all balances are
 * byte for byte what they were. A method or an action without a row in good-calls.ts fails here.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { codeBytesMax } from '@commonweights/dao-contracts/rules/limits.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { contractMethods } from '../contract-methods.js';
import { members, near, policy } from '../dao-driver.js';
import { builtContract } from '../laws/contract-search.js';
import { ReceiptChain, type ContractCode } from '../laws/receipt-chain.js';
import { goodActions, goodCalls, looseInActions } from './good-calls.js';
import { hostileArguments, type HostileArguments } from './hostile-values.js';

const contract = 'dao.test';
const malformed = /^BAD_(ARGUMENT|ACTION|TERMS): /;

class Target {
  readonly chain: ReceiptChain;

  constructor(code: ContractCode, initialised: boolean) {
    this.chain = new ReceiptChain(contract, code, 'hostile');
    this.chain.fund(contract, 20n * near);
    for (const account of ['ann.test', 'bob.test']) this.chain.fund(account, 100n * near);
    const guardian = 'bob.test';
    if (initialised) this.call(contract, 'init', { members, policy, guardian });
  }

  /** Null, or what the contract panicked with. */
  call(account: string, method: string, args: unknown, depositYocto = 0n): string | null {
    const { chain } = this;
    const sent = typeof args === 'string' ? args : JSON.stringify(args);
    chain.send({ account, method, args: sent, depositYocto, teraGas: 300, signer: account });
    const { panic } = chain.step(0)!;
    while (chain.pending.length > 0) chain.step(0);
    return panic;
  }

  /** One digest of all that the contract stores, of its balance, and of its caller's. */
  stateRoot(): string {
    const hash = createHash('sha256');
    const records = [...this.chain.records()].sort(([a], [b]) => (a < b ? -1 : 1));
    hash.update(JSON.stringify(records));
    for (const [id, { amountYocto, storageUsageBytes }] of this.chain.world.accounts) {
      hash.update(`${id} ${amountYocto} ${storageUsageBytes};`);
    }
    return hash.digest('hex');
  }

  expectRefusals(
    method: string,
    it: { by: string; depositYocto: bigint; list: readonly HostileArguments[] },
  ): void {
    const before = this.stateRoot();
    for (const { what, args } of it.list) {
      const panic = this.call(it.by, method, args, it.depositYocto);
      expect(panic, `${method}, ${what}`).to.match(malformed);
      expect(panic!.length, `${method}, ${what}: a refusal repeats no novel`).to.be.below(700);
    }
    expect(this.stateRoot(), `${method} left something`).to.equal(before);
  }
}

describe('hostile arguments', function () {
  this.timeout(400_000); // The first build on a machine compiles the engine.
  const { all, calls, views, payable, callbacks, functions } = contractMethods();
  let target: Target;
  let fresh: Target;
  before(async () => {
    const code = await builtContract();
    target = new Target(code, true);
    fresh = new Target(code, false);
  });

  it('are tried on every method of the contract', async () => {
    const entry = new URL('../../../../dao-contracts/contract/dao.ts', import.meta.url);
    const { methods } = await buildContract({ entry: fileURLToPath(entry) });
    expect([...all].sort(), 'what the built module exports').to.deep.equal(methods);
    const tabled = Object.keys(goodCalls).sort();
    expect([...calls, ...views].sort()).to.deep.equal(tabled);
    expect([...tabled, ...callbacks, ...functions].sort()).to.deep.equal([...all].sort());
    expect(functions, 'each has a test of its own below').to.deep.equal(['stage_code', 'migrate']);
  });

  for (const [method, { args, ...it_ }] of Object.entries(goodCalls)) {
    it(`of ${method} are refused by a code and change nothing`, () => {
      const at = method === 'init' ? fresh : target;
      const by = method === 'init' ? contract : 'ann.test';
      const depositYocto = payable.includes(method) ? 5n * near : 0n;
      const list = hostileArguments(args, it_);
      expect(list.length, 'hostile variants').to.be.above(8);
      at.expectRefusals(method, { by, depositYocto, list });
      // That they were refused for what is hostile in them: the same call without is not.
      expect(at.call(by, method, args, depositYocto) ?? '').to.not.match(malformed);
    });
  }

  for (const [kind, action] of Object.entries(goodActions)) {
    it(`inside a proposal to ${kind} are refused by a code and change nothing`, () => {
      const list = hostileArguments(action, looseInActions).flatMap(({ what, args }) =>
        // How whole calls may be malformed is tried above.
        typeof args === 'string' ? [] : [{ what, args: proposing(args) }],
      );
      target.expectRefusals('propose', { by: 'ann.test', depositYocto: 5n * near, list });
      const good = target.call('ann.test', 'propose', proposing(action), 5n * near);
      expect(good ?? '').to.not.match(malformed);
    });
  }

  it('never reach a callback: strangers, members and the guardian are not the contract', () => {
    const before = target.stateRoot();
    for (const method of callbacks) {
      for (const by of ['ann.test', 'bob.test']) {
        const args = { account: by, amountYocto: `${near}` };
        expect(target.call(by, method, args), method).to.match(/^PRIVATE: /);
      }
    }
    expect(target.stateRoot()).to.equal(before);
  });

  it('migrate nothing: only an upgrade that members voted for does', () => {
    const before = target.stateRoot();
    const good = { proposal: 1, code: `sha256:${'0'.repeat(64)}`, from: 1, to: 1 };
    const args = { ...good, surplusYocto: '0' };
    for (const by of ['ann.test', 'bob.test']) {
      expect(target.call(by, 'migrate', args)).to.match(/^PRIVATE: /);
    }
    const list = hostileArguments(args, { free: ['surplusYocto'] });
    target.expectRefusals('migrate', { by: 'ann.test', depositYocto: 0n, list });
    expect(target.stateRoot()).to.equal(before);
  });

  it('are no code: nothing is uploaded but modules, paid for, of a bounded size', () => {
    const before = target.stateRoot();
    const stage = (args: string, depositYocto: bigint) =>
      target.call('ann.test', 'stage_code', args, depositYocto);
    const module = '\u0000asm\u0001\u0000\u0000\u0000';
    for (const text of ['', '{}', '\u0000as', ` ${module}`, 'x'.repeat(200_000)]) {
      expect(stage(text, 5n * near), JSON.stringify(text.slice(0, 9))).to.match(/^BAD_ARGUMENT: /);
    }
    expect(stage(module, 0n)).to.match(/^DEPOSIT_TOO_SMALL: /);
    expect(stage(module + 'x'.repeat(codeBytesMax), 50n * near)).to.match(/^TOO_MANY: /);
    expect(target.stateRoot()).to.equal(before);
  });

  it('do not come with money where none is taken', () => {
    const before = target.stateRoot();
    for (const method of calls.filter((one) => !payable.includes(one) && one !== 'init')) {
      const panic = target.call('ann.test', method, goodCalls[method]!.args, 1n);
      expect(panic, method).to.match(/^NOT_PAYABLE: /);
    }
    expect(target.stateRoot()).to.equal(before);
  });

  it('find nothing before the contract is initialised, and nobody else can do that', () => {
    const unborn = new Target(target.chain.code, false);
    const before = unborn.stateRoot();
    for (const method of [...calls, ...views].filter((one) => one !== 'init')) {
      const panic = unborn.call('ann.test', method, goodCalls[method]!.args);
      expect(panic, method).to.match(/^NOT_INITIALISED: /);
    }
    expect(unborn.call('ann.test', 'init', goodCalls.init!.args)).to.match(/^PRIVATE: /);
    expect(unborn.stateRoot()).to.equal(before);
  });
});

function proposing(action: unknown): object {
  return { action, description: goodCalls.propose!.args.description };
}
