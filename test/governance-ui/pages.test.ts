/**
 * The pages in a real browser, over a DAO whose views the contract's rules made. Needs Chromium;
 * where CI runs, its absence is a failure, elsewhere it is said and skipped.
 */
import { expect } from 'chai';
import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';
import { buildPages } from '@commonweights/governance-ui/build.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { CliFolder } from '../cli/cli-folder.js';
import { diloco, smallRelease } from '../trainer/release/small-release.js';
import { hostileText } from './dao-fixture.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';
import { startPageServer, type PageServer } from './page-server.js';

const pages = {
  overview: '#/',
  runs: '#/runs',
  'a live run': '#/runs/2',
  'a completed run': '#/runs/1',
  lineage: '#/lineage',
  'a proposal to vote on': '#/proposals/4',
  'a queued proposal': '#/proposals/5',
  'a proposal that opened a bounty': '#/proposals/7',
  'a release': '#/releases/1',
  bounties: '#/bounties',
  'a bounty': '#/bounties/2',
  datasets: '#/datasets',
  'a dataset': '#/datasets/sotu-clean%401',
  contribute: '#/contribute',
  wallet: '#/wallet',
  people: '#/people',
  'a choice of proposals': '#/propose',
  'a form': '#/propose/set-policy',
  'a run to be planned': '#/propose/fund-run',
  'a person': '#/people/eve.local',
};

describe('the pages in a browser', function () {
  this.timeout(120_000);
  let server: PageServer;
  const screen = new Screen();
  const { problems, text } = screen;
  let page: Page;

  before(async function () {
    page = await screen.open(this);
    server = await startPageServer();
  });

  after(async () => {
    await screen.close();
    await server?.stop();
  });

  const open = (hash: string) => screen.goTo(`${server.url}/${hash}`);

  it('are built once and not again while nothing changed', async () => {
    expect((await buildPages()).built).to.equal(false);
  });

  it('need less than 250 kB of compressed JavaScript before anybody asks for the engine', async () => {
    const scripts = new Map<string, number>();
    const weigh = async (response: Response) => {
      if (!/\.m?js$/.test(new URL(response.url()).pathname)) return;
      scripts.set(response.url(), gzipSync(await response.body()).length);
    };
    const weighing: Promise<void>[] = [];
    const hear = (response: Response) => void weighing.push(weigh(response));
    page.on('response', hear);
    await page.goto('about:blank');
    for (const hash of Object.values(pages)) await open(hash);
    page.off('response', hear);
    await Promise.all(weighing);
    const bytes = [...scripts.values()].reduce((sum, one) => sum + one, 0);
    console.log(`      ${scripts.size} scripts, ${bytes} bytes compressed`);
    expect(bytes).to.be.within(10_000, 250_000);
  });

  it('show treasury, members, runs, releases, open proposals, and how to join in one line', async () => {
    await open(pages.overview);
    expect(await text()).to.match(/How to join[\s\S]*npx commonweights work 2 --account/);
    const shown = await text();
    expect(shown).to.contain('934 NEAR').and.contain('noa.local').and.contain('Run 2');
    expect(shown).to.contain('A first small model of presidential speech 1.0.0');
    expect(shown).to.contain('Change the policy').and.contain('Pay 25.5 NEAR to labels.local');
    expect(shown).to.not.contain('Give pia.local');
  });

  it('tell who is waited for, who was slashed and why, and check the chain of rounds', async () => {
    await open(pages['a live run']);
    const shown = await text();
    expect(shown).to.contain('Round 7 is in its phase certify');
    expect(await page.locator('.phases .cell.now').count()).to.equal(2);
    expect(shown).to.contain('failed the audit of round 2');
    expect(shown).to.contain('This page hashed 5 records');
    expect(await page.locator('.round-chain .rewound').count()).to.be.at.least(1);
    const picture = page.locator('.round-chain');
    expect(await picture.getAttribute('aria-label')).to.contain('round 3 aborted');
  });

  it('tell what is disputed, who judges, what is locked and how the loser appeals', async () => {
    await open(pages['a live run']);
    const section = page.locator('section[aria-labelledby=disputes]');
    const shown = await section.innerText();
    expect(shown).to.match(/Segment \d of eve\.local, round 2/);
    expect(shown).to.contain('The worker opened');
    expect(shown).to.match(/A jury decided against the claim\. Who lost may appeal for .* left\./);
    expect(shown).to.contain('6 NEAR of stake and held-back pay');
    expect(shown).to.contain('npx commonweights dispute appeal 2 1');
  });

  it('say so when the records of a run do not form one chain', async () => {
    const answer = server.dao.answer.bind(server.dao);
    server.dao.answer = (method, args) => {
      const view = answer(method, args) as { startRoot?: string; root?: string };
      if (method !== 'get_round_record' || args['round'] !== 4) return view;
      return { ...view, startRoot: view.root };
    };
    await page.goto('about:blank');
    await open(pages['a live run']);
    expect(await text()).to.contain('do not form one hash chain');
    server.dao.answer = answer;
  });

  it('show what data is paid for, and what can be done about it now', async () => {
    await open(pages.bounties);
    const shown = await text();
    expect(shown).to.match(/2 · Tell spam <from> mail\s+.*reveal[\s\S]*1 · Tell spam <from> mail/);
    expect(shown).to.contain('3 of 5 batches revealed; 1 hour left.');
    expect(shown).to.contain('npx commonweights bounty reveal 2');
    expect(shown).to.contain('40 items accepted and paid; reviewers agreed with α = 0.81');
    await open(pages.overview);
    expect(await text()).to.match(/units of play\.local\s+1.234.567/);
  });

  it('go back through the rounds of a run, each page of them held against the next record', async () => {
    await page.goto('about:blank');
    await open(`${pages['a live run']}/rounds/3`);
    const shown = await text();
    expect(shown).to.match(/Rounds 1 to 3/);
    expect(shown).to.contain('This page hashed 3 records');
    expect(shown).to.contain('that the record of round 4 names');
    await page.getByRole('link', { name: 'The newest rounds' }).click();
    await page.getByText('that the contract stores').waitFor();
  });

  it('follow a run while it goes on', async () => {
    await open(pages['a live run']);
    server.dao.runs[1]!.play.certify();
    await page.getByText('Round 7 is in its phase aggregate').waitFor();
  });

  it('list the files of a release and how to pull it', async () => {
    await open(pages['a release']);
    const shown = await text();
    expect(shown).to.match(/npx commonweights pull\s+sha256:[0-9a-f]{64}\s+--to ./);
    expect(shown).to.contain('model.safetensors').and.contain('1.2 MB').and.contain('4.8123');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'config.json' }).click(),
    ]);
    expect(download.suggestedFilename()).to.equal('config.json');
  });

  it('warn of a release that is revoked, or learned from data that is withdrawn', async () => {
    const { releases, datasets } = server.dao;
    const [release, dataset] = [releases[0]!, datasets[0]!];
    releases[0] = { ...release, status: 'revoked' };
    datasets[0] = { ...dataset, status: 'withdrawn' };
    await page.goto('about:blank');
    await open(pages['a release']);
    await page.getByText('The DAO has revoked this release').waitFor();
    const shown = await text();
    expect(shown).to.contain('is disputed or withdrawn by now: sotu@1 (withdrawn)');
    [releases[0], datasets[0]] = [release, dataset];
    await page.goto('about:blank');
  });

  it('print commands that their own command line takes as they are', async () => {
    const printed = new Set<string>();
    for (const hash of Object.values(pages)) {
      await open(hash);
      const found = await page.locator('.command code').allTextContents();
      for (const command of found) printed.add(command);
    }
    expect(printed.size).to.be.at.least(5);
    const cli = await CliFolder.create();
    for (const command of printed) {
      const [npx, name, ...argv] = command.split(' ');
      expect([npx, name], command).to.deep.equal(['npx', 'commonweights']);
      const { code, err } = await cli.run(...argv);
      // The folder knows no network and no account: that nothing else is missing is the point.
      if (argv.includes('--account')) expect(err, command).to.match(/^NO_CREDENTIALS/);
      else expect(code, `${command}\n${err}`).to.not.be.oneOf([1, 2, 5]);
    }
    await cli.remove();
  });

  it('verify a release here: every claim, as the command does', async () => {
    const { built, facts, files } = smallRelease(diloco);
    for (const bytes of [...files.values(), encodeManifest(built.manifest)]) {
      await server.store.put(bytes);
    }
    const answer = server.dao.answer.bind(server.dao);
    server.dao.answer = (method, args) => {
      const view = answer(method, method === 'get_run' ? { run: 1 } : args) as { terms: object };
      if (method === 'get_release') return { ...facts.release, id: 1 };
      if (method === 'get_release_by_manifest') return facts.release;
      if (method === 'get_run') return { ...view, id: 3, terms: { ...view.terms, ...facts.run } };
      if (method === 'get_seats') return facts.run!.roster!.seats;
      if (method === 'get_dataset') return facts.datasets.find(({ id }) => id === args['id']);
      if (method === 'get_policy') return { ...view, licences: facts.licences };
      return view;
    };
    await page.goto('about:blank');
    await open(pages['a release']);
    await page.getByRole('button', { name: 'Verify it in this page' }).click();
    await page.getByText('Every claim holds').waitFor();
    const verdicts = page.getByRole('region', { name: 'Verdicts, one per claim' });
    const shown = await verdicts.innerText();
    server.dao.answer = answer;
    for (const claim of ['bytes', 'structure', 'vote', 'rounds', 'weights', 'lineage']) {
      expect(shown).to.match(new RegExp(`${claim}\\s+✓ holds`));
    }
    expect(shown).to.match(/consensus\s+! mind/);
  });

  it('warn when not every claim about a release holds', async () => {
    await page.goto('about:blank');
    await open(pages['a release']);
    await page.getByRole('button', { name: 'Verify it in this page' }).click();
    // The fixture's files are no model: a page that passed them would pass anything.
    await page.getByText('Do not use this release').waitFor();
    const verdicts = page.getByRole('region', { name: 'Verdicts, one per claim' });
    expect(await verdicts.innerText()).to.match(/structure\s+✗ fails/);
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('show what strangers wrote as text and run none of it', async () => {
    await open(pages['a queued proposal']);
    expect(await page.locator('blockquote').innerText()).to.equal(hostileText);
    expect(await page.locator('main img, main script').count()).to.equal(0);
    expect(await page.title()).to.equal('Proposal 5 · Commonweights');
  });

  it('recompute the digest that votes name, and warn when it is another one', async () => {
    await open(pages['a proposal to vote on']);
    expect(await text())
      .to.contain('it is the same')
      .and.contain('proposal vote 4 yes');
    const proposal = server.dao.proposals[3]!;
    const { actionDigest } = proposal;
    proposal.actionDigest = server.dao.proposals[0]!.actionDigest;
    await page.getByText('Do not vote on it').waitFor();
    proposal.actionDigest = actionDigest;
  });

  it('show how far a vote is from what it needs, and what a policy would mean for others', async () => {
    await open(pages['a proposal to vote on']);
    const shown = await text();
    expect(shown).to.contain('2 of 2 needed have voted (50 % of all weight) · reached');
    expect(shown).to.contain('50 % of yes and no are yes; more yes than no is needed');
    expect(shown).to.contain('As it stands it would be rejected.');
    const differs = page.getByRole('region', { name: 'What would differ' });
    expect(await differs.innerText()).to.match(/Quorum, in %\s+50 %\s+60 %/);
    await page.getByText('keeps Quorum, in %: 50 %, not 60 %').waitFor();
    await open(pages['a queued proposal']);
    expect(await text()).to.match(/holds 934.* now; this takes 25.5 NEAR and leaves 908.5/);
    expect(await text()).to.contain('There is no guardian, so nobody can cancel it.');
  });

  it('show the proposals of one state, kind or proposer', async () => {
    await open('#/proposals');
    const titles = () => page.locator('main .card h2').allInnerTexts();
    expect(await titles()).to.have.length(7);
    await page.getByLabel('State').selectOption('open');
    await page.getByText('2 found among the newest 7').waitFor();
    expect((await titles()).join()).to.match(/5 · Pay.*4 · Change the policy/s);
    await page.getByLabel('Kind').selectOption('Pay NEAR');
    await page.getByText('1 found among the newest 7').waitFor();
    await page.getByLabel('Proposed by').fill('noa.local');
    await page.getByText('None of these is of that kind and state.').waitFor();
    await page.getByLabel('Proposed by').fill('');
    await page.getByLabel('Kind').selectOption('all');
    await page.getByLabel('State').selectOption('all');
    await page.getByRole('link', { name: /^7 · / }).waitFor();
  });

  it('lead from a proposal to what it made, and call that by its name', async () => {
    await open(pages['a proposal that opened a bounty']);
    await page.getByRole('link', { name: 'bounty 2' }).click();
    await page.getByRole('heading', { level: 1, name: 'Tell spam <from> mail' }).waitFor();
    await open('#/proposals/2');
    await page.getByRole('link', { name: 'release 1' }).click();
    await page.getByRole('heading', { level: 1, name: /presidential speech/ }).waitFor();
  });

  it('tell a closed proposal as what was asked for, not as what would come', async () => {
    await open(pages['a proposal that opened a bounty']);
    expect(await text())
      .to.contain('What it asked for')
      .and.contain('told against what holds now');
    await open(pages['a queued proposal']);
    expect(await text()).to.contain('What it would do');
  });

  it('keep the text readable beside a lineage that is wider than the window', async () => {
    const { datasets } = server.dao;
    const flood = Array.from({ length: 40 }, (_, n) => ({ ...datasets[0]!, id: `flood${n}@1` }));
    datasets.push(...flood);
    await open(pages.lineage);
    datasets.splice(-flood.length);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over, 'pixels wider than the window').to.be.at.most(0);
    const { width } = (await page.locator('.standings').boundingBox())!;
    expect(width, 'pixels for the text').to.be.above(280);
  });

  it('show ten thousand proposals a page at a time, and read only what they show', async () => {
    const { proposals } = server.dao;
    const few = [...proposals];
    const flood = Array.from({ length: 10_000 - few.length }, (_, i) => ({
      ...few[5]!,
      id: few.length + i + 1,
    }));
    proposals.push(...flood);
    await page.goto('about:blank');
    const before = server.node.calls.length;
    await open('#/proposals');
    const listed = () => page.locator('main .card').count();
    expect(await listed()).to.equal(50);
    const calls = server.node.calls.slice(before).filter((one) => one === 'list_proposals');
    expect(calls.length).to.be.below(40);
    expect(await text()).to.match(/10.000 to 9.951 of 10.000/);
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText(/9.950 to 9.901 of 10.000/).waitFor();
    await page.getByRole('link', { name: /^9950 · / }).waitFor();
    expect(await listed()).to.equal(50);
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByRole('link', { name: /^10000 · / }).waitFor();
    await open(pages.overview);
    expect(await page.locator('main .card').count()).to.be.below(20);
    proposals.splice(few.length);
    await page.goto('about:blank');
  });

  it('make the picture of the lineage larger and smaller', async () => {
    await open(pages.lineage);
    const width = async () => (await page.locator('.lineage-picture').boundingBox())!.width;
    const whole = await width();
    await page.getByRole('button', { name: 'Larger' }).click();
    await page.getByText('150 %').waitFor();
    expect(await width()).to.be.closeTo(1.5 * whole, 2);
    for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Smaller' }).click();
    await page.getByText('50 %', { exact: true }).waitFor();
    expect(await width()).to.be.closeTo(whole / 2, 2);
  });

  it('show people: who votes, and what one account showed, earned and did', async () => {
    await open(pages.people);
    expect(await text()).to.contain('3 members vote');
    await page.getByLabel('Look up an account').fill('eve.local');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('No member: its own weight is 0').waitFor();
    const shown = await text();
    expect(shown).to.match(/Slashes\s+1/);
    expect(shown).to.match(/Run\s+Seat\s+Status[\s\S]*expelled/);
    expect(shown).to.match(/To claim\s+0.7 NEAR/);
  });

  it('say what is missing instead of staying blank', async () => {
    await open('#/runs/77');
    expect(await text()).to.contain('The DAO has no such run');
    await open('#/nowhere');
    expect(await text()).to.contain('There is no such page');
  });

  it('copy a whole digest with the keyboard', async () => {
    await open(pages['a release']);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page
      .getByRole('button', { name: /^Copy digest/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await page.getByText('Copied sha256:').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).to.equal(server.dao.releases[0]!.manifest);
  });

  // One test for each page, so that a slow machine has the whole time limit for each.
  for (const [name, hash] of Object.entries(pages)) {
    it(`have no accessibility violations and fit a phone: ${name}`, async () => {
      await open(hash);
      await keepPictures(page, name.replaceAll(' ', '-'));
      expect(await violationsOf(page)).to.deep.equal([]);
    });
  }

  it('met no error so far', () => {
    expect(problems).to.deep.equal([]);
  });

  it('say how to start a chain that went away, keep what they know, and recover', async () => {
    await open(pages['a live run']);
    await server.node.stop();
    await page.getByRole('heading', { name: 'The chain cannot be reached' }).waitFor();
    const shown = await text();
    expect(shown).to.contain('npx commonweights network up').and.contain('eve.local');
    await server.node.start();
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByRole('heading', { name: 'cannot be reached' }).waitFor({ state: 'detached' });
  });
});
