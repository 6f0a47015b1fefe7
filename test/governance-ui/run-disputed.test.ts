/**
 * A run's dispute from beginning to end, on a page over a real chain and real trainers, one of whom made
 * its work up: the evidence is fetched, who lost appeals from the page, and the members have the last word.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { fabricateFrom } from '@commonweights/cli/main-job/fabricate-round.js';
import { tinyDraft } from '../support/tiny-draft.js';
import { cheats, RealDao, soon, trainers, visitor } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const member = 'mia.local';
const cheat = cheats[0]!;
/** With the cheat and its auditor, two are left to be a jury. */
const honest = [...trainers, visitor];
const rounds = 3;

describe('a dispute of a run', function () {
  // The first build on a machine compiles the contract's engine; four train, two judge.
  this.timeout(600_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  let page: Page;
  let run: number;
  const stop = new AbortController();
  let crew: Promise<unknown> = Promise.resolve();
  const screen = new Screen();
  const { problems, text, says, saysNoMore, press, button, asked, sign } = screen;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
    await page.goto(dao.network.walletUrl!);
    await page.getByLabel('Act as').waitFor();
  });
  after(async () => {
    stop.abort();
    await crew.catch(() => {});
    await screen.close();
    await dao?.stop();
  });

  const open = (hash: string) => screen.goTo(`${dao.url}/${hash}`);
  const actAs = async (account: string) => {
    await open('#/wallet');
    await page.getByLabel('Act as').selectOption(account);
    await open(`#/runs/${run}`);
    await page.getByRole('link', { name: account, exact: true }).first().waitFor();
  };
  const view = async () => (await dao.client().getRun({ run }))!;
  const disputes = () => page.locator('section[aria-labelledby=disputes]');

  it('comes up on the page as it happens: who says what, who judged, what is locked', async () => {
    const seats = honest.length + 1;
    const places = { minWorkers: 2, maxWorkers: seats, maxAuditors: 0 };
    // With so many at stake, a conviction pays for the round that it spoils.
    const economics = { ...tinyDraft.economics, stakeYocto: `30${'0'.repeat(24)}` };
    run = await dao.fundRun({ ...places, economics, rounds });
    await open(`#/runs/${run}`);
    const { signal } = stop;
    crew = Promise.all([
      ...honest.map((account) => dao.train(account, run, { signal })),
      dao.train(cheat, run, { signal, computeRound: fabricateFrom(1) }),
    ]);
    await Promise.race([dao.endEnrolment(run, seats), crew]);
    while ((await view()).disputes[0]?.stage !== 'window') await Promise.race([crew, soon()]);
    await page.getByRole('heading', { name: 'Disputes' }).waitFor();
    await says('A jury decided against the claim.');
    const shown = await disputes().innerText();
    expect(shown).to.match(/Segment \d of eve\.local, round 1/);
    expect(shown).to.match(/The worker opened .*; the auditor .*\.local does not confirm it\./);
    expect(shown).to.match(/Defended by\s+eve\.local/);
    expect(shown).to.match(/Locked\s+3\d NEAR of stake and held-back pay/);
  });

  it('has its evidence to be fetched, under the digests that the chain names', async () => {
    const links = await disputes().locator('a[download]').all();
    expect(links.length).to.be.at.least(2);
    const [first] = links;
    const [download] = await Promise.all([page.waitForEvent('download'), first!.click()]);
    expect(download.suggestedFilename()).to.match(/^[0-9a-f]{12}\.bin$/);
    expect(await download.failure()).to.equal(null);
    await disputes()
      .getByRole('link', { name: /round 1/ })
      .click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).to.contain(`#/runs/${run}/rounds/1`);
  });

  it('offers nobody an appeal who did not lose it', async () => {
    await actAs(trainers[0]!);
    await says('A jury decided against the claim.');
    expect(await button(/^Appeal for/).count()).to.equal(0);
    expect(await text()).to.contain(`npx commonweights dispute appeal ${run} 1`);
    await keepPictures(page, 'run-disputed');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is appealed by who lost, for the price that is said; a no in the wallet changes nothing', async () => {
    await actAs(cheat);
    await press(/^Appeal for/);
    await asked('appeal');
    await press('Refuse');
    await says('you refused it in the wallet, so nothing was sent');
    expect((await view()).disputes[0]!.stage).to.equal('window');
    await press(/^Appeal for/);
    await asked('appeal');
    expect(await page.getByRole('dialog').innerText()).to.match(/"deposit": "\d{20,}"/);
    await press('Sign');
    // Whoever could compute it again has: the members are asked at once.
    await says('The members have the last word, by a proposal');
    expect((await view()).disputes[0]!.stage).to.equal('dao');
    expect(await button(/^Appeal for/).count()).to.equal(0);
    await keepPictures(page, 'run-appealed');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is decided by the members, whose form knows what is asked', async () => {
    await actAs(member);
    await press('Propose a verdict against the claim');
    await page.getByRole('heading', { name: 'Decide a dispute' }).waitFor();
    expect(await page.getByLabel('Run', { exact: true }).inputValue()).to.equal(`${run}`);
    expect(await page.getByLabel('Dispute', { exact: true }).inputValue()).to.equal('1');
    // Nobody is asked to decide without reasons.
    expect(await button(`Propose it as ${member}`).isDisabled()).to.equal(true);
    await screen.field('Report').fill('Its update is not what its data comes to.');
    // The first is a key that can only upload: the reasons are a blob.
    await sign(`Propose it as ${member}`, ['AddKey', 'propose']);
    await page.getByRole('link', { name: /^proposal \d+$/ }).click();
    await keepPictures(page, 'proposal-of-a-verdict');
    expect(await violationsOf(page)).to.deep.equal([]);
    await sign('Vote yes', ['vote']);
    await says(`${member} voted yes`);
    await dao.good('network', 'forward', '2m');
    await sign('Execute it', ['execute']);
    await says('It is executed; nothing is left to do.');
    const left = (await view()).disputes[0];
    expect(left?.stage).to.not.equal('dao');
    expect(left?.appealYocto ?? null, 'nobody appeals against the members').to.equal(null);
    await open(`#/runs/${run}`);
    await saysNoMore('The members have the last word');
    expect(await button(/^Appeal for/).count()).to.equal(0);
    const seat = (await dao.client().getSeats({ run })).find((one) => one.account === cheat)!;
    expect(seat.status).to.equal('expelled');
    expect(problems).to.deep.equal([]);
  });
});
