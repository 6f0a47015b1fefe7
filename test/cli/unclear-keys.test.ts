/**
 * A key that was made for an account is on disk before it is on chain. When nobody can say whether
 * it came there, the file is the only thing that can ever move what the account holds: it stays.
 */
import { expect } from 'chai';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import {
  failure,
  handlerError,
  ScriptedNode,
  type Reply,
} from '../dao-contracts/client/scripted-node.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('a new key', () => {
  let cli: CliFolder;
  let node: ScriptedNode;
  beforeEach(async () => {
    cli = await CliFolder.create();
    node = await ScriptedNode.start();
    const { publicKey, secretKey } = createKey();
    const key = { account_id: 'local', public_key: publicKey, private_key: secretKey };
    await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
    await writeFile(join(cli.credentials, 'localnet', 'local.json'), JSON.stringify(key));
  });
  afterEach(async () => {
    await node.stop();
    await cli.remove();
  });

  const machine = () => join(cli.folder, 'machine');
  const commands: [string, () => string[], () => string, string][] = [
    [
      'of a new account',
      () => ['account', 'create', 'new.local'],
      () => cli.credentials,
      'new.local.json',
    ],
    [
      'of a machine',
      () => ['account', 'add-key', '--contract', 'dao.local', '--out', machine()],
      machine,
      'local.json',
    ],
  ];
  const silences: [string, Reply][] = [
    ['the node gave up waiting', handlerError('TIMEOUT_ERROR', {})],
    ['every answer was cut off', 'cut-off'],
  ];
  for (const [whose, command, folder, file] of commands) {
    const run = () => cli.run(...command(), '--rpc', node.rpcUrl, '--account', 'local');
    const files = () => readdir(join(folder(), 'localnet'));

    for (const [what, reply] of silences) {
      it(`${whose} is kept when ${what}`, async () => {
        node.replies.push(reply, reply, reply, reply);
        const result = await run();
        expectOneSentence(result, /^CHAIN_UNREACHABLE: /);
        expect(result.code).to.equal(5);
        expect(await files()).to.include(file);
      });
    }

    it(`${whose} is thrown away when the chain refused it`, async () => {
      node.replies.push({ result: failure({ AddKeyAlreadyExists: { account_id: 'local' } }) });
      expectOneSentence(await run(), /^KEY_EXISTS: /);
      expect(await files()).to.not.include(file);
    });
  }
});
