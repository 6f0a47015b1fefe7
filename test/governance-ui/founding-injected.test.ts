/**
 * A DAO founded with a wallet that is not ours: it is asked for what a founding takes, its owner says no
 * at each step once, and what was begun is neither lost nor done twice.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { hostAsTestnet, InjectedWallet, type TestnetHost } from './injected-wallet.js';
import { RealDao } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const founder = 'mia.local';
const account = 'commons.mia.local';
const near = 10n ** 24n;
const refused = 'you refused it in the wallet, so nothing was sent';

describe('a DAO founded with a wallet of the browser', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  let host: TestnetHost;
  let wallet: InjectedWallet;
  let page: Page;
  const screen = new Screen();
  const { problems, press, field, says } = screen;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
    host = await hostAsTestnet(dao);
    wallet = new InjectedWallet(dao, founder);
    await wallet.putInto(page);
  });
  after(async () => {
    await screen.close();
    await host?.stop();
    await dao?.stop();
  });

  const reader = () => connect({ network: dao.network.network, contract: account });
  const stepsDone = () => page.locator('ol .badge').count();

  it('wants a wallet, which its owner may refuse to connect', async () => {
    await screen.goTo(`${host.url}/#/found`);
    await field('Account of the DAO').fill(account);
    await field('Members').fill(`${founder} 1`);
    await field('To the treasury, in NEAR').fill('25');
    await page.getByText('Connect a wallet').click();
    wallet.next = ['no'];
    await press('Connect');
    await says('the wallet did not sign');
    await press('Connect');
    await page.getByRole('link', { name: founder }).waitFor();
    await screen.goTo(`${host.url}/#/found`);
    await page.waitForFunction(
      (name) => [...document.querySelectorAll('input')].some(({ value }) => value === name),
      account,
    );
  });

  it('asks it for an account, its money and a key of it in one, and sends nothing at its no', async () => {
    wallet.next = ['no'];
    await press(`Found ${account} as ${founder}`);
    await says(refused);
    expect(wallet.requests).to.deep.equal([['CreateAccount', 'Transfer', 'AddKey']]);
    expect(await reader().viewAccount(account)).to.equal(null);
    await keepPictures(page, 'found-injected-refused');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('keeps what was done when the wallet says no in the middle', async () => {
    wallet.next = ['yes', 'no'];
    await press(`Found ${account} as ${founder}`);
    await says('It goes on from here, also after this tab was closed');
    await says(refused);
    expect(await stepsDone()).to.equal(2);
    expect(await reader().getCodeOnChain()).to.equal(dao.network.contractDigest);
    expect((await reader().getAccounting()).treasuryYocto).to.equal(0n);
    // The new account's own key signed the code; the wallet was asked for the money only.
    expect(wallet.requests.slice(2)).to.deep.equal([['FunctionCall']]);
  });

  it('goes on in a page that was opened again, asking for the rest and for nothing twice', async () => {
    await page.reload();
    await page.getByRole('link', { name: founder }).waitFor();
    // The form is as it was left, so it goes on without being chosen.
    await press('Go on founding it');
    await says('is founded, and nobody holds a key of it');
    expect(wallet.requests.slice(3)).to.deep.equal([['FunctionCall']]);
    expect(await reader().listKeys(account)).to.deep.equal([]);
    expect((await reader().getAccounting()).treasuryYocto).to.equal(25n * near);
    await reader().checkHealth();
    await keepPictures(page, 'founded-injected');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is governed with the same wallet: what was founded takes its first proposal', async () => {
    await press(`Open ${account} here`);
    await says(`You are looking at ${account}, which was founded in this browser`);
    await screen.goTo(`${host.url}/#/propose/transfer`);
    await field('To').fill('ada.local');
    await field('Amount in NEAR').fill('2');
    await press(`Propose it as ${founder}`);
    await page.getByRole('link', { name: 'proposal 1' }).click();
    await press('Vote yes');
    await says('Your vote: done, and final.');
    expect((await reader().getProposal({ proposal: 1 }))!.yes).to.equal('1');
    expect(problems).to.deep.equal([]);
  });
});
