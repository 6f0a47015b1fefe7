/** Codes of the verifier: in the specification and in the code the same, with the same meaning. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { FINDING_CODES } from '@commonweights/trainer/release/finding-codes.js';

describe('the page on releases', () => {
  it('lists every code of a verdict with its meaning', () => {
    const page = readFileSync(new URL('../../docs/protocol/releases.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| [a-z, ]+ \| (.+) \|$/gm)];
    const listed = Object.fromEntries(rows.map(([, code, meaning]) => [code!, meaning!]));
    expect(listed).to.deep.equal({ ...FINDING_CODES });
  });
});
