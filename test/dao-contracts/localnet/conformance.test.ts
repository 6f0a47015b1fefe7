/**
 * The node against the protocol's own words: each case says what must hold and where that is
 * written. The counts are part of the promise: a case that is lost would not be missed otherwise.
 */
import { expect } from 'chai';
import { blsCases } from './conformance/bls12381.js';
import type { Case } from './conformance/case.js';
import { delegatedCases } from './conformance/delegated.js';
import { errorCases } from './conformance/errors.js';
import { gasCases } from './conformance/gas.js';
import { instructionCases } from './conformance/instructions.js';
import { moduleCases } from './conformance/modules.js';
import { nameCases } from './conformance/names.js';
import { orderCases } from './conformance/order-of-checks.js';
import { receiptCases } from './conformance/receipts.js';
import { rpcCases, stopNode } from './conformance/rpc.js';
import { transactionCases } from './conformance/transactions.js';
import { valueCases } from './conformance/values.js';
import { absent, variants } from './conformance/variants.js';

const subjects: Readonly<Record<string, readonly Case[]>> = {
  'account names': nameCases,
  'what host functions give': valueCases,
  'what host functions and actions burn': gasCases,
  'how calls fail': errorCases,
  'what host functions look at first': orderCases,
  'the curve BLS12-381': blsCases,
  'traps and modules': moduleCases,
  'instructions of WebAssembly 2.0': instructionCases,
  transactions: transactionCases,
  receipts: receiptCases,
  'delegate actions': delegatedCases,
  'the JSON-RPC interface': rpcCases,
};

describe('the node conforms to the protocol', function () {
  this.timeout(60_000);
  after(() => stopNode());

  for (const [subject, cases] of Object.entries(subjects)) {
    describe(`in ${subject}`, () => {
      for (const { says, cites, check } of cases) it(`${says} (${cites})`, () => check());
    });
  }

  it('with every error of the protocol: triggered by a case, or absent for a reason', () => {
    const names = Object.entries(variants).flatMap(([of, list]) =>
      list.map((variant) => `${of}.${variant}`),
    );
    const triggered = new Set(Object.values(subjects).flatMap((cases) => triggersOf(cases)));
    expect([...triggered].filter((name) => !names.includes(name))).to.deep.equal([]);
    expect(names.filter((name) => !triggered.has(name))).to.have.members(Object.keys(absent));
  });

  it('in at least 250 cases, each said once and with where it is written', () => {
    const all = Object.values(subjects).flat();
    expect(all.length).to.be.at.least(250);
    expect(new Set(all.map(({ says }) => says)).size).to.equal(all.length);
    for (const { says, cites } of all) expect(cites, says).to.match(/\w{3}/);
  });
});

function triggersOf(cases: readonly Case[]): string[] {
  return cases.flatMap(({ triggers = [] }) => triggers);
}
