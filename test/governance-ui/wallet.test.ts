/**
 * Acting with wallets that put themselves into the page: objects that speak the real interfaces, and
 * whose owner, in this test, says yes or no. What they sign goes to a real chain.
 */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hostAsTestnet, InjectedWallet, type TestnetHost } from './injected-wallet.js';
import { RealDao } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const voter = 'mia.local';

describe('a wallet in the page', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems, press } = screen;
  let page: Page;
  let host: TestnetHost;
  let wallet: InjectedWallet;
  let proposal: number;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
    const action = { kind: 'transfer', to: 'ada.local', amountYocto: '5' };
    await writeFile(join(dao.cli.folder, 'action.json'), JSON.stringify(action));
    const shown = await dao.good('proposal', 'create', 'action.json', '--json');
    ({ proposal } = JSON.parse(shown) as { proposal: number });
    host = await hostAsTestnet(dao);
    wallet = new InjectedWallet(dao, voter);
    await wallet.putInto(page);
  });
  after(async () => {
    await screen.close();
    await host?.stop();
    await dao?.stop();
  });

  const open = (hash: string) => screen.goTo(`${host.url}/${hash}`);
  const said = (text: string) => page.getByText(text).waitFor();

  it('is found, and connected when its owner says yes', async () => {
    await open('#/wallet');
    wallet.says = 'no';
    await press('Connect');
    await said('the wallet did not sign');
    wallet.says = 'yes';
    await press('Connect');
    await page.getByRole('link', { name: voter }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: voter }).waitFor();
  });

  it('refuses: the page says so, nothing was sent, and one may ask again', async () => {
    await open(`#/proposals/${proposal}`);
    await said('mia.local has not voted. Its vote weighs 1: it has held that');
    wallet.says = 'no';
    await press('Vote yes');
    await said('you refused it in the wallet, so nothing was sent');
    await keepPictures(page, 'vote-refused');
    expect(await violationsOf(page)).to.deep.equal([]);
    const ballot = { proposal, account: voter };
    expect((await dao.client().getBallot(ballot)).choice).to.equal(null);
  });

  it('signs: the vote is executed, final, and counted on the page', async () => {
    wallet.says = 'yes';
    const stages = await stagesOf(page);
    await press('Vote yes');
    await said('Your vote: done, and final.');
    const shown = (await stages()).map((text) => /^Your vote: [a-z ,]+/.exec(text)?.[0]);
    expect(shown.filter((one, at) => one !== shown[at - 1])).to.deep.equal([
      'Your vote: the wallet was asked',
      'Your vote: sent',
      'Your vote: executed',
      'Your vote: done, and final',
    ]);
    const hash = await page
      .getByRole('button', { name: /hash of transaction/ })
      .getAttribute('title');
    const { provider } = dao.client().connection;
    const txHash = hash!.split('\n')[0]!;
    const found = await provider.viewTransactionStatus({
      txHash,
      accountId: voter,
      waitUntil: 'FINAL',
    });
    expect(JSON.stringify(found)).to.contain('"vote"');
    await said('mia.local voted yes with weight 1 (100 %). A vote is final.');
    expect(await page.getByRole('button', { name: 'Vote no' }).isDisabled()).to.equal(true);
    expect((await dao.client().getProposal({ proposal }))!.yes).to.equal('1');
    await keepPictures(page, 'voted');
  });

  it('executes what was accepted, once its timelock is over', async () => {
    await dao.good('network', 'forward', '2m');
    await press('Execute it as mia.local');
    await said('It is executed; nothing is left to do.');
    expect((await dao.client().getProposal({ proposal }))!.status).to.equal('executed');
  });

  it('states something as an account, and as an Ethereum address; or refuses to', async () => {
    const run = await dao.fundRun({ maxAuditors: 0 });
    const crew = Promise.all(['ada.local', 'ben.local'].map((one) => dao.train(one, run)));
    await Promise.race([dao.endEnrolment(run, 2), crew]);
    await crew;
    const release = await dao.publishRelease(run);
    await open(`#/releases/${release}`);
    await said('Nobody has said anything about it yet');
    wallet.says = 'no';
    await press('Sign with an Ethereum wallet');
    await said('you refused it in the wallet');
    wallet.says = 'yes';
    await press('Sign with an Ethereum wallet');
    await said(`${wallet.ethereum.address.toLowerCase()} endorses it`);
    await page.getByLabel('Say that').selectOption('reproduces');
    await press('Sign as mia.local');
    await said('mia.local reproduces it');
    await keepPictures(page, 'attested');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is forgotten when disconnected', async () => {
    await open('#/wallet');
    await press('Disconnect');
    await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
    expect(wallet.asked).to.include('signOut');
    await page.reload();
    await page.getByRole('link', { name: 'Wallet', exact: true }).waitFor();
    expect(problems).to.deep.equal([]);
  });
});

/** Everything that the page's status says from now on, however shortly. */
async function stagesOf(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const told: string[] = [];
    Object.assign(globalThis, { cwStages: told });
    // No function with a name: the loader of these tests would call a helper that no page has.
    new MutationObserver(() => {
      for (const it of document.querySelectorAll('main [role=status]')) {
        const text = it.textContent ?? '';
        if (text !== '' && told.at(-1) !== text) told.push(text);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { cwStages: string[] }).cwStages);
}
