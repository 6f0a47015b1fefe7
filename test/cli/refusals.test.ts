import { expect } from 'chai';
import { policy } from '../dao-contracts/contract/dao-driver.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { handlerError, ScriptedNode } from '../dao-contracts/client/scripted-node.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

/** A port that nothing listens on: it was free a moment ago and is below the ephemeral ones. */
const nowhere = 'http://127.0.0.1:9';

describe('the command line refuses', () => {
  let cli: CliFolder;
  beforeEach(async () => (cli = await CliFolder.create()));
  afterEach(() => cli.remove());

  describe('bad usage, with exit code 2 and the closest name', () => {
    const cases: [string[], RegExp][] = [
      [['rn'], /^USAGE: unknown command 'rn'; did you mean run\?$/],
      [['run', 'shw'], /did you mean show\?$/],
      [['run', 'show', '1', '--netwrk', 'x'], /'--netwrk'; did you mean --network\?$/],
      [['run', 'list', '--jsn'], /did you mean --json\?$/],
      [['run', 'show'], /argument 'run'; see "commonweights run show --help"$/],
      [
        ['run', 'rewind', '1', '--to', 'x', '--budget', '1'],
        /to 2147483648; see "commonweights run /,
      ],
      [['dataset', 'resolve', 'a@1'], /; see "commonweights dataset resolve --help"$/],
      [['run', 'show', '1', '2'], /too many arguments/],
      [['run', 'show', 'one', '--contract', 'dao.test'], /"one" is not a run number/],
      [['run', 'list'], /^NO_CONTRACT: .*commonweights network up/],
      [['run', 'list', '--network', 'betanet'], /^UNKNOWN_NETWORK: .*localnet, testnet, mainnet$/],
      [['run', 'list', '--rpc', 'ftp://x', '--contract', 'dao.test'], /^BAD_RPC_URL/],
      [['proposal', 'vote', '1', 'maybe'], /"maybe" is not a choice; vote yes, no, abstain/],
      [['account', 'create', 'a.test', '--fund', 'lots'], /amount of NEAR/],
    ];
    for (const [argv, sentence] of cases) {
      it(argv.join(' '), async () => {
        const result = await cli.run(...argv);
        expectOneSentence(result, sentence);
        expect(result.code).to.equal(2);
      });
    }
  });

  it('a noun without a verb shows its verbs', async () => {
    const { code, err } = await cli.run('run');
    expect(code).to.equal(2);
    expect(err).to.match(/Commands:[^]*show <run>|show \[options\] <run>/);
  });

  it('when the chain is down, with exit code 5', async () => {
    const result = await cli.run('run', 'list', '--rpc', nowhere, '--contract', 'dao.test');
    expectOneSentence(result, /^CHAIN_UNREACHABLE: .*start one with "commonweights network up"$/);
    expect(result.code).to.equal(5);
  });

  it('to act for an account whose key it does not have, with exit code 8', async () => {
    const flags = ['--rpc', nowhere, '--contract', 'dao.test', '--account', 'ghost.test'];
    const result = await cli.run('claim', ...flags);
    expectOneSentence(
      result,
      /^NO_CREDENTIALS: there is no key for ghost.test in .*ghost\.test\.json/,
    );
    expect(result.code).to.equal(8);
  });

  it('to act for nobody, with exit code 8', async () => {
    const result = await cli.run('claim', '--contract', 'dao.test');
    expectOneSentence(result, /^NO_ACCOUNT/);
    expect(result.code).to.equal(8);
  });

  it('an account name that leads out of the credentials folder', async () => {
    const result = await cli.run('claim', '--contract', 'dao.test', '--account', '../../etc/x');
    expectOneSentence(result, /^BAD_ACCOUNT_ID/);
    expect(result.code).to.equal(8);
  });

  describe('a credentials file that is not one, never showing the key', () => {
    const key = createKey();
    const other = createKey();
    const files: [string, string, RegExp][] = [
      ['text', 'hello', /is not JSON/],
      ['nothing in it', '{}', /has no private_key/],
      ['another account', file({ account_id: 'b.test' }), /is of "b.test", not a.test/],
      ['a key that is none', file({ private_key: 'ed25519:sesame' }), /private_key that is not/],
      ['two keys that do not match', file({ public_key: other.publicKey }), /does not belong/],
      ['megabytes', ' '.repeat(20_000), /larger than/],
    ];
    for (const [name, content, sentence] of files) {
      it(name, async () => {
        await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
        await writeFile(join(cli.credentials, 'localnet', 'a.test.json'), content);
        const result = await cli.run('claim', '--contract', 'dao.test', '--account', 'a.test');
        expectOneSentence(result, /^BAD_CREDENTIALS/);
        expect(result.err).to.match(sentence).and.not.include(key.secretKey);
        expect(result.err).to.not.include('sesame');
        expect(result.code).to.equal(8);
      });
    }
    function file(change: object): string {
      const content = {
        account_id: 'a.test',
        public_key: key.publicKey,
        private_key: key.secretKey,
      };
      return JSON.stringify({ ...content, ...change });
    }
  });

  it('a profile that is none, with exit code 3', async () => {
    await mkdir(join(cli.folder, '.commonweights'));
    const pointer = join(cli.folder, '.commonweights', 'current.json');
    await writeFile(pointer, '{"profile":');
    const result = await cli.run('run', 'list');
    expectOneSentence(result, /^BAD_PROFILE/);
    expect(result.code).to.equal(3);
  });

  describe('what the chain does not have', () => {
    let node: ScriptedNode;
    beforeEach(async () => (node = await ScriptedNode.start()));
    afterEach(() => node.stop());
    const flags = () => ['--rpc', node.rpcUrl, '--contract', 'dao.test'];

    for (const noun of ['run', 'proposal', 'release']) {
      it(`a ${noun}, with exit code 4`, async () => {
        node.view = () => ({ result: null });
        const result = await cli.run(noun, 'show', '9', ...flags());
        expectOneSentence(result, new RegExp(`^NO_SUCH_${noun.toUpperCase()}: .*${noun} list`));
        expect(result.code).to.equal(4);
      });
    }

    it('an account, with exit code 8', async () => {
      const result = await cli.run('account', 'show', 'ghost.test', ...flags());
      expectOneSentence(result, /^NO_SUCH_ACCOUNT: ghost.test does not exist on localnet/);
      expect(result.code).to.equal(8);
    });

    it('a contract, with exit code 4', async () => {
      node.view = () =>
        handlerError('NO_CONTRACT_CODE', {
          contract_account_id: 'dao.test',
          block_hash: 'x',
          block_height: 1,
        });
      const result = await cli.run('run', 'list', ...flags());
      expectOneSentence(result, /^NO_SUCH_CONTRACT/);
      expect(result.code).to.equal(4);
    });

    it('whatever the contract refuses, in its words, with exit code 6', async () => {
      node.view = () =>
        handlerError('CONTRACT_EXECUTION_ERROR', {
          vm_error: { HostError: { GuestPanic: { panic_msg: 'WRONG_PHASE: wait for round 3' } } },
          block_hash: 'x',
          block_height: 1,
        });
      const result = await cli.run('run', 'list', ...flags());
      expectOneSentence(result, /^WRONG_PHASE: wait for round 3$/);
      expect(result.code).to.equal(6);
    });

    describe('control characters of strangers on the way to the terminal', () => {
      const evil = '\u001b[2Jboo\u202e\u009b1A\nDone';
      const expectHarmless = (text: string) => {
        for (const mark of ['\u001b', '\u202e', '\u009b']) expect(text).to.not.include(mark);
      };
      const release = { id: 0, status: 'published', title: evil, version: '1', run: 0 };
      const manifest = `sha256:${'0'.repeat(64)}`;

      it('in a table, and in JSON that still says them', async () => {
        node.view = () => ({ result: [{ ...release, manifest }] });
        const table = await cli.run('release', 'list', ...flags());
        expect(table.code).to.equal(0);
        expect(table.out).to.include('�[2Jboo��1A�Done');
        expectHarmless(table.out);
        const json = await cli.run('release', 'list', '--json', ...flags());
        expectHarmless(json.out);
        expect(JSON.parse(json.out)).to.deep.include({ ...release, manifest });
      });

      it('in the label of a progress', async () => {
        const answers: Record<string, object | null> = {
          ...{ get_release: { ...release, manifest }, get_release_by_manifest: null },
          ...{ get_policy: policy, list_attestations: [] },
        };
        node.view = (method) => ({ result: answers[method] });
        const registry = ['--registry', nowhere];
        const pulled = await cli.run('pull', '0', '--to', 'model', ...registry, ...flags());
        expect(pulled.code).to.not.equal(0);
        expect(pulled.err).to.include('pulling �[2Jboo��1A�Done');
        expectHarmless(pulled.err);
        expect(pulled.err).to.not.match(/^Done/m);
      });

      it('in what a contract refuses with, and in the name of a file', async () => {
        const panic_msg = `WRONG_PHASE: ${evil}`;
        node.view = () =>
          handlerError('CONTRACT_EXECUTION_ERROR', {
            ...{ vm_error: { HostError: { GuestPanic: { panic_msg } } }, block_hash: 'x' },
            block_height: 1,
          });
        const refused = await cli.run('run', 'list', ...flags());
        expectOneSentence(refused, /^WRONG_PHASE: �\[2Jboo��1A$/);
        const file = await cli.run('run', 'check', evil, ...flags());
        expectOneSentence(file, /^FILE_MISSING: /);
        expectHarmless(file.err);
      });
    });
  });
});
