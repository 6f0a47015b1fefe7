/**
 * A whole run watched in a real browser over a real chain, registry and trainers: its phases as they come,
 * its loss measured in the page, and every figure opened to what it is made of.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { RealDao, trainers } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const rounds = 3;

describe('a run that is watched', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems } = screen;
  let page: Page;
  let run: number;
  const stop = new AbortController();
  let crew: Promise<unknown> = Promise.resolve();

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
  });
  after(async () => {
    stop.abort();
    await crew.catch(() => {});
    await screen.close();
    await dao?.stop();
  });

  const open = (name: RegExp) => page.locator('details.figure summary', { hasText: name }).click();
  const behind = (name: RegExp) =>
    page.locator('details.figure', { hasText: name }).locator('.behind').innerText();

  it('is shown from the seats that are applied for to the last root', async () => {
    run = await dao.fundRun({ maxAuditors: 0, rounds, minWorkers: 2, maxWorkers: 2 });
    await page.goto(`${dao.url}/#/runs/${run}`);
    await page.getByText(/0 applied for 2 seats/).waitFor();
    const { signal } = stop;
    crew = Promise.all(trainers.map((account) => dao.train(account, run, { signal })));
    await Promise.race([dao.endEnrolment(run, trainers.length), crew]);
    await page.getByRole('button', { name: 'Measure it here' }).click();
    await page.getByText(`${rounds} of ${rounds} rounds final`).waitFor();
    await crew;
    await page.getByText('All rounds are final').waitFor();
    expect(await page.locator('.timeline svg').count()).to.be.above(0);
  });

  it('has a loss curve that goes on while it does, to the digit that its release is voted with', async () => {
    const all = new RegExp(`${rounds + 1} states are measured`);
    await page.getByText(all).waitFor();
    await open(new RegExp(`after round ${rounds}`));
    const table = page.getByRole('region', { name: 'Measured states' });
    const rows = await table.locator('tbody tr').allInnerTexts();
    expect(rows).to.have.length(rounds + 1);
    const losses = rows.map((row) => Number(row.trim().split(/\s+/).at(-1)));
    const label = await page.locator('.loss-curve').getAttribute('aria-label');
    expect(label).to.contain(`Loss from round 0 to ${rounds}`);
    const release = await dao.publishRelease(run);
    const { evaluation } = (await dao.client().getRelease({ release }))!;
    const response = await fetch(`${dao.network.registryUrl}/blobs/${evaluation}`);
    const voted = (await response.json()) as { heldOutLoss: number; initialLoss: number };
    expect([losses[0], losses.at(-1)]).to.deep.equal([voted.heldOutLoss, voted.initialLoss]);
  });

  it('opens every number to its formula and the records behind it', async () => {
    await open(/paid for verified work/);
    expect(await behind(/paid for verified work/)).to.match(
      /6 verified rounds × 1 NEAR = 6 NEAR[\s\S]*= \d/,
    );
    await open(/still in escrow/);
    expect(await behind(/still in escrow/)).to.match(/of budget − .* paid − .* = /);
    await open(/updates handed in/);
    expect(await behind(/updates handed in/)).to.match(/bytes: the sizes of 6 updates/);
    await open(/places used/);
    expect(await behind(/places used/)).to.contain('6 updates that count / (3 rounds × 2 places)');
    await open(/time spent training/);
    expect(await behind(/time spent training/)).to.contain('of train /');
    await page.getByRole('button', { name: /ada\.local/ }).click();
    const seat = await page.getByRole('region', { name: /stands behind ada\.local/ }).innerText();
    expect(seat)
      .to.match(/3 verified rounds × 1 NEAR/)
      .and.match(/3 updates in the rounds shown/);
    await keepPictures(page, 'run-watched');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is read the same in Chinese', async () => {
    await page.evaluate(() => localStorage.setItem('cw/language', 'zh-Hans'));
    await page.reload();
    await page.getByRole('button', { name: '在此测量' }).click();
    await page.getByText(`已测量 ${rounds + 1} 个状态`).waitFor();
    await page.getByText('流量与利用率').waitFor();
    await keepPictures(page, 'run-watched-chinese');
    expect(problems).to.deep.equal([]);
  });
});
