/** Types of a contract, before it is built. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkContractTypes } from '@commonweights/dao-contracts/toolchain/check-types.js';

const folder = fileURLToPath(new URL('.', import.meta.url));

describe('checking the types of a contract', function () {
  this.timeout(120_000);
  let scratch: string;

  beforeEach(() => {
    scratch = mkdtempSync(join(folder, 'types-'));
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  const refusalOf = (entry: string): Promise<string> =>
    checkContractTypes(entry).then(
      () => 'nothing',
      (error: Error) => error.message,
    );

  const refusalOfText = (text: string): Promise<string> => {
    const path = join(scratch, 'contract.ts');
    writeFileSync(path, text);
    return refusalOf(path);
  };

  it('takes a contract with the SDK, shared code and all that its engine has', async () => {
    expect(await refusalOf(join(folder, 'sample-contract.ts'))).to.equal('nothing');
  });

  it('refuses a mistake by file, place and the words of the compiler', async () => {
    const told = await refusalOfText(`import { near } from 'near-sdk-js';
      export const height: string = near.blockHeight();`);
    expect(told).to.match(/^TYPE_ERRORS: 1 in .*contract\.ts/);
    expect(told).to.match(/contract\.ts\(2,20\): error TS2322: Type 'bigint' is not assignable/);
  });

  it('refuses what the engine does not have', async () => {
    for (const text of ['document.title', 'process.env', 'setTimeout', "require('fs')", 'fetch']) {
      expect(await refusalOfText(`export const it = ${text};`), text).to.match(/^TYPE_ERRORS: 1 /);
    }
  });

  it('refuses a file that is not there', async () => {
    expect(await refusalOf(join(scratch, 'none.ts'))).to.match(/^CONTRACT_NOT_FOUND: /);
  });
});
