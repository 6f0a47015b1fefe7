import { expect } from 'chai';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { digestOfAction } from '@commonweights/dao-contracts/client/governance.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { handlerError, ScriptedNode } from '../dao-contracts/client/scripted-node.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

const someDigest = digestOf(new Uint8Array());

describe('the command line', () => {
  let cli: CliFolder;
  let node: ScriptedNode;
  beforeEach(async () => {
    cli = await CliFolder.create();
    node = await ScriptedNode.start();
    await giveKey('founder.test');
  });
  afterEach(async () => {
    await node.stop();
    await cli.remove();
  });
  const flags = () => [
    ...['--rpc', node.rpcUrl, '--contract', 'dao.test', '--account', 'founder.test'],
  ];
  async function giveKey(account: string, folder = cli.credentials): Promise<void> {
    const key = createKey();
    await mkdir(join(folder, 'localnet'), { recursive: true });
    await writeFile(
      join(folder, 'localnet', `${account}.json`),
      JSON.stringify({
        account_id: account,
        public_key: key.publicKey,
        private_key: key.secretKey,
      }),
    );
  }
  const keyFile = (account: string) => join(cli.credentials, 'localnet', `${account}.json`);

  describe('account create', () => {
    it('stores the key as NEAR’s tools do, for its owner alone', async () => {
      const result = await cli.run('account', 'create', 'w.founder.test', ...flags());
      expect(result.code, result.err).to.equal(0);
      const file = keyFile('w.founder.test');
      const content = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
      expect(Object.keys(content)).to.deep.equal(['account_id', 'public_key', 'private_key']);
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      expect(result.out).to.include(file).and.not.include(content.private_key);
      const actions = node.sent[0]!.signed.transaction.actions.flatMap((one) => Object.keys(one));
      expect(actions).to.deep.equal(['createAccount', 'transfer', 'addKey']);
    });

    it('keeps no key of an account that was not created', async () => {
      const kind = { AccountAlreadyExists: { account_id: 'w.founder.test' } };
      node.replies.push({
        result: { status: { Failure: { ActionError: { index: 0, kind } } }, receipts_outcome: [] },
      });
      const result = await cli.run('account', 'create', 'w.founder.test', ...flags());
      expectOneSentence(result, /^ACCOUNT_EXISTS: w.founder.test exists already/);
      expect(result.code).to.equal(8);
      expect(await exists(keyFile('w.founder.test'))).to.equal(false);
    });

    it('keeps the key when nobody can say whether it was created', async () => {
      node.replies.push('drop', 'drop', 'drop', 'drop');
      const result = await cli.run('account', 'create', 'w.founder.test', ...flags());
      expect(result.code).to.equal(5);
      expect(await exists(keyFile('w.founder.test'))).to.equal(true);
    }).timeout(20_000);

    it('never overwrites a key', async () => {
      await giveKey('w.founder.test');
      const before = await readFile(keyFile('w.founder.test'), 'utf8');
      const result = await cli.run('account', 'create', 'w.founder.test', ...flags());
      expectOneSentence(result, /^CREDENTIALS_EXIST/);
      expect(await readFile(keyFile('w.founder.test'), 'utf8')).to.equal(before);
      expect(node.sent).to.have.length(0);
    });

    it('says how much is missing when the payer is too poor, with exit code 7', async () => {
      const cost = { balance: '0', cost: `${3n * 10n ** 24n}`, signer_id: 'founder.test' };
      node.replies.push({
        error: {
          name: 'HANDLER_ERROR',
          cause: { name: 'INVALID_TRANSACTION', info: {} },
          data: { TxExecutionError: { InvalidTxError: { NotEnoughBalance: cost } } },
        },
      });
      const result = await cli.run('account', 'create', 'w.founder.test', ...flags());
      expectOneSentence(result, /^INSUFFICIENT_BALANCE: .*this takes 3 NEAR; send 3 NEAR more/);
      expect(result.code).to.equal(7);
    });
  });

  describe('proposal vote', () => {
    const action = { kind: 'set-member', account: 'x.test', weight: '2' } as const;
    const proposal = (actionDigest: string) => ({ id: 1, action, actionDigest });

    it('votes on the digest of the action that it read', async () => {
      node.view = () => ({ result: proposal(digestOfAction(action)) });
      const result = await cli.run('proposal', 'vote', '1', 'yes', ...flags());
      expect(result.code, result.err).to.equal(0);
      const { functionCall } = node.sent[0]!.signed.transaction.actions[0]!;
      expect(functionCall!.methodName).to.equal('vote');
      expect(
        JSON.parse(new TextDecoder().decode(Uint8Array.from(functionCall!.args))),
      ).to.deep.equal({
        proposal: 1,
        choice: 'yes',
        action: digestOfAction(action),
      });
    });

    it('does not vote when the contract names another action than it shows', async () => {
      node.view = () => ({ result: proposal(someDigest) });
      const result = await cli.run('proposal', 'vote', '1', 'yes', ...flags());
      expectOneSentence(result, /^WRONG_ACTION: .*do not vote on it/);
      expect(result.code).to.equal(6);
      expect(node.sent).to.have.length(0);
    });

    it('pays for its storage when the treasury cannot', async () => {
      node.view = () => ({ result: proposal(digestOfAction(action)) });
      const panic = 'Smart contract panicked: DEPOSIT_TOO_SMALL: attach 5 yoctoNEAR more';
      const kind = { FunctionCallError: { ExecutionError: panic } };
      node.replies.push({
        result: { status: { Failure: { ActionError: { index: 0, kind } } }, receipts_outcome: [] },
      });
      const result = await cli.run('proposal', 'vote', '1', 'yes', ...flags());
      expect(result.code, result.err).to.equal(0);
      const deposits = node.sent.map(
        (one) => one.signed.transaction.actions[0]!.functionCall!.deposit,
      );
      expect(Number(deposits[0])).to.equal(0);
      expect(Number(deposits[1])).to.be.greaterThan(0);
    });
  });

  it('finds the local network that was started in a folder above', async () => {
    const keys = join(cli.folder, 'net', 'credentials');
    await giveKey('alice.test', keys);
    await mkdir(join(cli.folder, '.commonweights'));
    await writeFile(
      join(cli.folder, '.commonweights', 'current.json'),
      JSON.stringify({ profile: join(cli.folder, 'net', 'network.json') }),
    );
    await writeFile(
      join(cli.folder, 'net', 'network.json'),
      JSON.stringify({
        version: 1,
        network: 'localnet',
        rpcUrl: node.rpcUrl,
        contract: 'dao.test',
        account: 'alice.test',
        registry: null,
        web: null,
        credentials: keys,
      }),
    );
    node.replies.push({
      result: {
        status: { SuccessValue: btoa('{"sent":true,"amountYocto":"1500000000000000000000000"}') },
        receipts_outcome: [],
      },
    });
    const result = await cli.runWith({ env: { NEAR_CREDENTIALS_DIR: '' } }, 'claim', '--json');
    expect(result.code, result.err).to.equal(0);
    expect(JSON.parse(result.out)).to.deep.equal({
      account: 'alice.test',
      amountYocto: '1500000000000000000000000',
    });
    expect(node.sent[0]!.signed.transaction.signerId).to.equal('alice.test');
    const remote = await cli.run('claim', '--network', 'testnet', '--rpc', node.rpcUrl);
    expectOneSentence(remote, /^NO_CONTRACT: no DAO is named on testnet; name its account/);
  });

  it('says that a claim came back instead of that it was sent', async () => {
    node.replies.push({
      result: {
        status: { SuccessValue: btoa('{"sent":false,"amountYocto":"7"}') },
        receipts_outcome: [],
      },
    });
    const result = await cli.run('claim', ...flags());
    expectOneSentence(result, /^NOT_SENT: .*back on its ledger/);
    expect(result.code).to.equal(6);
  });

  describe('run watch', () => {
    const view = (change: object) => ({
      ...{ id: 1, status: 'running', closedRounds: 0, finalRound: 0, finalRoot: someDigest },
      ...{ audits: [], open: null, terms: { rounds: 4 } },
      ...change,
    });

    it('prints one JSON line per change and ends with the run', async () => {
      const states = [view({}), view({}), view({ closedRounds: 1 }), view({ status: 'completed' })];
      node.view = () => ({ result: states.length > 1 ? states.shift() : states[0] });
      const { code, out } = await cli.run('run', 'watch', '1', '--json', ...flags());
      expect(code).to.equal(0);
      const lines = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as RunView);
      expect(lines.map((one) => [one.status, one.closedRounds])).to.deep.equal([
        ['running', 0],
        ['running', 1],
        ['completed', 0],
      ]);
    });

    it('stops on Ctrl-C', async () => {
      const stop = new AbortController();
      node.view = () => {
        setTimeout(() => stop.abort(), 20);
        return { result: view({}) };
      };
      const { code } = await cli.runWith({ signal: stop.signal }, 'run', 'watch', '1', ...flags());
      expect(code).to.equal(0);
    });
  });

  describe('input files', () => {
    const cases: [string, string, number, RegExp][] = [
      ['that are not there', '', 4, /^FILE_MISSING: there is no .*draft\.json/],
      ['that are not JSON', '{"title": ', 3, /^BAD_FILE: .*draft\.json is not JSON/],
      ['that are JSON of something else', '[1]', 3, /^BAD_RUN_SPEC: the document/],
      ['that are no run', '{"data":{"dataset":"a@1"},"x":1}', 3, /^NO_SUCH_DATASET|^BAD_RUN_SPEC/],
      ['that are too large', `"${'x'.repeat(1 << 20)}"`, 3, /^BAD_FILE: .*bytes, at most/],
    ];
    for (const [name, content, code, sentence] of cases) {
      it(`${name} are refused before anything is sent`, async () => {
        node.view = () => ({ result: null });
        if (content) await writeFile(join(cli.folder, 'draft.json'), content);
        const result = await cli.run('run', 'propose', 'draft.json', ...flags());
        expectOneSentence(result, sentence);
        expect(result.code).to.be.oneOf([code, 4]);
        expect(node.sent).to.have.length(0);
      });
    }
  });

  describe('registries', () => {
    it('that are down are named, with exit code 5, and nothing is registered', async () => {
      node.view = () => ({ result: null });
      await writeFile(join(cli.folder, 'a.jsonl'), '{"text":"one"}\n');
      const about = ['--licence', 'CC0-1.0', '--source', 'https://example.org'];
      const result = await cli.run(
        ...['dataset', 'add', 'a@1', 'a.jsonl', ...about, '--registry', 'http://127.0.0.1:9'],
        ...flags(),
      );
      expect(result.err).to.match(/STORE_UNREACHABLE: http:\/\/127\.0\.0\.1:9/);
      expect(result.code).to.equal(5);
      expect(node.sent).to.have.length(0);
    });

    it('have to be named', async () => {
      node.view = () => ({ result: { id: 1, title: 'x', version: '1', manifest: someDigest } });
      const result = await cli.run('pull', '1', '--to', 'model', ...flags());
      expectOneSentence(result, /^NO_REGISTRY: .*--registry/);
      expect(result.code).to.equal(2);
    });
  });

  it('asks whose text it is and whether it may be used', async () => {
    await writeFile(join(cli.folder, 'a.jsonl'), '{"text":"one"}\n');
    const result = await cli.run('dataset', 'add', 'a@1', 'a.jsonl', ...flags());
    expectOneSentence(result, /^USAGE: whose text is this.*--source and --licence/);
    expect(result.code).to.equal(2);
  });

  it('verifies nothing that is not a release, with exit code 4', async () => {
    const result = await cli.run('verify', 'nowhere', '--offline');
    expectOneSentence(result, /^FILE_MISSING: there is no manifest\.json in .*nowhere/);
    expect(result.code).to.equal(4);
  });

  it('fails closed on a folder that cannot be read, with the exit code of its bytes', async () => {
    await mkdir(join(cli.folder, 'model'));
    await writeFile(join(cli.folder, 'model', 'manifest.json'), '{}');
    const { code, out, err } = await cli.run('verify', 'model', '--offline', '--json');
    expect(code).to.equal(20);
    const verdicts = JSON.parse(out) as { status: string }[];
    expect(verdicts.some((one) => one.status === 'pass')).to.equal(false);
    expect(err).to.match(/^NOT_VERIFIED: the claim "bytes"/);
  });

  it('refuses evidence that is none', async () => {
    await mkdir(join(cli.folder, 'model'));
    await writeFile(join(cli.folder, 'model', 'manifest.json'), '{}');
    await writeFile(join(cli.folder, 'e.json'), '{"network":"localnet"}');
    // What was kept of a chain is read offline, too.
    for (const offline of [[], ['--offline']]) {
      const result = await cli.run('verify', 'model', '--evidence', 'e.json', ...offline);
      expectOneSentence(result, /^BAD_EVIDENCE/);
      expect(result.code).to.equal(3);
    }
  });

  it('tells an account that the chain does not know from one without money', async () => {
    node.key = () => handlerError('UNKNOWN_ACCOUNT', { requested_account_id: 'founder.test' });
    const result = await cli.run('claim', ...flags());
    expectOneSentence(result, /^NO_SUCH_ACCOUNT: founder.test does not exist on localnet/);
    expect(result.code).to.equal(8);
  });
});

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
