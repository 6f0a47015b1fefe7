/** From opening the page to a vote that is counted, without a mouse. */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { RealDao } from './real-dao.js';
import { Screen } from './screen.js';

const tabsMax = 120;

describe('a keyboard alone', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  let page: Page;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
    const action = { kind: 'transfer', to: 'ada.local', amountYocto: '5' };
    await writeFile(join(dao.cli.folder, 'action.json'), JSON.stringify(action));
    await dao.good('proposal', 'create', 'action.json');
    await page.goto(dao.network.walletUrl!);
    await page.getByLabel('Act as').waitFor();
  });
  after(async () => {
    await screen.close();
    await dao?.stop();
  });

  const focused = () =>
    page.evaluate(() => {
      const it = document.activeElement;
      return it?.getAttribute('aria-label') ?? it?.textContent?.trim() ?? '';
    });
  /** Goes on with Tab until what has the focus is so called. */
  const tabTo = async (name: string | RegExp) => {
    for (let tabs = 0; tabs < tabsMax; tabs++) {
      await page.keyboard.press('Tab');
      const at = await focused();
      if (typeof name === 'string' ? at === name : name.test(at)) return;
    }
    throw new Error(`no ${String(name)} within ${tabsMax} tabs`);
  };

  it('skips to the content, and arrives at each page where it begins', async () => {
    await page.goto(`${dao.url}/#/`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await tabTo('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('main');
    await tabTo(/^1 · Pay/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'The vote' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('main');
  });

  it('votes: the question takes the focus, Escape is no, and Enter on "Sign" is yes', async () => {
    await page.getByText('has not voted').waitFor();
    await tabTo('Vote yes');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).to.equal(
      true,
    );
    await page.keyboard.press('Escape');
    await page.getByText('you refused it in the wallet').waitFor();
    // Where it was pressed is where one goes on.
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Vote yes');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo('Sign');
    await page.keyboard.press('Enter');
    await page.getByText('Your vote: done, and final.').waitFor();
    expect((await dao.client().getProposal({ proposal: 1 }))!.yes).to.equal('1');
  });

  it('proposes: fields, units and choices are reached and changed', async () => {
    await page.goto(`${dao.url}/#/propose/pause-run`);
    await page.getByLabel('Run', { exact: true }).waitFor();
    await page.locator('#main').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('9');
    expect(await page.getByLabel('Run', { exact: true }).inputValue()).to.equal('9');
    await tabTo('For at most: unit');
    await page.keyboard.press('h');
    expect(await page.getByLabel('For at most: unit').inputValue()).to.equal('h');
    await page.getByText('There is no run 9.').waitFor();
  });
});
