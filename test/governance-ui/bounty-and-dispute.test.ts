/**
 * Data in a real browser over a real chain and registry: labels handed in, revealed, judged and paid from
 * the page, each step signed in the wallet; and a dataset that is disputed, shown with its evidence.
 */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { hostileText } from './dao-fixture.js';
import { RealDao, visitor } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const reviewer = 'eve.local';
const disputer = 'fay.local';
const member = 'mia.local';

describe('data in a browser', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems, press, sign } = screen;
  let page: Page;
  let bounty: number;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
    await page.goto(dao.network.walletUrl!);
    await page.getByLabel('Act as').waitFor();
  });
  after(async () => {
    await screen.close();
    await dao?.stop();
  });

  const open = (hash: string) => screen.goTo(`${dao.url}/${hash}`);
  const actAs = async (account: string) => {
    await open('#/wallet');
    await page.getByLabel('Act as').selectOption(account);
    await open(`#/bounties/${bounty}`);
    await page.getByRole('link', { name: account, exact: true }).first().waitFor();
  };
  const view = async () => (await dao.client().getBounty({ bounty }))!;

  it('is asked for by a bounty, whose instructions are shown as text', async () => {
    const file = join(dao.cli.folder, 'spam.md');
    await writeFile(file, `Label each mail "spam" or "mail". ${hostileText}`);
    bounty = await dao.decide(
      ...['bounty', 'propose', 'Tell spam from mail', '--instructions', 'spam.md'],
      ...['--licence', 'CC0-1.0', '--items', '10', '--price', '0.5', '--reviewers', '1'],
      ...['--material', 'essays@1'],
    );
    await open(`#/bounties/${bounty}`);
    await page
      .getByText('Connect a wallet')
      .or(page.getByText('Hand in').first())
      .first()
      .waitFor();
    expect(await page.locator('blockquote').first().innerText()).to.contain(hostileText);
    expect(await page.locator('main img, main script').count()).to.equal(0);
  });

  it('says line by line what is no item, and hands in the rest sealed, once', async () => {
    await actAs(visitor);
    const field = page.getByLabel(/One item a line/);
    await field.fill('{"text":"buy now"}\nnonsense\n{"text":"dear friend","label":"mail"}');
    await page.getByText('Line 1:').waitFor();
    await page.getByText('Line 2:').waitFor();
    expect(await page.getByRole('button', { name: 'Seal and hand in' }).isDisabled()).to.equal(
      true,
    );
    const items = [
      { text: 'buy now', label: 'spam' },
      { text: 'see you at noon', label: 'mail' },
      { text: 'you have won', label: 'spam' },
      { text: 'dear friend', label: 'spam' },
    ];
    await field.fill(items.map((one) => JSON.stringify(one)).join('\n'));
    await keepPictures(page, 'bounty-hand-in');
    expect(await violationsOf(page)).to.deep.equal([]);
    await press('Seal and hand in');
    await press('Refuse');
    await page.getByText('you refused it in the wallet, so nothing was sent').waitFor();
    await sign('Seal and hand in', ['bounty_commit']);
    await page.getByText('Handing in: done, and final.').waitFor();
    expect(await view()).to.include({ batches: 1, phase: 'submit' });
    await press('Seal and hand in');
    await page.getByText('Handing in: done, and final.').waitFor();
    expect((await view()).batches, 'what was handed in is not again').to.equal(1);
  });

  it('draws reviewers among who applied, and is moved on by anybody', async () => {
    await actAs(reviewer);
    await sign(/Ask to be drawn as a reviewer/, ['bounty_apply']);
    await page.getByText('You may be drawn').waitFor();
    await dao.good('network', 'forward', '8d');
    await sign('Move it on', ['bounty_tick']);
    await page.getByText('0 of 1 batch revealed').waitFor();
  });

  it('is revealed from where it was sealed, its items published', async () => {
    await actAs(visitor);
    await sign('Publish and reveal 1 batch', ['AddKey', 'bounty_reveal']);
    await page.getByText('1 of 1 batch revealed').waitFor();
    await sign('Move it on', ['bounty_tick']);
    await page.getByText('Reviewers judge, sealed').waitFor();
  });

  it('is judged item by item, sealed and opened', async () => {
    await actAs(reviewer);
    await press('Show the items');
    const items = page.locator('fieldset.item');
    await items.first().waitFor();
    expect(await items.count()).to.equal(4);
    // Three of four: a batch of which less is right is turned down as a whole.
    for (const [text, vote] of [
      ['buy now', 'accept'],
      ['see you at noon', 'accept'],
      ['you have won', 'accept'],
      ['dear friend', 'turn down'],
    ] as const) {
      await items.filter({ hasText: text }).getByLabel(vote).check();
    }
    await page.getByText('All are judged.').waitFor();
    await keepPictures(page, 'bounty-judge');
    expect(await violationsOf(page)).to.deep.equal([]);
    await sign('Seal the votes', ['bounty_review']);
    await page.getByText('1 review so far').waitFor();
    await sign('Move it on', ['bounty_tick']);
    await sign('Open the votes on 1 batch', ['bounty_open']);
    await page.getByText('1 of 1 review opened').waitFor();
  });

  it('is paid by the item, and says how it came out', async () => {
    while ((await view()).phase !== 'closed') {
      await dao.good('bounty', 'tick', `${bounty}`);
    }
    await page.getByText('3 items accepted and paid').waitFor();
    const row = page.getByRole('region', { name: 'Table of the batches' }).locator('tbody tr');
    expect((await row.innerText()).split(/\s+/)).to.deep.equal([
      '0',
      visitor,
      '4',
      '1',
      'of',
      '1',
      '3',
    ]);
    await keepPictures(page, 'bounty-closed');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('becomes a dataset, on whose page stand licence, contributors and where it came from', async () => {
    await dao.good('bounty', 'publish', `${bounty}`, 'spam@1');
    await open('#/datasets');
    await keepPictures(page, 'datasets');
    expect(await violationsOf(page)).to.deep.equal([]);
    await page
      .getByRole('region', { name: 'Datasets' })
      .getByRole('link', { name: 'spam@1' })
      .click();
    await page.getByRole('heading', { name: 'Contributors' }).waitFor();
    const shown = await page.locator('main').innerText();
    expect(shown).to.contain('CC0-1.0').and.contain(`bounty ${bounty}`);
    expect(shown).to.match(/vera\.local\s+100 %/);
    expect(shown).to.contain('npx commonweights dataset verify spam@1 --reproduce');
  });

  it('is disputed from its page, with a bond and with evidence that cannot act', async () => {
    await actAs(disputer);
    await open('#/datasets/essays%401');
    const disputes = page.getByRole('button', { name: /Dispute it with 1 NEAR/ });
    await disputes.waitFor();
    expect(await disputes.isDisabled(), 'without evidence').to.equal(true);
    await page.getByLabel('What shows that').fill(`These texts are mine. ${hostileText}`);
    await keepPictures(page, 'dataset-to-dispute');
    expect(await violationsOf(page)).to.deep.equal([]);
    await disputes.click();
    await page.getByRole('dialog').getByText('"AddKey"').waitFor();
    await press('Refuse');
    await page.getByText('you refused it in the wallet, so nothing was sent').waitFor();
    expect(await dao.client().listDatasetDisputes({ id: 'essays@1' })).to.deep.equal([]);
    await sign(/Dispute it with 1 NEAR/, ['AddKey', 'dispute_dataset']);
    await page.getByRole('heading', { name: 'Dispute 1' }).waitFor();
    await page.getByText('Fetch it').click();
    await page.locator('blockquote').waitFor();
    expect(await page.locator('blockquote').innerText()).to.contain(hostileText);
    expect(await page.locator('main img, main script').count()).to.equal(0);
    const shown = await page.locator('main').innerText();
    expect(shown).to.match(/by fay\.local, .* with a bond of\s+1 NEAR/);
    expect(shown).to.contain('clean@1').and.contain('packed@1');
    expect(shown).to.contain('If they do not decide, anybody may end it in 29 days');
    await keepPictures(page, 'dataset-disputed');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is put to the members by a form that knows what is disputed, and decided by their vote', async () => {
    await actAs(member);
    await open('#/datasets/essays%401');
    await press('Propose to withdraw the dataset');
    await page.getByRole('heading', { name: 'Decide about a disputed dataset' }).waitFor();
    expect(await page.getByLabel('Dataset', { exact: true }).inputValue()).to.equal('essays@1');
    expect(await page.getByLabel('Dispute', { exact: true }).inputValue()).to.equal('1');
    await page.getByLabel('Report').fill('The letter is genuine.');
    await sign(`Propose it as ${member}`, ['AddKey', 'propose']);
    await page.getByRole('link', { name: /^proposal \d+$/ }).click();
    await sign('Vote yes', ['vote']);
    await page.getByText(`${member} voted yes`).first().waitFor();
    await dao.good('network', 'forward', '2m');
    await sign('Execute it', ['execute']);
    await page.getByText('executed').first().waitFor();
    await open('#/datasets/essays%401');
    await page.getByText('upheld').first().waitFor();
    await page.getByText('withdrawn').first().waitFor();
    // A verdict that withdraws it is the last there is.
    expect(await page.getByRole('button', { name: /Dispute it/ }).count()).to.equal(0);
  });

  it('is nobody’s to block for ever: what the members leave undecided lapses', async () => {
    await actAs(disputer);
    await open('#/datasets/clean%401');
    await page.getByLabel('What shows that').fill('Somebody told me.');
    await sign(/Dispute it with 1 NEAR/, ['dispute_dataset']);
    await page.getByRole('heading', { name: 'Dispute 1' }).waitFor();
    await dao.good('network', 'forward', '31d');
    await sign('End it: the members did not decide in time', ['lapse_dataset_dispute']);
    await page.getByText('lapsed').first().waitFor();
    await page.getByRole('button', { name: /Dispute it with 2 NEAR/ }).waitFor();
  });

  it('has a publisher who may leave items out, and withdraw it for good', async () => {
    await actAs(member);
    await open('#/datasets/clean%401');
    const field = page.getByLabel(/The digest of an item/);
    await field.fill('nonsense');
    await page.getByText('Line 1 is neither the digest of an item nor an item.').waitFor();
    await field.fill('{"text":"the thing"}\n{"text":"the thing"}');
    await sign('Leave 1 out', ['set_opt_out']);
    await page.getByText('are left out of whatever is derived from it').waitFor();
    const withdraws = page.getByRole('button', { name: 'Withdraw clean@1' });
    expect(await withdraws.isDisabled()).to.equal(true);
    await page.getByLabel('It is for good: I know.').check();
    await keepPictures(page, 'dataset-publisher');
    expect(await violationsOf(page)).to.deep.equal([]);
    await sign('Withdraw clean@1', ['withdraw_dataset']);
    await page.getByText('withdrawn').first().waitFor();
    expect((await dao.client().getDataset({ id: 'clean@1' }))!.status).to.equal('withdrawn');
    expect(problems).to.deep.equal([]);
  });
});
