/** Founding a DAO from one file on the embedded node, and replacing its code from the command line. */
import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { exampleConfig } from '@commonweights/dao-contracts/client/dao-config.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { buildNextVersion } from '../dao-contracts/contract/next-versions.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

type Config = typeof exampleConfig;

const dayMs = 86_400_000;

describe('founding a DAO from one file', function () {
  this.timeout(300_000);
  let cli: CliFolder;
  let localnet: Localnet;
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  before(async () => {
    cli = await CliFolder.create();
    localnet = await startLocalnet({ seed: 'dao init' });
    registry = await startRegistry({
      ...{ dataDir: join(cli.folder, 'registry'), port: 0, authorise: async () => true },
      staticDirs: [],
    });
    await write('keys/localnet/local.json', {
      ...{ account_id: 'local', private_key: localnet.rootSecretKey },
    });
    for (const name of ['ann.local', 'bob.local']) {
      expect((await run('account', 'create', name, '--fund', '50')).code).to.equal(0);
    }
  });
  after(async () => {
    await registry?.stop();
    await localnet?.stop();
    await cli.remove();
  });

  const write = async (name: string, value: unknown) => {
    await mkdir(join(cli.folder, name, '..'), { recursive: true });
    await writeFile(join(cli.folder, name), JSON.stringify(value));
  };
  const as = (account: string, ...argv: string[]) =>
    cli.run(
      ...argv,
      ...['--rpc', localnet.url, '--registry', registry.url],
      ...['--account', account, '--contract', 'commons.local'],
    );
  const run = (...argv: string[]) => as('local', ...argv);
  const done = async (result: ReturnType<typeof run>) => {
    const { code, out, err } = await result;
    expect(code, err).to.equal(0);
    return out;
  };

  const changed = async (change: (config: Config) => void) => {
    const config = JSON.parse(await done(run('dao', 'init', '--example'))) as Config;
    config.account = 'commons.local';
    config.members = ['ann.local', 'bob.local'].map((account) => ({ account, weight: '1' }));
    config.guardian.account = 'bob.local';
    config.policy.liveProposalsMax = 4;
    change(config);
    await write('dao.json', config);
  };

  it('checks the file, the accounts and the money before it sends anything', async () => {
    const refused: [(config: Config) => void, number, RegExp][] = [
      [(it) => (it.policy.quorumBps = 0), 3, /^BAD_ARGUMENT: policy.quorumBps/],
      [
        (it) => Object.assign(it, { colour: 'red' }),
        3,
        /^BAD_ARGUMENT: colour is not a known field/,
      ],
      [(it) => (it.treasuryNear = 'much'), 3, /^BAD_AMOUNT: /],
      [(it) => (it.members[1]!.account = 'ann.local'), 3, /^BAD_CONFIG: .*ann.local twice/],
      [(it) => it.members.forEach((one) => (one.weight = '0')), 3, /^BAD_CONFIG: nobody/],
      [(it) => (it.members[0]!.account = 'typo.local'), 8, /^NO_SUCH_ACCOUNT: typo.local/],
      [(it) => (it.guardian.account = 'typo.local'), 8, /^NO_SUCH_ACCOUNT: typo.local/],
      [(it) => (it.account = 'ann.local'), 8, /^ACCOUNT_EXISTS: ann.local/],
    ];
    for (const [change, code, sentence] of refused) {
      await changed(change);
      const result = await run('dao', 'init', 'dao.json');
      expect(result.code, result.err).to.equal(code);
      expectOneSentence(result, sentence);
    }
    await changed((it) => (it.account = 'x.ann.local'));
    const poor = await as('ann.local', 'dao', 'init', 'dao.json');
    expect(poor.code).to.equal(7);
    expect(poor.err).to.match(/INSUFFICIENT_BALANCE: this takes \d\d/);
    expectOneSentence(await run('dao', 'init'), /^USAGE: dao init needs a file/);
  });

  it('says what it costs, and asks before it spends real money', async () => {
    await changed(() => {});
    const json = await done(run('dao', 'init', 'dao.json', '--dry-run', '--json'));
    const told = JSON.parse(json) as { founded: boolean; treasuryYocto: string; costYocto: string };
    expect(told).to.include({ founded: false, treasuryYocto: `${50n * 10n ** 24n}` });
    expect(BigInt(told.costYocto) > 59n * 10n ** 24n).to.equal(true);
    expect(await done(run('dao', 'init', 'dao.json', '--dry-run'))).to.match(
      /^locked for the code +\d+\.\d+ NEAR$/m,
    );
  });

  it('founds it, with nobody left who could replace its code without a vote', async () => {
    await changed(() => {});
    const out = await done(run('dao', 'init', 'dao.json'));
    expect(out).to.include('its code changes by vote only');
    const network = { name: 'localnet' as const, rpcUrl: localnet.url };
    const client = connect({ network, contract: 'commons.local' });
    expect(await client.listKeys('commons.local')).to.deep.equal([]);
    expect(existsSync(join(cli.credentials, 'localnet', 'commons.local.json'))).to.equal(false);
    expect(await client.getPolicy()).to.include({ quorumBps: 4_000, guardian: 'bob.local' });
    expect((await client.getAccounting()).treasuryYocto).to.equal(50n * 10n ** 24n);
    const { code } = await client.getCode();
    expect(code).to.equal(await client.getCodeOnChain());
    expect(await done(run('dao', 'members', '--json'))).to.include('ann.local');
    const again = await done(run('dao', 'init', 'dao.json', '--json'));
    expect(JSON.parse(again)).to.include({ founded: true, sealed: true, costYocto: '0' });
    await changed((it) => (it.policy.quorumBps = 5_000));
    expectOneSentence(await run('dao', 'init', 'dao.json'), /^ACCOUNT_EXISTS: commons.local/);
    await changed(() => {});
  });

  it('shows what a policy or weights would change, then proposes them', async () => {
    await write('policy.json', { quorumBps: 6_000 });
    const shown = await done(run('dao', 'policy', 'propose', 'policy.json', '--dry-run'));
    expect(shown).to.match(/^quorum +40 % +60 %$/m);
    expect(shown).to.include('No other proposal is open.');
    const made = await done(as('ann.local', 'dao', 'policy', 'propose', 'policy.json'));
    expect(made).to.match(/^Proposal 1: vote with/m);
    await write('members.json', [{ account: 'ann.local', weight: '3' }]);
    const weights = await done(as('ann.local', 'dao', 'members', 'propose', 'members.json'));
    expect(weights)
      .to.match(/^ann.local +1 +3$/m)
      .and.match(/^everybody +2 +4$/m);
    const again = await done(run('dao', 'policy', 'propose', 'policy.json', '--dry-run'));
    expect(again).to.match(/^2 +voting +set-members +keeps quorum 40 %, not 60 %$/m);
    await write('policy.json', { quorumBps: 60_000 });
    const bad = await run('dao', 'policy', 'propose', 'policy.json');
    expectOneSentence(bad, /^BAD_ARGUMENT: policy.quorumBps/);
  });

  it('upgrades by vote: proposes, shows, uploads, deploys', async () => {
    const wasm = await buildNextVersion('converts');
    await writeFile(join(cli.folder, 'next.wasm'), wasm);
    await writeFile(join(cli.folder, 'text.wasm'), 'no code');
    const text = await run('dao', 'upgrade', 'propose', 'text.wasm');
    expectOneSentence(text, /^BAD_ARGUMENT: .*WebAssembly/);
    const same = await run('dao', 'upgrade', 'propose');
    expect(same.err).to.match(/NOTHING_TO_UPGRADE: commons.local runs sha256:/);
    const args = ['dao', 'upgrade', 'propose', 'next.wasm', '--to', '2'];
    const out = await done(as('ann.local', ...args));
    expect(out)
      .to.match(/^records +from version 1 to 2$/m)
      .and.match(/^Proposal 3: vote/m);
    for (const name of ['ann.local', 'bob.local']) {
      await done(as(name, 'proposal', 'vote', '3', 'yes'));
    }
    expect(await done(run('dao', 'upgrade'))).to.match(/^3 +voting +– /m);
    const early = await as('bob.local', 'dao', 'upgrade', 'execute', '3');
    expect(early.code).to.equal(6);
    expect(early.err).to.match(/PROPOSAL_NOT_READY/);
    await localnet.fastForward(6 * dayMs);
    const other = await as('bob.local', 'dao', 'upgrade', 'execute', '1');
    expectOneSentence(other, /^BAD_ACTION: proposal 1 is no upgrade but set-policy/);
    expect(await done(as('bob.local', 'dao', 'upgrade', 'execute', '3'))).to.match(
      /^commons.local runs sha256:[0-9a-f]+ now$/m,
    );
    const status = await done(run('dao', 'upgrade', 'status'));
    expect(status)
      .to.match(/^records +version 2$/m)
      .and.match(/^health +all is well$/m)
      .and.match(/^on record +the same$/m)
      .and.match(/^3 +done /m);
  });

  it('says that code was rolled back, and why', async () => {
    const wasm = await buildNextVersion('same-records');
    await writeFile(join(cli.folder, 'next.wasm'), wasm);
    await done(as('ann.local', 'dao', 'upgrade', 'propose', 'next.wasm'));
    for (const name of ['ann.local', 'bob.local']) {
      await done(as(name, 'proposal', 'vote', '4', 'yes'));
    }
    await localnet.fastForward(6 * dayMs);
    await writeFile(join(cli.folder, 'wrong.wasm'), await buildNextVersion('panics'));
    const execute = ['dao', 'upgrade', 'execute', '4'];
    const wrong = await as('local', ...execute, '--code', 'wrong.wasm');
    expectOneSentence(wrong, /^WRONG_CODE: these bytes are .* members voted for/);
    const failed = await as('local', ...execute);
    expect(failed.code).to.equal(6);
    expect(failed.err).to.match(/ROLLED_BACK: the new code failed with "WRONG_VERSION: /);
    expect(await done(run('dao', 'upgrade'))).to.match(/^4 +rolled-back /m);
  });
});
