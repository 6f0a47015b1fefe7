/** Pages in a real browser that are told of changes: quiet while nothing happens, at once when it does. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startPageServer, type PageServer } from './page-server.js';
import { Screen } from './screen.js';

describe('pages that are told of changes', function () {
  this.timeout(120_000);
  let server: PageServer;
  const screen = new Screen();
  const { problems } = screen;
  let page: Page;

  before(async function () {
    page = await screen.open(this);
    server = await startPageServer({ events: true });
    await page.clock.install();
  });
  after(async () => {
    await screen.close();
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
