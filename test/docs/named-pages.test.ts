/** Code points people to pages of the documentation, in refusals and comments: each is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));
const packages = 'bench cli dao-contracts dataset-registry governance-ui test trainer'.split(' ');
const pages = /\bdocs\/[\w/.-]*\w\.(?:md|svg)\b/g;

function codeFiles(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|tsx|mjs|py|c)$/.test(path) && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`);
}

describe('a page that code names', () => {
  it('is there', () => {
    const named = packages.flatMap(codeFiles).flatMap((file) => {
      const text = readFileSync(`${root}${file}`, 'utf8');
      return [...text.matchAll(pages)].map(([page]) => ({ file, page }));
    });
    expect(named.length).to.be.above(20);
    const missing = named.filter(({ page }) => !existsSync(`${root}${page}`));
    expect(missing.map(({ file, page }) => `${file}: ${page}`)).to.deep.equal([]);
  });
});
