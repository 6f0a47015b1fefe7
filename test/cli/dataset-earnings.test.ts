/** What contributors of a dataset earn by a run, by command, on the embedded chain. */
import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeDataPay } from '@commonweights/cli/price-words.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { dataset, near, Play, terms } from '../dao-contracts/contract/dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from '../dao-contracts/contract/localnet-chain.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

const id = 'letters@1';

describe('what data earns, by command', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  let cli: CliFolder;
  let dao: LocalnetDao;
  before(async () => {
    cli = await CliFolder.create();
    dao = await startLocalnetDao();
    const play = new Play(dao.chain);
    const contributors = [
      { account: 'bob.test', weightBps: 7_500 },
      { account: 'late.test', weightBps: 2_500 },
    ];
    const record = { ...dataset, id, contributors };
    await dao.chain.call('ann.test', 'deposit', {}, { depositYocto: 30n * near });
    await dao.chain.call('ann.test', 'register_dataset', { record }, { depositYocto: near });
    await play.decide({ kind: 'approve-dataset', dataset: id });
    const paying = {
      ...{ ...terms, datasets: [id], dataRewardYocto: `${near}` },
      dataShares: [{ dataset: id, weightBps: 10_000 }],
    };
    const budgetYocto = `${escrowNeeded(paying)}`;
    await play.decide({ kind: 'fund-run', terms: paying, budgetYocto });
    await play.enrol();
    await play.round();
    await play.audit();
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

  it('is shown for each run, to anybody', async () => {
    const { out, err } = await run('dataset', 'earnings', id);
    expect(out, err).to.match(
      /^run +standing +share +a round +rounds +earned +taken +due to nobody/,
    );
    expect(out).to.match(/^1 +due +100 % +1 NEAR +1 +1 NEAR +0 NEAR +–$/m);
    const none = await run('dataset', 'earnings', 'nowhere@1');
    expectOneSentence(none, /^NO_SUCH_DATASET/);
    expect(none.code).to.equal(4);
  });

  it('is taken by who contributed, once, and then claimed', async () => {
    const shown = await runAs('bob.local', 'dataset', 'earnings', id);
    expect(shown.out, shown.err).to.match(/due to bob\.local\n1 .* 0\.75 NEAR\n$/);
    const taken = await runAs('bob.local', 'dataset', 'earnings', id, '--take', '--json');
    expect(JSON.parse(taken.out)).to.deep.equal({
      ...{ dataset: id, account: 'bob.local' },
      taken: [{ run: 1, amountYocto: `${(near * 3n) / 4n}` }],
    });
    const again = await runAs('bob.local', 'dataset', 'earnings', id, '--take');
    expectOneSentence(again, /^NOTHING_TO_CLAIM: nothing of letters@1 is due to bob\.local$/);
    expect(again.code).to.equal(6);
    const stranger = await runAs('ann.local', 'dataset', 'earnings', id, '--take');
    expectOneSentence(stranger, /^NOTHING_TO_CLAIM: nothing of letters@1 is due to ann\.local$/);
    const claimed = await runAs('bob.local', 'claim');
    expect(claimed.code, claimed.err).to.equal(0);
    const after = await runAs('bob.local', 'dataset', 'earnings', id, '--json');
    const { shares } = JSON.parse(after.out) as { shares: { own: object }[] };
    expect(shares[0]!.own).to.include({ roundsTaken: 1, dueYocto: '0' });
  });
});

describe('what a run pays for data, in words', () => {
  it('names the datasets and their weights', () => {
    expect(describeDataPay({ dataRewardYocto: '0', dataShares: [] })).to.equal('nothing');
    const dataShares = [
      { dataset: 'a@1', weightBps: 2_550 },
      { dataset: 'b@1', weightBps: 7_450 },
    ];
    expect(describeDataPay({ dataRewardYocto: near / 10n, dataShares })).to.equal(
      '0.1 NEAR a final round, to the contributors of a@1 (25.5 %), b@1 (74.5 %)',
    );
  });
});
