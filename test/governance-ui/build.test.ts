import { expect } from 'chai';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuseNodeModule } from '@commonweights/governance-ui/build.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

describe('the build of the pages', () => {
  const own = join(repository, 'governance-ui', 'reading', 'door.ts');

  it('refuses a module of ours that wants what only Node has, under either of its names', () => {
    for (const source of ['node:fs', 'fs', 'node:worker_threads']) {
      expect(() => refuseNodeModule(source, own), source).to.throw(
        `governance-ui/reading/door.ts imports ${source}, which no browser has`,
      );
    }
  });

  it('takes what a browser has, and leaves to packages what they make of it', () => {
    expect(refuseNodeModule('preact', own)).to.equal(null);
    expect(refuseNodeModule('./door.js', own)).to.equal(null);
    const packaged = join(repository, 'node_modules', 'generate-function', 'index.js');
    expect(refuseNodeModule('util', packaged)).to.equal(null);
    expect(refuseNodeModule('node:fs', undefined)).to.equal(null);
  });
});
