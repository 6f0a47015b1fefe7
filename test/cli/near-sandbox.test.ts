/** The program that near-workspaces can start in the place of its own node. */
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
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
