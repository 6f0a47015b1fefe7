/**
 * Proposals made on the page, on a real chain: forms that the contract's rules check while somebody
 * types, drafts that outlive a reload and a wallet's no, and a run that trainers then work in.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { RealDao, trainers } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const member = 'mia.local';

describe('a proposal made on the page', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems, press, text, field } = screen;
  let page: Page;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
  });
  after(async () => {
    await screen.close();
    await dao?.stop();
  });

  const open = (hash: string) => screen.goTo(`${dao.url}/${hash}`);
  const fill = (label: string, value: string) =>
    page.getByLabel(label, { exact: true }).fill(value);
  const sends = () => page.getByRole('button', { name: `Propose it as ${member}` });

  it('begins with the choice of what to ask for', async () => {
    await open('#/proposals');
    await page.getByRole('link', { name: 'Make a proposal' }).click();
    await page.getByRole('link', { name: 'Pay NEAR' }).waitFor();
    expect(await page.locator('.kinds a').count()).to.equal(19);
    await keepPictures(page, 'propose');
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.getByRole('link', { name: 'Pay NEAR' }).click();
    await page.getByText('Connect a wallet to propose it').waitFor();
  });

  it('is checked while it is typed, by the rules of the contract', async () => {
    await page.goto(dao.network.walletUrl!);
    await page.getByLabel('Act as').selectOption(member);
    await open('#/propose/transfer');
    await fill('To', 'Not An Account');
    await page.getByText('This is no name of a NEAR account.').waitFor();
    expect(await field('To').getAttribute('aria-invalid')).to.equal('true');
    await fill('Amount in NEAR', '2,5');
    await page.getByText('Write an amount like 1.5').waitFor();
    expect(await sends().isDisabled()).to.equal(true);
    await keepPictures(page, 'propose-wrong');
    expect(await violationsOf(page)).to.deep.equal([]);
    await fill('To', 'ada.local');
    await fill('Amount in NEAR', '2.5');
    await page
      .getByText('2.5 NEAR would move from the treasury to the ledger of ada.local')
      .waitFor();
    await page
      .getByText(/It takes 2.5 NEAR out of the treasury, which holds .* would be left/)
      .waitFor();
    expect(await sends().isDisabled()).to.equal(false);
    await fill('Amount in NEAR', '99999999');
    await page.getByText('it could not be carried out unless more is deposited').waitFor();
    await fill('Amount in NEAR', '2.5');
  });

  it('survives a reload as a draft, which the chooser names', async () => {
    await page.getByLabel('In your words').fill('For the <b>labels</b> of May.');
    await page.reload();
    await page.getByText('2.5 NEAR would move from the treasury').waitFor();
    expect(await field('To').inputValue()).to.equal('ada.local');
    expect(await page.getByLabel('In your words').inputValue()).to.equal(
      'For the <b>labels</b> of May.',
    );
    await open('#/propose');
    await page.locator('.kinds li', { hasText: 'Pay NEAR' }).getByText('draft').waitFor();
  });

  it('stays a draft when the wallet refuses, whatever it was asked for', async () => {
    await open('#/propose/transfer');
    await sends().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"AddKey"').waitFor();
    expect(await dialog.innerText()).to.contain('sign_uploads_only');
    await press('Refuse');
    await page.getByText('you refused it in the wallet, so nothing was sent').waitFor();
    expect(await dao.client().listKeys(member)).to.have.length(1);
    await sends().click();
    await dialog.getByText('"AddKey"').waitFor();
    await press('Sign');
    await dialog.getByText('"propose"').waitFor();
    await press('Refuse');
    await page.getByText('you refused it in the wallet, so nothing was sent').waitFor();
    expect(await field('To').inputValue()).to.equal('ada.local');
    expect(await dao.client().listProposals()).to.deep.equal([]);
    await keepPictures(page, 'propose-refused');
  });

  it('uploads with a key that can do nothing on chain, and is asked for it once', async () => {
    const keys = await dao.client().listKeys(member);
    const [granted] = keys.filter(({ mayCall }) => mayCall !== null);
    expect(granted).to.deep.include({ methods: ['sign_uploads_only'], allowanceYocto: 0n });
    await sends().click();
    await page.getByRole('dialog').getByText('"propose"').waitFor();
    await press('Sign');
    await page.getByText('Your proposal: done, and final.').waitFor();
    await page.getByRole('link', { name: 'proposal 1' }).click();
    await page.getByRole('heading', { name: 'Pay 2.5 NEAR to ada.local' }).waitFor();
    expect(await page.locator('blockquote').innerText()).to.equal('For the <b>labels</b> of May.');
    await open('#/propose/transfer');
    expect(await field('To').inputValue()).to.equal('');
  });

  it('waits for its place, where the policy gives an account one at a time', async () => {
    await open('#/propose/resume-run');
    await fill('Run', '1');
    await page.getByText(`an account may have 1, and ${member} has 1`).waitFor();
    expect(await sends().isDisabled()).to.equal(true);
    await press('Discard the draft');
    await dao.good('proposal', 'vote', '1', 'yes');
    await dao.good('network', 'forward', '2m');
    await dao.good('proposal', 'execute', '1');
  });

  it('of the policy begins with the policy of now, and tells the difference', async () => {
    await open('#/propose/set-policy');
    await page.getByText('It would change nothing.').waitFor();
    await fill('Approval, in %', '20');
    await page.getByText('It must be from 50 % to 100 %.').waitFor();
    await fill('Approval, in %', '66.67');
    await page.getByText('Approval would take 66.67 % instead of 50 %.').waitFor();
    await keepPictures(page, 'propose-policy');
    expect(await violationsOf(page)).to.deep.equal([]);
    await press('Discard the draft');
    await page.getByText('It would change nothing.').waitFor();
  });

  it('says before anything is signed what the contract would refuse', async () => {
    await open('#/propose/open-bounty');
    await fill('Title', 'Tell spam from mail');
    await page.getByLabel('Instructions').fill('Spam or not.');
    await page.getByText('would be paid 0.02 NEAR each').waitFor();
    await fill('Licence', 'LicenseRef-secret');
    await page.getByText('LICENCE_NOT_ALLOWED').waitFor();
    expect(await sends().isDisabled()).to.equal(true);
    await fill('Licence', 'CC0-1.0');
    await fill('Bond of a batch, in NEAR', '0.01');
    await page.getByText('The rules refuse it:').waitFor();
    await open('#/propose/stop-run');
    await fill('Run', '7');
    await page.getByText('There is no run 7 among the newest ones.').waitFor();
  });

  it('of a run is planned: what the model takes, what the data is, what it costs', async () => {
    await open('#/propose/fund-run');
    await page.getByText('When model and data are right').waitFor();
    const tiny = {
      ...{ Title: 'A run from a page', Layers: '1', Width: '16', 'Attention heads': '2' },
      ...{ 'Heads of keys and values': '1', 'Width inside a layer': '32', Context: '16' },
      ...{ Rounds: '2', 'Steps of a round': '2', 'Sequences of a step': '2' },
      ...{ 'Segments of a round': '2', 'Steps of warm-up': '1' },
      ...{ 'Held-out sequences evaluated': '2', 'Trainers at most': '2' },
    };
    for (const [label, value] of Object.entries(tiny)) await fill(label, value);
    await field('Dataset').selectOption('packed@1');
    await page.getByText('The policy allows to train on it.').waitFor();
    await page.getByText(/tokens to train on and .* held out, of a vocabulary of 300/).waitFor();
    await page.getByRole('term').filter({ hasText: 'Parameters' }).waitFor();
    await page.getByText(/lazy-auditor would pay: .* raise stakeYocto to/).waitFor();
    await fill('Stake of a seat, in NEAR', '6');
    await page.getByText(/NEAR of the treasury would be locked for one run/).waitFor();
    await fill('Width', '17');
    await page.getByText('must be an even multiple of model.heads').waitFor();
    await fill('Width', '16');
    await fill('Work that is audited, in %', '1');
    await page.getByText(/The rules refuse it/).waitFor();
    await fill('Work that is audited, in %', '100');
    await page.getByText(/NEAR of the treasury would be locked for one run/).waitFor();
    await keepPictures(page, 'propose-run');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('of a run is prepared here, proposed, and then real trainers finish it', async () => {
    await page.reload();
    await page.getByText(/NEAR of the treasury would be locked for one run/).waitFor();
    await sends().click();
    await page.getByRole('dialog').getByText('"propose"').waitFor();
    await press('Sign');
    await page.getByText('Your proposal: done, and final.').waitFor();
    await dao.good('proposal', 'vote', '2', 'yes');
    await dao.good('network', 'forward', '2m');
    await dao.good('proposal', 'execute', '2');
    const crew = Promise.all(trainers.map((one) => dao.train(one, 1)));
    await Promise.race([dao.endEnrolment(1, 2), crew]);
    await crew;
    expect((await dao.client().getRun({ run: 1 }))!.status).to.equal('completed');
    await open('#/runs/1');
    expect(await text()).to.contain('2 of 2 rounds final');
  });

  it('met no error so far', () => {
    expect(problems).to.deep.equal([]);
  });
});
