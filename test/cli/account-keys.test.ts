/** Keys of machines, made, listed and taken away by the command line on the embedded chain. */
import { expect } from 'chai';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { keyFromSecret } from '@commonweights/dao-contracts/client/accounts.js';
import { workerMethods } from '@commonweights/dao-contracts/client/rounds.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('keys of an account', () => {
  let cli: CliFolder;
  let chain: Localnet;
  const flags = () => ['--rpc', chain.url, '--contract', 'dao.local', '--account', 'local'];
  before(async () => {
    cli = await CliFolder.create();
    chain = await startLocalnet({ seed: 'keys' });
    const { publicKey, secretKey } = keyFromSecret(chain.rootSecretKey);
    const key = { account_id: 'local', public_key: publicKey, private_key: secretKey };
    await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
    await writeFile(join(cli.credentials, 'localnet', 'local.json'), JSON.stringify(key));
  });
  after(async () => {
    await chain.stop();
    await cli.remove();
  });

  async function machineKey() {
    const out = join(cli.folder, 'machine');
    const file = join(out, 'localnet', 'local.json');
    return JSON.parse(await readFile(file, 'utf8')) as { public_key: string; private_key: string };
  }

  it('are made for a machine, which can only work with them', async () => {
    const out = join(cli.folder, 'machine');
    const added = await cli.run('account', 'add-key', '--out', out, ...flags());
    expect(added.code, added.err).to.equal(0);
    const { public_key, private_key } = await machineKey();
    expect(added.out).to.include(public_key).and.not.include(private_key);
    const listed = await cli.run('account', 'keys', '--json', ...flags());
    const keys = JSON.parse(listed.out) as { publicKey: string; mayCall: string | null }[];
    expect(keys.find(({ publicKey }) => publicKey === public_key)).to.deep.include({
      mayCall: 'dao.local',
      methods: [...workerMethods],
    });
    expect((await cli.run('account', 'keys', ...flags())).out).to.include('everything');
    const thief = connect({
      network: { name: 'localnet', rpcUrl: chain.url },
      contract: 'dao.local',
      account: { accountId: 'local', secretKey: private_key },
    });
    const error = await thief.setPayout({ run: 1, payout: 'thief.local' }).catch((it: Error) => it);
    expect((error as Error).message).to.match(/^KEY_NOT_ALLOWED/);
  });

  it('are taken away, but not the one that signs', async () => {
    const { public_key } = await machineKey();
    const gone = await cli.run('account', 'delete-key', public_key, ...flags());
    expect(gone.code, gone.err).to.equal(0);
    const listed = await cli.run('account', 'keys', '--json', ...flags());
    expect(listed.out).to.not.include(public_key);
    const own = keyFromSecret(chain.rootSecretKey).publicKey;
    expectOneSentence(await cli.run('account', 'delete-key', own, ...flags()), /^USAGE: /);
  });

  it('are asked for in one of two ways', async () => {
    expectOneSentence(await cli.run('account', 'add-key', ...flags()), /^USAGE: /);
  });
});
