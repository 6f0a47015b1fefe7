/**
 * A DAO founded in the browser on a real chain: the form with its checks, a founding that breaks off at a
 * wallet's no and a closed tab, the end of it, and the first vote in what was founded.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { RealDao } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const founder = 'mia.local';
const account = 'commons.mia.local';
const near = 10n ** 24n;

describe('a DAO founded on the page', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems, press, field, says } = screen;
  let page: Page;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
  });
  after(async () => {
    await screen.close();
    await dao?.stop();
  });

  const founds = () => page.getByRole('button', { name: `Found ${account} as ${founder}` });
  const stepsDone = () => page.locator('ol .badge').count();
  const reader = () => connect({ network: dao.network.network, contract: account });

  it('is found from every page, and asks for a wallet last', async () => {
    await page.goto(`${dao.url}/#/`);
    await page.getByRole('link', { name: 'Found a DAO of your own' }).click();
    await says('This page computed the digest from the bytes');
    expect(await page.locator('main').innerText()).to.contain('the account of dao.local');
    await field('Account of the DAO').fill(account);
    await field('Members').fill(`${founder} 1`);
    await page.getByText('Connect a wallet').click();
    await page.goto(dao.network.walletUrl!);
    await page.getByLabel('Act as').selectOption(founder);
  });

  it('is checked while it is typed: names, rules, and what is on chain', async () => {
    await page.goto(`${dao.url}/#/found`);
    // A draft outlives the way to the wallet.
    await page.waitForFunction(
      (name) => [...document.querySelectorAll('input')].some(({ value }) => value === name),
      account,
    );
    await field('Account of the DAO').fill('Not An Account');
    await says('This is no name of a NEAR account.');
    await field('Account of the DAO').fill('dao.local');
    await says('ACCOUNT_EXISTS: dao.local exists already');
    await field('Account of the DAO').fill('commons.ada.local');
    await says('NAME_NOT_YOURS: mia.local cannot create commons.ada.local');
    await field('Account of the DAO').fill(account);
    await field('Members').fill('mia.local 1\nmia.local 2');
    await says('members names mia.local twice');
    await field('Members').fill('mia.local 1\ntypo.local 1');
    await says('NO_SUCH_ACCOUNT: typo.local is not on localnet');
    await field('Quorum, in %').fill('101');
    await says('It must be from 0.01 % to 100 %.');
    await keepPictures(page, 'found-wrong');
    expect(await violationsOf(page)).to.deep.equal([]);
    await field('Members').fill(`${founder} 1\nada.local 1`);
    await field('Quorum, in %').fill('40');
    await field('Voting lasts').fill('1');
    await field('To the treasury, in NEAR').fill('999999999');
    await says('mia.local has');
    expect(await founds().isDisabled()).to.equal(true);
    await field('To the treasury, in NEAR').fill('25');
    await page.getByText('mia.local has').waitFor({ state: 'detached' });
    await founds().click({ trial: true });
    await keepPictures(page, 'found');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('sends nothing when the wallet refuses the account', async () => {
    await founds().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"CreateAccount"').waitFor();
    expect(await dialog.innerText())
      .to.contain('"FullAccess"')
      .and.to.contain(account);
    await press('Refuse');
    await says('you refused it in the wallet, so nothing was sent');
    expect(await reader().viewAccount(account)).to.equal(null);
  });

  it('goes on after a no in the middle and a closed tab, with what was written', async () => {
    await founds().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"CreateAccount"').waitFor();
    await press('Sign');
    await dialog.getByText('"deposit"').first().waitFor();
    await press('Refuse');
    await says('It goes on from here, also after this tab was closed');
    expect(await stepsDone()).to.equal(2);
    await keepPictures(page, 'found-broken-off');
    expect(await violationsOf(page)).to.deep.equal([]);
    expect(await reader().listKeys(account)).to.have.length(1);
    expect((await reader().getAccounting()).treasuryYocto).to.equal(0n);

    // Even a draft that was lost: the founding keeps what it was begun with.
    await page.evaluate(() =>
      Object.keys(localStorage)
        .filter((name) => name.includes('found-dao'))
        .forEach((name) => localStorage.removeItem(name)),
    );
    await page.reload();
    await press(`Go on with ${account}`);
    await says('It goes on from here');
    expect(await field('Members').inputValue()).to.equal(`${founder} 1\nada.local 1`);
  });

  it('is finished with nobody left who holds a key of it', async () => {
    await press('Go on founding it');
    await page.getByRole('dialog').getByText('"deposit"').first().waitFor();
    await press('Sign');
    await says('is founded, and nobody holds a key of it');
    await keepPictures(page, 'founded');
    expect(await violationsOf(page)).to.deep.equal([]);
    const client = reader();
    expect(await client.listKeys(account)).to.deep.equal([]);
    expect((await client.getAccounting()).treasuryYocto).to.equal(25n * near);
    expect((await client.getPolicy()).quorumBps).to.equal(4_000);
    expect(await client.getCodeOnChain()).to.equal(dao.network.contractDigest);
    await client.checkHealth();
    const kept = await page.evaluate(() => Object.keys(localStorage));
    expect(kept.filter((name) => name.startsWith('cw/founding/'))).to.deep.equal([]);
  });

  it('is opened by its founder here, says so on every page, and takes his first proposal', async () => {
    await press(`Open ${account} here`);
    await says(`You are looking at ${account}, which was founded in this browser`);
    await page.getByRole('link', { name: 'ada.local' }).waitFor();
    await page.goto(`${dao.url}/#/propose/transfer`);
    await field('To').fill('ada.local');
    await field('Amount in NEAR').fill('2');
    await page.getByRole('button', { name: `Propose it as ${founder}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"AddKey"').waitFor();
    await press('Sign');
    await dialog.getByText('"propose"').waitFor();
    await press('Sign');
    await page.getByRole('link', { name: 'proposal 1' }).click();
    await page.getByRole('button', { name: 'Vote yes' }).waitFor();
    expect((await reader().listProposals({ limit: 5 })).length).to.equal(1);
    await press('Back to dao.local');
    await page.getByText('You are looking at').waitFor({ state: 'detached' });
  });

  it('met no error so far', () => {
    expect(problems).to.deep.equal([]);
  });
});
