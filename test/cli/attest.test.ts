import { expect } from 'chai';
import { encryptKeystoreJson, Wallet } from 'ethers';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { named } from '../dao-contracts/contract/dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from '../dao-contracts/contract/localnet-chain.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

const subject = named('a release');
const evidence = named('its evaluation');
const wallet = new Wallet(`0x${'7'.repeat(64)}`);

describe('attestations, by command', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let cli: CliFolder;
  let dao: LocalnetDao;

  before(async () => {
    cli = await CliFolder.create();
    dao = await startLocalnetDao();
    const account = 'ann.local';
    const { publicKey, secretKey } = deriveKey('dao contract', account);
    await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
    await writeFile(
      join(cli.credentials, 'localnet', `${account}.json`),
      JSON.stringify({ account_id: account, public_key: publicKey, private_key: secretKey }),
    );
    const { address, privateKey } = wallet;
    const fast = { scrypt: { N: 2, r: 1, p: 1 } };
    await writeFile(join(cli.folder, 'hex'), `${privateKey}\n`);
    await writeFile(
      join(cli.folder, 'store.json'),
      await encryptKeystoreJson({ address, privateKey }, 'pass word', fast),
    );
    await writeFile(join(cli.folder, 'password'), 'pass word\n');
    await writeFile(join(cli.folder, 'wrong'), 'other\n');
  });
  after(async () => {
    await dao.stop();
    await cli.remove();
  });

  const run = (...argv: string[]) =>
    cli.run('attest', ...argv, '--rpc', dao.localnet.url, '--contract', 'dao.local');
  const attest = (...argv: string[]) => run(...argv, '--account', 'ann.local');

  it('are none until somebody says something', async () => {
    expect((await run('list', subject)).out).to.equal(
      `Nobody has said anything about ${subject}.\n`,
    );
  });

  it('are made by a NEAR account, and by an Ethereum key in a hex file or a keystore', async () => {
    const address = wallet.address.toLowerCase();
    const keystore = ['--ethereum', 'store.json', '--password', 'password'];
    for (const [argv, out] of [
      [['endorse', subject], `ann.local endorses ${subject}\n`],
      [['evaluate', subject, '--evidence', evidence], `ann.local evaluates ${subject}\n`],
      [['reproduce', subject, '--ethereum', 'hex'], `${address} reproduces ${subject}\n`],
      [['dispute', subject, ...keystore], `${address} disputes ${subject}\n`],
    ] as const) {
      const result = await attest(...argv);
      expect(result.out, result.err).to.equal(out);
    }
    const listed = JSON.parse((await run('list', subject, '--json')).out) as object[];
    const known = { standing: '0', verifiedRounds: 0, auditsRight: 0, slashes: 0 };
    const [ann, key] = [
      { subject, by: 'ann.local', standing: known, atMs: 0 },
      { subject, by: address, standing: null, atMs: 0 },
    ];
    expect(listed.map((one) => ({ ...one, atMs: 0 }))).to.deep.equal([
      { ...ann, purpose: 'endorses', evidence: null },
      { ...ann, purpose: 'evaluates', evidence },
      { ...key, purpose: 'reproduces', evidence: null },
      { ...key, purpose: 'disputes', evidence: null },
    ]);
    const table = (await run('list', subject)).out;
    expect(table)
      .to.match(/ann\.local +endorses +nothing/)
      .and.match(/disputes +a key/);
  });

  it('need a key that opens, and never show it', async () => {
    for (const flags of [
      ['--ethereum', 'store.json'],
      ['--ethereum', 'store.json', '--password', 'wrong'],
    ]) {
      const result = await attest('endorse', subject, ...flags);
      expectOneSentence(result, /^BAD_ETHEREUM_KEY: .*store\.json (is no hex key|does not open)/);
      expect(result.err).to.not.contain(wallet.privateKey.slice(2));
      expect(result.code).to.equal(8);
    }
  });

  it('are about a digest, or a release by its number', async () => {
    const result = await attest('endorse', 'sha256:beef');
    expectOneSentence(result, /^BAD_DIGEST: .*see "commonweights release list"/);
    for (const argv of [
      ['list', '7'],
      ['endorse', '7', '--account', 'ann.local'],
    ]) {
      const unknown = await run(...argv);
      expectOneSentence(unknown, /^NO_SUCH_RELEASE: dao\.local has no release 7/);
      expect(unknown.code).to.equal(4);
    }
  });
});
