/** The program that near-workspaces can start in the place of its own node. */
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../cli/bin/near-sandbox', import.meta.url));

describe('the node by the command line of near-workspaces', function () {
  this.timeout(60_000);
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'near-sandbox-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const run = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });

  it('makes the key of its root account, serves a chain that the key owns, and stops', async () => {
    expect(run('--home', home, 'init').status).to.equal(0);
    const file = join(home, 'validator_key.json');
    const key = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    expect(key).to.have.all.keys('account_id', 'public_key', 'secret_key');
    expect(key['account_id']).to.equal('test.near');
    expect(statSync(file).mode & 0o077).to.equal(0);
    expect(run('--home', home, 'init').status).to.equal(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(key);

    const addresses = ['--rpc-addr', '0.0.0.0:0', '--network-addr', '0.0.0.0:1'];
    const child = spawn(program, ['--home', home, 'run', ...addresses], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
      const view = { request_type: 'view_access_key', finality: 'final' };
      const params = { ...view, account_id: 'test.near', public_key: key['public_key'] };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'query', params });
      const response = await fetch(url, { method: 'POST', body });
      const { result } = (await response.json()) as { result: unknown };
      expect(result).to.have.property('permission', 'FullAccess');
    } finally {
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).to.equal(0);
    }
  });

  it('begins with the records of its genesis file, keeps pace, and writes its state down', async () => {
    expect(run('--home', home, 'init', '--chain-id', 'localnet').status).to.equal(0);
    const path = join(home, 'genesis.json');
    const genesis = JSON.parse(readFileSync(path, 'utf8')) as { records: object[] };
    const account = { amount: '123', locked: '0', code_hash: '1'.repeat(32), storage_usage: 100 };
    const added = { Account: { account_id: 'given.near', account: { ...account, version: 'V1' } } };
    writeFileSync(path, JSON.stringify({ ...genesis, records: [...genesis.records, added] }));
    expect(run('--home', home, 'view-state', 'dump-state').stderr).to.match(/^NOT_INITIALISED: /);
    const child = spawn(program, ['--home', home, 'run', '--rpc-addr', '0.0.0.0:0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
      const ask = async (method: string, params: object, headers = {}) => {
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
        const response = await fetch(url, { method: 'POST', body, headers });
        const { result } = (await response.json()) as { result: Record<string, never> };
        return result;
      };
      const view = { request_type: 'view_account', finality: 'final', account_id: 'given.near' };
      expect(await ask('query', view)).to.have.property('amount', '123');
      const height = async (headers?: object) =>
        (await ask('status', [], headers))['sync_info']!['latest_block_height'] as number;
      const first = await height();
      // No page elsewhere makes it work; who waits here for the next block gets one.
      const elsewhere = {
        origin: 'https://elsewhere.example',
        'content-type': 'application/json',
      };
      for (let i = 0; i < 3; i++) await height(elsewhere);
      let last = first;
      while (last === first) last = await height();
      expect(last).to.equal(first + 1);
      const dumped = run('--home', home, 'view-state', 'dump-state');
      expect([dumped.status, dumped.stderr]).to.deep.equal([0, '']);
      const output = JSON.parse(readFileSync(join(home, 'output.json'), 'utf8')) as typeof genesis;
      expect(output.records).to.deep.equal([...genesis.records, added]);
    } finally {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
  });

  it('refuses a genesis file that is none, and records that cannot be', () => {
    const refused = (text: string) => {
      const folder = join(home, `${text.length}`);
      run('--home', folder, 'init');
      writeFileSync(join(folder, 'genesis.json'), text);
      return run('--home', folder, 'run', '--rpc-addr', '0.0.0.0:0').stderr;
    };
    expect(refused('{')).to.match(/^BAD_GENESIS: /);
    expect(refused('{"records":[{}]}')).to.match(/^BAD_RECORDS: a record has one kind/);
    const nobody = { Data: { account_id: 'nobody.near', data_key: '', value: '' } };
    const refusal = refused(JSON.stringify({ records: [nobody] }));
    expect(refusal).to.match(/^BAD_RECORDS: there is no account nobody\.near/);
  });

  it('says in one sentence what it was not told', () => {
    const usage = /^USAGE: near-sandbox --home <dir> init, or .*\n$/;
    for (const args of [
      [],
      ['init'],
      ['--home', home],
      ['--home', home, 'walk'],
      ['--home', home, 'run', '--rpc-addr', 'somewhere'],
      ['--home', home, 'init', '--fast'],
    ]) {
      const { status, stderr } = run(...args);
      expect([status, usage.test(stderr)], args.join(' ')).to.deep.equal([1, true]);
    }
    expect(run('--home', home, 'run').stderr).to.match(/^NOT_INITIALISED: /);
  });
});
