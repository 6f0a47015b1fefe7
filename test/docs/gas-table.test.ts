/** docs/gas.md says what the contract costs; whoever makes it cost more must say so there. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import {
  findGrowth,
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

  it('has a row for every method, and none costs over three percent more than it says', () => {
    const remedy = 'see why, then run "npm run bench -- gas-table --write"';
    expect(findGrowth(page, measured), remedy).to.deep.equal([]);
  });

  it('has no row for a method that is gone', () => {
    const methods = measured.costs.map(({ method }) => method);
    expect([...parseGasTable(page).keys()].filter((row) => !methods.includes(row))).to.deep.equal(
      [],
    );
  });

  it('would show a method that grew, stores more, or has no row', () => {
    const [first, second, third, ...rest] = measured.costs;
    const changed: Measured = {
      ...measured,
      costs: [
        { ...first!, teraGas: first!.teraGas * 1.04 },
        { ...second!, storageBytes: second!.storageBytes * 2 + 100 },
        { ...third!, method: 'brand_new' },
        ...rest,
      ],
    };
    const grown = findGrowth(formatGasTable(measured), changed);
    expect(grown).to.have.length(3);
    expect(grown[0]).to.match(new RegExp(`^${first!.method} burns`));
    expect(grown[1]).to.match(new RegExp(`^${second!.method} stores`));
    expect(grown[2]).to.equal('brand_new has no row');
  });

  it('keeps what seats and voters do every round within 5 Tgas, and all else within 30', () => {
    const often = ['commit', 'reveal', 'certify', 'submit_root', 'vote'];
    for (const { method, teraGas } of measured.costs) {
      expect(teraGas, method).to.be.lessThan(often.includes(method) ? 5 : 30);
    }
  });
});
