import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { ContractHost } from './contract-host.js';
import { samples } from './language-samples.js';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;

describe('the language in a contract is the one of Node', function () {
  this.timeout(300_000);
  const hosts: { kind: string; host: ContractHost }[] = [];

  before(async () => {
    const entry = fileURLToPath(new URL('language-contract.ts', import.meta.url));
    for (const debug of [false, true]) {
      const { wasm } = await buildContract({ entry, debug });
      hosts.push({ kind: debug ? 'debug' : 'release', host: new ContractHost(wasm) });
    }
  });

  for (const [name, sample] of Object.entries(samples)) {
    it(`in ${name}`, () => {
      for (const { kind, host } of hosts) {
        expect(host.call('sample', { name }, { isView: true }), kind).to.deep.equal(
          asJson(sample()),
        );
      }
    });
  }

  it('and what ran when the contract was built', () => {
    for (const { host } of hosts) {
      const told = host.call('at_build', {}, { isView: true }) as Record<string, unknown>;
      for (const [name, answer] of Object.entries(told)) {
        expect(answer, name).to.deep.equal(asJson(samples[name]?.()));
      }
    }
  });
});
