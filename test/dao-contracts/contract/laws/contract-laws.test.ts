/**
 * A sample of the search that `npm run bench -- contract-laws` does at length, and what it would
 * find: each sabotage breaks one law, which the search names with its seed and its shortest calls.
 */
import { expect } from 'chai';
import { AccountDraft } from '@commonweights/dao-contracts/localnet/runtime/account-draft.js';
import { contractLaws, type ContractLaw } from './contract-laws.js';
import { builtContract, searchContractLaws } from './contract-search.js';
import type { ContractCode } from './receipt-chain.js';
import { notModelled, RulesDao } from './rules-dao.js';
import type { TwinDao } from './twin-dao.js';
import { contract } from './twin-dao.js';
import { contractMethods } from '../contract-methods.js';

describe('the deployed contract and the rules', function () {
  this.timeout(400_000); // The first build on a machine compiles the engine.
  let code: ContractCode;
  before(async () => {
    code = await builtContract();
  });

  it('agree on generated lives, and the balance covers what is owed after every receipt', () => {
    const tally = searchContractLaws({ code, seed: 20_261_128, sequences: 20 });
    expect(tally.sequences).to.equal(20);
    expect(tally.failedTransfers, 'claims whose money could not be sent').to.be.above(5);
    const visited = ['propose', 'execute', 'tick', 'reveal', 'submit_root', 'answer', 'on_claimed'];
    for (const method of visited) {
      expect(tally.applied.get(method), method).to.be.above(0);
    }
    expect(tally.codes.size, 'kinds of refusals').to.be.above(15);
  });

  it('play the same life twice in the same way', () => {
    const once = () => searchContractLaws({ code, seed: 7, sequences: 1 });
    expect(once()).to.deep.equal(once());
  });

  it('know every call of the contract, or say which they do not', () => {
    const known = [...new RulesDao(contract).methods, ...notModelled, 'on_claimed'];
    const { calls } = contractMethods();
    expect(known).to.include.members(calls);
  });

  const sabotages: [string, ContractLaw, (twin: TwinDao) => void][] = [
    [
      'money that leaves the contract unseen',
      'solvent',
      ({ chain }) => {
        move(chain, contract, -12n * 10n ** 24n);
        move(chain, 'stranger.test', 12n * 10n ** 24n);
      },
    ],
    ['money that appears', 'supply', ({ chain }) => move(chain, 'stranger.test', 1n)],
    [
      'a bucket that is off by one',
      'books',
      ({ rules }) => {
        rules.state.totals.treasury += 1n;
      },
    ],
    [
      'a rule that the contract does not follow',
      'agree',
      (twin) => {
        // The policy's view would tell sooner.
        twin.compareEvery = Infinity;
        const { rules } = twin;
        rules.state.policy = { ...rules.state.policy, liveProposalsMax: 0 };
      },
    ],
    [
      'a view that shows something else',
      'views',
      ({ rules }) => {
        rules.state.guardian = null;
      },
    ],
  ];
  for (const [what, law, sabotage] of sabotages) {
    it(`are found out when there is ${what}`, () => {
      const search = () => searchContractLaws({ code, seed: 3, sequences: 2, sabotage });
      expect(search)
        .to.throw(`LAW_BROKEN: ${contractLaws[law]}`)
        .with.property('message')
        .that.matches(/seed 3, sequence \d+, shrunk from \d+ to \d+ steps/);
    });
  }
});

function move(chain: TwinDao['chain'], account: string, yocto: bigint): void {
  const draft = new AccountDraft(chain.world, account);
  draft.account!.amountYocto += yocto;
  draft.commit();
}
