import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { near, named, Play } from '../dao-contracts/contract/dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from '../dao-contracts/contract/localnet-chain.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

describe('disputes, by command', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let cli: CliFolder;
  let dao: LocalnetDao;
  let play: Play;
  let cheat: string;

  before(async () => {
    cli = await CliFolder.create();
    dao = await startLocalnetDao();
    play = new Play(dao.chain);
    await play.fund();
    await play.enrol();
    cheat = (await play.seats())[0]!.account;
  });
  after(async () => {
    await dao.stop();
    await cli.remove();
  });

  const run = (...argv: string[]) =>
    cli.run(...argv, '--rpc', dao.localnet.url, '--contract', 'dao.local');
  async function runAs(account: string, ...argv: string[]) {
    const { publicKey, secretKey } = deriveKey('dao contract', account);
    await mkdir(join(cli.credentials, 'localnet'), { recursive: true });
    await writeFile(
      join(cli.credentials, 'localnet', `${account}.json`),
      JSON.stringify({ account_id: account, public_key: publicKey, private_key: secretKey }),
    );
    return run(...argv, '--account', account);
  }
  const show = async (...argv: string[]) => {
    const result = await run(...argv);
    expect(result.code, result.err).to.equal(0);
    return result.out;
  };

  const balance = async (account: string) => {
    const shown = JSON.parse(await show('account', 'show', account, '--json')) as {
      amountYocto: string;
    };
    return BigInt(shown.amountYocto);
  };

  it('are none as long as nobody disagrees', async () => {
    expect(await show('dispute', 'list', '1')).to.equal('Nothing is disputed in run 1.\n');
    const missing = await run('dispute', 'show', '1', '7');
    expectOneSentence(missing, /^NO_SUCH_DISPUTE: run 1 has no open dispute 7; see /);
    expect(missing.code).to.equal(4);
  });

  it('have nothing to challenge before a round is provisional', async () => {
    const root = named('mine');
    const result = await runAs(cheat, 'dispute', 'challenge', '1', '--root', root);
    expectOneSentence(result, /^NOTHING_TO_CHALLENGE: no round of run 1 is provisional/);
    expect(result.code).to.equal(6);
  });

  it('want to know what is wrong, and only one thing', async () => {
    const root = ['--root', named('mine')];
    for (const flags of [[], [...root, '--update', '1']]) {
      const result = await runAs(cheat, 'dispute', 'challenge', '1', ...flags);
      expectOneSentence(result, /^USAGE: say what is wrong: --root DIGEST .* or --update SEAT/);
      expect(result.code).to.equal(2);
    }
    const result = await runAs(cheat, 'dispute', 'challenge', '1', '--root', 'sha256:beef');
    expect(result.code, result.err).to.equal(3);
  });

  it('show who is accused, by whom, and who judges; then the loser appeals with its bond', async () => {
    await play.round({ cheats: [cheat] });
    await play.audit();
    const list = await show('dispute', 'list', '1');
    expect(list).to.match(/id +round +about +stage +verdict +until +locked\n/);
    expect(list).to.match(new RegExp(`1 +1 +segment \\d of ${cheat} \\(0\\) +window +against`));
    const shown = JSON.parse(await show('dispute', 'show', '1', '1', '--json')) as {
      appealYocto: string;
    };
    expect(await show('dispute', 'show', '1', '1')).to.match(/verdict +against the claim\n/);

    const other = (await play.seats())[1]!.account;
    const refused = await runAs(other, 'dispute', 'appeal', '1', '1');
    expectOneSentence(refused, /^NOT_YOUR_TURN: /);
    expect(refused.code).to.equal(6);

    const before = await balance(cheat);
    const appealed = await runAs(cheat, 'dispute', 'appeal', '1', '1');
    expect(appealed.code, appealed.err).to.equal(0);
    const spent = before - (await balance(cheat));
    expect(Number(spent)).to.be.within(
      Number(shown.appealYocto),
      Number(BigInt(shown.appealYocto) + near / 10n),
    );
    const twice = await runAs(cheat, 'dispute', 'appeal', '1', '1');
    expectOneSentence(twice, /^NO_APPEAL_NOW: dispute 1 is at stage "(jury|dao)"/);
  });

  it('are opened by a challenge of the provisional round, once', async () => {
    await play.round();
    const { account } = (await play.seats())[1]!;
    const flags = ['dispute', 'challenge', '1', '--root', named('what I computed')];
    const result = await runAs(account, ...flags);
    expect(result.code, result.err).to.equal(0);
    expect(await show('dispute', 'list', '1')).to.match(/the root +jury/);
    expectOneSentence(await runAs(account, ...flags), /^CHALLENGE_OPEN: /);
    const update = await runAs(account, 'dispute', 'challenge', '1', '--update', '2');
    expect(update.code, update.err).to.equal(0);
  });
});
