import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { CliFolder } from './cli-folder.js';

const sample = fileURLToPath(
  new URL('../dao-contracts/toolchain/sample-contract.ts', import.meta.url),
);

describe('commonweights contract build', function () {
  // The first build on a machine compiles the engine.
  this.timeout(300_000);
  let cli: CliFolder;
  before(async () => (cli = await CliFolder.create()));
  after(() => cli.remove());

  it('writes the code of a contract, the same each time, and says its digest', async () => {
    const outs = ['one.wasm', 'two.wasm'];
    const told: { out: string; digest: string; bytes: number; methods: string[] }[] = [];
    for (const out of outs) {
      const { code, out: said } = await cli.run(
        ...['contract', 'build', sample, '--no-types', '--fresh', '--out', out, '--json'],
      );
      expect(code).to.equal(0);
      told.push(JSON.parse(said) as never);
    }
    const [one, two] = outs.map((out) => readFileSync(join(cli.folder, out)));
    expect(one!.equals(two!)).to.equal(true);
    expect(told[0]).to.deep.equal({ ...told[1], out: outs[0] });
    expect(told[0]!.digest).to.equal(digestOf(one!));
    expect(told[0]!.bytes).to.equal(one!.length);
    expect(told[0]!.methods.length).to.be.greaterThan(3);
  });

  it('builds nothing that has mistakes in its types, unless told to', async () => {
    const path = join(cli.folder, 'wrong.ts');
    writeFileSync(path, `export const height: number = 'high';\n`);
    const { code, err } = await cli.run('contract', 'build', 'wrong.ts');
    expect(err).to.match(/TYPE_ERRORS: 1 in .*wrong\.ts\(1,14\): error TS2322/);
    expect(code).to.not.equal(0);
    // Its types are not looked at; it has no methods all the same.
    expect((await cli.run('contract', 'build', path, '--no-types')).err).to.include('NO_METHODS');
    const nowhere = await cli.run('contract', 'build', join(cli.folder, 'none.ts'));
    expect([nowhere.code, /CONTRACT_NOT_FOUND/.test(nowhere.err)]).to.deep.equal([4, true]);
  });
});
