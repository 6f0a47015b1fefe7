/**
 * A tab of a real browser as auditor in a real run: it joins with a key that its wallet granted,
 * computes other people's segments again, passes what is honest and catches what is not.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { fabricateFrom } from '@commonweights/cli/main-job/fabricate-round.js';
import type { RoundRecord } from '@commonweights/dao-contracts/client/views.js';
import { workerMethods } from '@commonweights/dao-contracts/client/rounds.js';
import { tinyDraft } from '../support/tiny-draft.js';
import { cheats, RealDao, soon, trainers, visitor } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

describe('a tab that audits', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems, press, text } = screen;
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

  const seat = async () => {
    const seats = await dao.client().getSeats({ run });
    return seats.find(({ account }) => account === visitor)!;
  };

  it('says so when no run wants auditors', async () => {
    await page.goto(`${dao.url}/#/contribute`);
    await page.getByText('nobody wants an auditor').waitFor();
    await keepPictures(page, 'contribute-none');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is tested before anything is asked of a wallet, and told what it would earn', async () => {
    const inner = { ...tinyDraft.inner, stepsPerRound: 6, segments: 6 };
    const everybody = trainers.length + cheats.length;
    const audits = { auditsPerClaim: 3, maxAuditors: 1 };
    const economics = { ...tinyDraft.economics, stakeYocto: `30${'0'.repeat(24)}` };
    run = await dao.fundRun({ inner, economics, ...audits, maxWorkers: everybody, rounds: 4 });
    await press(`Test this tab for run ${run}`);
    await page.getByText('It can: an audit takes it about').waitFor();
    expect(await text()).to.match(/It stakes\s+30 NEAR until the run ends/);
    await page.getByText('Connect a wallet to join').waitFor();
  });

  it('connects the development wallet by its link, which then is gone from the address', async () => {
    await page.goto(dao.network.walletUrl!);
    await page.getByLabel('Act as').selectOption(visitor);
    expect(page.url()).to.equal(`${dao.url}/#/wallet`);
    await keepPictures(page, 'wallet');
    expect(await violationsOf(page)).to.deep.equal([]);
    await page.reload();
    await page.getByRole('link', { name: visitor }).waitFor();
  });

  it('joins nothing when the wallet refuses', async () => {
    await page.goto(`${dao.url}/#/contribute`);
    await press(`Test this tab for run ${run}`);
    await press(`Join run ${run} as ${visitor}`);
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText())
      .to.contain(`as ${visitor}`)
      .and.contain('"AddKey"');
    await keepPictures(page, 'contribute-sign');
    await press('Refuse');
    await page.getByText('you refused it in the wallet, so nothing was sent').waitFor();
    expect(await dao.client().getSeats({ run })).to.deep.equal([]);
    expect(await dao.client().listKeys(visitor)).to.have.length(1);
  });

  it('joins with a key that can only work, and stakes', async () => {
    await press(`Join run ${run} as ${visitor}`);
    await press('Sign');
    await page.getByRole('dialog').getByText('"enrol"').waitFor();
    await press('Sign');
    await page.getByRole('heading', { name: /This tab in run/ }).waitFor();
    expect(await seat()).to.include({ role: 'auditor', worker: 'tab' });
    const keys = await dao.client().listKeys(visitor);
    const [granted] = keys.filter(({ mayCall }) => mayCall !== null);
    expect(granted).to.deep.include({ mayCall: dao.network.contract, methods: [...workerMethods] });
    expect(granted!.allowanceYocto).to.equal(10n ** 24n);
  });

  it('pauses, goes on, and works on while another page is looked at', async () => {
    await press('Pause');
    await page.getByText('Paused. An audit that is drawn').waitFor();
    await press('Go on');
    const { signal } = stop;
    crew = Promise.all([
      ...trainers.map((account) => dao.train(account, run, { signal })),
      ...cheats.map((account) =>
        dao.train(account, run, { signal, computeRound: fabricateFrom(2) }),
      ),
    ]);
    await Promise.race([dao.endEnrolment(run, trainers.length + cheats.length + 1), crew]);
    await page.getByRole('link', { name: 'Proposals' }).click();
    await page.getByRole('link', { name: 'auditing' }).click();
    await page
      .getByText(/it computed segment \d again/)
      .first()
      .waitFor();
  });

  it('passes honest work and catches what is made up, by what it computed', async () => {
    const client = dao.client();
    const mine = (await seat()).seat;
    const records: RoundRecord[] = [];
    const verdicts = () =>
      records.flatMap(({ audits, claims }) =>
        audits
          .filter(({ auditor }) => auditor === mine)
          .map((audit) => {
            const { account } = claims.find((claim) => claim.seat === audit.seat)!;
            return { account, verdict: audit.verdict };
          }),
      );
    const caught = () => verdicts().filter(({ verdict }) => verdict === 'failed');
    while (caught().length === 0) {
      await Promise.race([crew, soon()]);
      const view = (await client.getRun({ run }))!;
      for (let round = records.length + 1; round < view.nextRound; round++) {
        const record = await client.getRoundRecord({ run, round });
        if (!record) break;
        records.push(record);
      }
      if (view.status === 'completed') break;
    }
    const passed = verdicts().filter(({ verdict }) => verdict === 'passed');
    expect(caught().map(({ account }) => account)).to.include.members([]).and.not.be.empty;
    for (const { account } of caught()) expect(cheats).to.include(account);
    expect(passed.length).to.be.above(0);
    const seats = await client.getSeats({ run });
    for (const { account, status } of seats.filter((one) => trainers.includes(one.account))) {
      expect(status, account).to.not.equal('expelled');
    }
    const own = await seat();
    expect(own.auditsRight).to.be.above(0);
    expect(own.auditsWrong).to.equal(0);
  });

  it('shows what it earned, with the formula, and looks right to everybody', async () => {
    await page.getByText(/\d+ audits right/).waitFor();
    expect(await text()).to.match(
      /verified\s+[\d.]+ NEAR 0 verified rounds × [\d.]+ NEAR \+ \d+ audits × [\d.]+ NEAR/,
    );
    await keepPictures(page, 'contribute-working');
    expect(await violationsOf(page)).to.deep.equal([]);
    expect(problems).to.deep.equal([]);
  });
});
