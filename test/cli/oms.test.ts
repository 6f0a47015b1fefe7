import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('oms, by command', () => {
  let cli: CliFolder;
  beforeEach(async () => {
    cli = await CliFolder.create();
    await mkdir(join(cli.folder, 'model'));
    await writeFile(join(cli.folder, 'model', 'weights.bin'), 'weights');
    expect((await cli.run('oms', 'key', 'me.pem')).code).to.equal(0);
  });
  afterEach(() => cli.remove());

  it('makes a key for its owner alone, and never over another', async () => {
    expect((await stat(join(cli.folder, 'me.pem'))).mode & 0o777).to.equal(0o600);
    const again = await cli.run('oms', 'key', 'me.pem');
    expectOneSentence(again, /^FILE_EXISTS: .*me\.pem exists; name another file$/);
    expect(again.code).to.equal(3);
  });

  it('leaves no half of a key where the other half cannot be written', async () => {
    await writeFile(join(cli.folder, 'new.pem.pub'), 'somebody else’s');
    const result = await cli.run('oms', 'key', 'new.pem');
    expectOneSentence(result, /^FILE_EXISTS: .*new\.pem\.pub exists; name another file$/);
    expect(existsSync(join(cli.folder, 'new.pem'))).to.equal(false);
    expect(await readFile(join(cli.folder, 'new.pem.pub'), 'utf8')).to.equal('somebody else’s');
  });

  it('signs and verifies without chain, registry or account', async () => {
    const signed = await cli.run('oms', 'sign', 'model', '--key', 'me.pem', '--json');
    expect(signed.code, signed.err).to.equal(0);
    expect(JSON.parse(signed.out)).to.include({ files: 1, bytes: 7 });
    const verified = await cli.run('oms', 'verify', 'model', '--key', 'me.pem.pub');
    expect(verified.code, verified.err).to.equal(0);
    expect(verified.out).to.match(/^verified +every file is as it was signed\nfiles +1, 7 B\n/);
  });

  it('tells a changed model, a wrong key and a missing signature apart by exit code', async () => {
    const missing = await cli.run('oms', 'verify', 'model', '--key', 'me.pem.pub');
    expectOneSentence(missing, /^FILE_MISSING: there is no .*model\.sig/);
    expect(missing.code).to.equal(4);
    await cli.run('oms', 'sign', 'model', '--key', 'me.pem');
    await cli.run('oms', 'key', 'other.pem');
    const other = await cli.run('oms', 'verify', 'model', '--key', 'other.pem.pub');
    expect(other.err).to.match(/\nSIGNATURE_INVALID: /);
    expect(other.code).to.equal(29);
    await writeFile(join(cli.folder, 'model', 'weights.bin'), 'Weights');
    const changed = await cli.run('oms', 'verify', 'model', '--key', 'me.pem.pub');
    expect(changed.err).to.match(/\nMODEL_DIFFERS: changed: weights\.bin;/);
    expect(changed.code).to.equal(20);
  });
});
