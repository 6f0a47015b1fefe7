/** docs/gas.md says what the contract costs; whoever makes it cost more must say so there. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import {
  findDrift,
  formatGasTable,
  measureMethods,
  parseGasTable,
  type Measured,
} from '../dao-contracts/contract/gas-table.js';

const page = readFileSync(new URL('../../docs/gas.md', import.meta.url), 'utf8');

describe('docs/gas.md', function () {
  this.timeout(300_000);
  let measured: Measured;

  before(async () => {
    measured = await measureMethods();
  });

  it('has a row for every method, from which none differs by over three percent', () => {
    const remedy = 'see why, then run "npm run bench -- gas-table --write"';
    expect(findDrift(page, measured), remedy).to.deep.equal([]);
  });

  it('has no row for a method that is gone', () => {
    const methods = measured.costs.map(({ method }) => method);
    expect([...parseGasTable(page).keys()].filter((row) => !methods.includes(row))).to.deep.equal(
      [],
    );
  });

  it('would show a method that grew, shrank, stores more or less, or has no row', () => {
    const [first, second, third, fourth, ...rest] = measured.costs;
    const storing = rest.find(({ storageBytes }) => storageBytes > 500)!;
    const changed: Measured = {
      ...measured,
      costs: [
        { ...first!, teraGas: first!.teraGas * 1.04 },
        { ...second!, storageBytes: second!.storageBytes * 2 + 100 },
        { ...third!, method: 'brand_new' },
        { ...fourth!, teraGas: fourth!.teraGas * 0.96 },
        ...rest.filter((one) => one !== storing),
        { ...storing, storageBytes: Math.floor(storing.storageBytes * 0.9) },
      ],
    };
    const drift = findDrift(formatGasTable(measured), changed);
    expect(drift).to.have.length(5);
    expect(drift[0]).to.match(new RegExp(`^${first!.method} burns`));
    expect(drift[1]).to.match(new RegExp(`^${second!.method} stores`));
    expect(drift[2]).to.equal('brand_new has no row');
    expect(drift[3]).to.match(new RegExp(`^${fourth!.method} burns`));
    expect(drift[4]).to.match(new RegExp(`^${storing.method} stores`));
  });

  it('keeps what seats and voters do every round within 5 Tgas, and all else within 30', () => {
    const often = ['commit', 'reveal', 'certify', 'submit_root', 'vote'];
    for (const { method, teraGas } of measured.costs) {
      expect(teraGas, method).to.be.lessThan(often.includes(method) ? 5 : 30);
    }
  });
});
