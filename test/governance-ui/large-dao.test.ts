/** A DAO of many years in a real browser: whatever there is, a page draws and asks for what can be seen. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { growDao } from './large-dao.js';
import { Screen } from './screen.js';
import { violationsOf } from './violations.js';
import { startPageServer, type PageServer } from './page-server.js';

describe('the pages of a DAO of many years', function () {
  this.timeout(300_000);
  let server: PageServer;
  const screen = new Screen();
  let page: Page;

  before(async function () {
    page = await screen.open(this);
    server = await startPageServer();
    growDao(server.dao, { proposals: 10_000, workers: 1_000, rounds: 100_000 });
  });
  after(async () => {
    await screen.close();
    await server?.stop();
  });

  const rows = (region: string) =>
    page.getByRole('region', { name: region, exact: true }).locator('tbody tr');

  it('show fifty of a thousand workers at a time, each to be opened', async () => {
    await page.goto(`${server.url}/#/runs/2`);
    await page
      .getByText(/^1–50 of 1.000$/)
      .first()
      .waitFor();
    expect(await rows('Seats of the run').count()).to.equal(50);
    expect(await rows('Who has acted in the open round').count()).to.equal(50);
    const pager = page.getByRole('navigation', { name: 'Pages of the seats' });
    for (let turn = 0; turn < 19; turn++) await pager.getByRole('button', { name: 'On' }).click();
    await pager.getByText(/^951–1.000 of 1.000$/).waitFor();
    expect(await pager.getByRole('button', { name: 'On' }).isDisabled()).to.equal(true);
    await page.getByRole('button', { name: /worker999\.local/ }).click();
    await page.getByRole('region', { name: /stands behind worker999\.local/ }).waitFor();
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('ask for the sixty newest of thousands of records, once, and check that they hang together', async () => {
    const asked = server.node.calls.filter((one) => one === 'get_round_record');
    expect(asked).to.have.length(60);
    await page.getByText('This page hashed 60 records').waitFor();
    await page.getByRole('link', { name: 'Earlier rounds' }).click();
    await page.getByRole('heading', { name: 'Rounds 99881 to 99940' }).waitFor();
    await page.getByText('that the record of round 99941 names').waitFor();
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).to.be.below(8_000);
  });

  it('list the newest of ten thousand proposals, older ones by pages, accessible at any size', async () => {
    await page.goto(`${server.url}/#/proposals`);
    await page.getByRole('link', { name: /^10.?000 · / }).waitFor();
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).to.be.below(8_000);
    expect(await violationsOf(page)).to.deep.equal([]);
  });
});
