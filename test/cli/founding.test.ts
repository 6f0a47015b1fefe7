/** Founding a DAO with the process dying at every point where it can, then once more. */
import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exampleConfig } from '@commonweights/dao-contracts/client/dao-config.js';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { buildNextVersion } from '../dao-contracts/contract/next-versions.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';
import { CutLine } from './cut-line.js';

const near = 10n ** 24n;

describe('a founding that breaks off', function () {
  this.timeout(300_000);
  let cli: CliFolder;
  let localnet: Localnet;
  let line: CutLine;
  before(async () => {
    cli = await CliFolder.create();
    localnet = await startLocalnet({ seed: 'founding' });
    line = await CutLine.open(localnet.url);
    await write('keys/localnet/local.json', {
      ...{ account_id: 'local', private_key: localnet.rootSecretKey },
    });
    expect((await run('account', 'create', 'ann.local', '--fund', '5')).code).to.equal(0);
  });
  after(async () => {
    await line?.stop();
    await localnet?.stop();
    await cli.remove();
  });

  const write = async (name: string, value: unknown) => {
    await mkdir(join(cli.folder, name, '..'), { recursive: true });
    await writeFile(join(cli.folder, name), JSON.stringify(value));
  };
  const run = (...argv: string[]) => cli.run(...argv, '--rpc', line.url, '--account', 'local');
  const config = (account: string) => ({
    ...exampleConfig,
    account,
    members: [{ account: 'ann.local', weight: '1' }],
    guardian: null,
  });
  const init = async (account: string, ...flags: string[]) => {
    await write('dao.json', config(account));
    return run('dao', 'init', 'dao.json', ...flags);
  };
  const keyFile = (account: string) => join(cli.credentials, 'localnet', `${account}.json`);
  const clientOf = (contract: string) =>
    connect({ network: { name: 'localnet', rpcUrl: localnet.url }, contract });
  const paid = async () => (await clientOf('none.local').viewAccount('local'))!.amountYocto;

  const expectFounded = async (account: string) => {
    const client = clientOf(account);
    expect(await client.listKeys(account)).to.deep.equal([]);
    expect(existsSync(keyFile(account)), 'the key on disk').to.equal(false);
    expect((await client.getAccounting()).treasuryYocto).to.equal(50n * near);
    expect((await client.getMembers()).totalWeight).to.equal('1');
  };

  let whole = 0n;
  it('not at all takes four transactions', async () => {
    const before = await paid();
    line.mend();
    const result = await init('whole.local');
    expect(result.code, result.err).to.equal(0);
    expect(line.sent).to.equal(4);
    whole = before - (await paid());
    await expectFounded('whole.local');
  });

  const steps = ['account created', 'code deployed', 'treasury filled', 'key deleted'];
  for (const [index, step] of steps.entries()) {
    for (const when of ['before', 'after'] as const) {
      it(`${when} "${step}" goes on from there and pays nothing twice`, async () => {
        const account = `dao-${index}-${when}.local`;
        const before = await paid();
        line.cut(when, index + 1);
        const broken = await init(account);
        expect(broken.code).to.not.equal(0);
        expect(broken.err).to.include('run the same command again, it goes on from here');
        expect((await stat(keyFile(account))).mode & 0o777).to.equal(0o600);
        line.mend();
        const done = steps.slice(0, index + (when === 'after' ? 1 : 0));
        const dry = await init(account, '--dry-run', '--json');
        expect(JSON.parse(dry.out)).to.deep.include({ done, founded: done.length === 4 });
        expect(line.sent).to.equal(0);
        const again = await init(account);
        expect(again.code, again.err).to.equal(0);
        expect(again.out).to.include(`${account} is founded. Nobody holds a key of it`);
        expect(line.sent).to.equal(4 - done.length);
        if (done.length > 0) expect(again.err).to.include(`done before: ${done.join(', ')}\n`);
        await expectFounded(account);
        const spent = before - (await paid());
        const difference = spent > whole ? spent - whole : whole - spent;
        expect(difference < near / 100n, `${spent} instead of ${whole}`).to.equal(true);
      });
    }
  }

  it('after the last step has nothing left to do', async () => {
    line.mend();
    const before = await paid();
    const again = await init('whole.local');
    expect(again.code, again.err).to.equal(0);
    expect(again.out).to.include('whole.local is founded.');
    expect([line.sent, await paid()]).to.deep.equal([0, before]);
  });

  it('takes no contract for the DAO that only says what a DAO would', async () => {
    const account = 'mimic.local';
    const key = createKey();
    const network = { name: 'localnet' as const, rpcUrl: localnet.url };
    const secretKey = localnet.rootSecretKey;
    await connect({
      ...{ network, contract: account, account: { accountId: 'local', secretKey } },
    }).createAccount({ newAccountId: account, publicKey: key.publicKey, initialYocto: 15n * near });
    const owner = connect({ network, contract: account, account: { accountId: account, ...key } });
    const { policy, members } = config(account);
    const code = await buildNextVersion('same-records');
    const args = { members, policy, code: digestOf(code), guardian: null };
    await owner.deployContract({ code, init: { method: 'init', args } });
    await owner.deleteKey({ publicKey: key.publicKey });
    const result = await init(account);
    expect(result.out).to.equal('');
    expect(result.err).to.match(/ACCOUNT_EXISTS: mimic\.local exists already/);
  });

  it('keeps the key when it was asked to, as a key like any other', async () => {
    line.cut('after', 3);
    expect((await init('kept.local', '--keep-key')).code).to.not.equal(0);
    line.mend();
    const again = await init('kept.local', '--keep-key');
    expect(again.code, again.err).to.equal(0);
    const key = JSON.parse(await readFile(keyFile('kept.local'), 'utf8')) as object;
    expect(Object.keys(key)).to.deep.equal(['account_id', 'public_key', 'private_key']);
    expectOneSentence(await init('kept.local'), /^ACCOUNT_EXISTS: kept\.local/);
  });

  it('goes on by the file that it was founded from only', async () => {
    line.cut('before', 3);
    expect((await init('other.local')).code).to.not.equal(0);
    line.mend();
    const { policy } = config('other.local');
    await write('dao.json', { ...config('other.local'), policy: { ...policy, quorumBps: 5_000 } });
    expectOneSentence(
      await run('dao', 'init', 'dao.json'),
      /^FOUNDED_OTHERWISE: other\.local was founded with another policy\.quorumBps/,
    );
    const members = [{ account: 'local', weight: '1' }];
    await write('dao.json', { ...config('other.local'), members });
    expectOneSentence(await run('dao', 'init', 'dao.json'), /^FOUNDED_OTHERWISE: .*other members/);
    expect(line.sent).to.equal(0);
  });

  it('fills no treasury that may have been spent since', async () => {
    line.cut('before', 3);
    expect((await init('lived.local')).code).to.not.equal(0);
    line.mend();
    const client = connect({
      ...{ network: { name: 'localnet', rpcUrl: localnet.url }, contract: 'lived.local' },
      account: { accountId: 'local', secretKey: localnet.rootSecretKey },
    });
    const action = { kind: 'transfer', to: 'ann.local', amountYocto: '1' } as const;
    const description = `sha256:${'0'.repeat(64)}` as never;
    await client.propose({ action, description, depositYocto: 2n * near });
    const again = await init('lived.local');
    expect(again.code, again.err).to.equal(0);
    expect(again.err).to.include('done before: account created, code deployed\n');
    expect(again.err).to.match(/proposals were made since.*dao deposit 50"/);
    expect(line.sent, 'the key alone').to.equal(1);
    expect((await client.getAccounting()).treasuryYocto).to.equal(0n);
  });

  it('never takes somebody’s own account, nor a name that was taken meanwhile', async () => {
    expectOneSentence(await init('ann.local'), /^ACCOUNT_EXISTS: ann\.local/);
    line.cut('before', 1);
    expect((await init('taken.local')).code).to.not.equal(0);
    line.mend();
    const { publicKey } = createKey();
    await connect({
      ...{ network: { name: 'localnet', rpcUrl: localnet.url }, contract: 'taken.local' },
      account: { accountId: 'local', secretKey: localnet.rootSecretKey },
    }).createAccount({ newAccountId: 'taken.local', publicKey, initialYocto: near });
    expectOneSentence(await init('taken.local'), /^ACCOUNT_EXISTS: taken\.local/);
  });

  it('does not begin where its key cannot be kept', async () => {
    await mkdir(keyFile('nokey.local'), { recursive: true });
    line.mend();
    const result = await init('nokey.local');
    expect(result.code).to.not.equal(0);
    expect(line.sent).to.equal(0);
  });
});
