/** Pages in a real browser that are told of changes: quiet while nothing happens, at once when it does. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { absentHere } from '../support/absent-here.js';
import { findChromium, openBrowser, type OpenBrowser } from './browser.js';
import { startPageServer, type PageServer } from './page-server.js';

describe('pages that are told of changes', function () {
  this.timeout(120_000);
  let server: PageServer;
  let browser: OpenBrowser;
  let page: Page;
  const problems: string[] = [];

  before(async function () {
    const chromium = findChromium();
    if (!chromium) absentHere(this, 'no Chromium; install it or set CHROMIUM to its path');
    server = await startPageServer({ events: true });
    browser = await openBrowser(chromium);
    page = await browser.context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.clock.install();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Lets the page's time go by, so that all that is due is asked for. */
  const wait = async (seconds: number) => {
    await page.clock.runFor(1_000 * seconds);
  };
  const callsIn = async (seconds: number) => {
    const before = server.node.calls.length;
    await wait(seconds);
    return server.node.calls.slice(before).filter((one) => one === 'get_run').length;
  };

  it('ask for nothing while nothing happens, and read at once what did', async () => {
    const told = page.waitForResponse(`${server.url}/events`);
    await page.goto(`${server.url}/#/runs/2`);
    await told;
    await page.getByText('Round 7 is in its phase certify').waitFor();
    await wait(5);
    expect(await callsIn(10), 'readings of a live run in ten seconds').to.be.at.most(1);
    server.dao.runs[1]!.play.certify();
    server.tell(8);
    await page.clock.resume();
    await page.getByText('Round 7 is in its phase aggregate').waitFor({ timeout: 30_000 });
    expect(problems).to.deep.equal([]);
  });
});
