import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { payingAttacks } from '@commonweights/dao-contracts/rules/economics.js';
import { attacks } from '@commonweights/dao-contracts/rules/attacks.js';
import { economicsOf } from '@commonweights/dao-contracts/rules/terms-economics.js';
import { defaultTerms, economicsTables } from '../../support/economics-tables.js';

describe('the page on economics', () => {
  let page = '';
  before(async () => {
    const file = new URL('../../../docs/protocol/economics.md', import.meta.url);
    page = await readFile(file, 'utf8');
  });

  for (const { name, markdown } of economicsTables()) {
    it(`shows the table "${name}" as the rules compute it`, () => {
      expect(page).to.include(`<!-- table: ${name} -->\n\n${markdown}\n\n<!-- end -->`);
    });
  }

  it('explains every priced attack', () => {
    for (const { name } of attacks) expect(page, name).to.include(`| \`${name}\``);
  });

  it('calls terms the default under which no attack pays', () => {
    expect(payingAttacks(economicsOf(defaultTerms()))).to.deep.equal([]);
  });
});
