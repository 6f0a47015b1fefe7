/**
 * What members, their delegates and the guardian do on the page, on a real chain: each may do what the
 * contract lets it do, and the others are told why not.
 */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { RealDao, visitor } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const member = 'mia.local';
const second = 'ada.local';

describe('governing on the page', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems, press, text } = screen;
  let page: Page;

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start({ timelockMs: 3_600_000 });
    dao.forward = '2h';
    await decide({ kind: 'set-guardian', account: visitor, termMs: 2_592_000_000 });
    await decide({ kind: 'set-member', account: second, weight: '1' });
    // Who became a member after a vote could have begun has none in it.
    await dao.good('network', 'forward', '2m');
    await page.goto(dao.network.walletUrl!);
    await page.getByLabel('Act as').waitFor();
  });
  after(async () => {
    await screen.close();
    await dao?.stop();
  });

  const write = async (action: object) => {
    await writeFile(join(dao.cli.folder, 'action.json'), JSON.stringify(action));
    return ['proposal', 'create', 'action.json'];
  };
  const decide = async (action: object) => {
    const shown = await dao.good(...(await write(action)), '--json');
    const { proposal } = JSON.parse(shown) as { proposal: number };
    await dao.good('proposal', 'vote', `${proposal}`, 'yes');
    await dao.good('network', 'forward', dao.forward);
    await dao.good('proposal', 'execute', `${proposal}`);
  };
  const said = (what: string) => page.getByText(what).waitFor();
  const open = (hash: string) => screen.goTo(`${dao.url}/${hash}`);
  const actAs = async (account: string) => {
    await open('#/wallet');
    await page.getByLabel('Act as').selectOption(account);
  };

  it('tells who is no member that it has no vote to give', async () => {
    await actAs(visitor);
    await open(`#/people/${visitor}`);
    await said(`${visitor} is no member, so it has no vote that it could give to another.`);
    await open(`#/people/${member}`);
    expect(await page.getByRole('button', { name: /^Let / }).count()).to.equal(0);
  });

  it('lets a member give its vote to another, not to itself or to who has none', async () => {
    await actAs(second);
    await open(`#/people/${second}`);
    await page.getByLabel('Let vote for you').fill('No Account');
    await said('This is no name of a NEAR account.');
    await page.getByLabel('Let vote for you').fill(second);
    await said('An account votes for itself anyway.');
    await page.getByLabel('Let vote for you').fill(visitor);
    await said('nobody can vote with what it has not');
    await page.getByLabel('Let vote for you').fill(member);
    await press(`Let ${member} vote for ${second}`);
    await page.getByRole('dialog').getByText('"delegate"').waitFor();
    await press('Refuse');
    await said('you refused it in the wallet');
    await press(`Let ${member} vote for ${second}`);
    await page.getByRole('dialog').getByText('"delegate"').waitFor();
    await press('Sign');
    await said('Delegating: done, and final.');
    await said(`${member} votes for you now.`);
    await keepPictures(page, 'delegated');
    expect(await violationsOf(page)).to.deep.equal([]);
    expect((await dao.client().getStanding({ account: member })).delegated).to.equal('1');
  });

  it('lets it take the vote back', async () => {
    await press(`Take the vote back from ${member}`);
    await page.getByRole('dialog').getByText('"undelegate"').waitFor();
    await press('Sign');
    await said('Nobody votes for you.');
    expect((await dao.client().getStanding({ account: second })).delegate).to.equal(null);
  });

  it('shows a voter what its vote weighs and what is missing, and counts it', async () => {
    await dao.good(...(await write({ kind: 'transfer', to: second, amountYocto: '7' })));
    await actAs(member);
    await open('#/proposals/3');
    await said(`${member} has not voted. It weighs 1 now`);
    await said('0 of 1 needed have voted (50 % of all weight) · 1 more must vote');
    await press('Vote yes');
    await page.getByRole('dialog').getByText('"vote"').waitFor();
    await press('Sign');
    await said('As it stands it would be accepted.');
  });

  it('counts the vote of another account beside it, each of them once and for good', async () => {
    await actAs(second);
    await open('#/proposals/3');
    await said(`${second} has not voted. It weighs 1 now`);
    await screen.sign('Vote abstain', ['vote']);
    await said('Your vote: done, and final.');
    expect(await screen.button('Vote yes').isDisabled()).to.equal(true);
    const { yes, no, abstain } = (await dao.client().getProposal({ proposal: 3 }))!;
    expect({ yes, no, abstain }).to.deep.equal({ yes: '1', no: '0', abstain: '1' });
    await said('2 of 1 needed have voted (50 % of all weight) · reached');
    await actAs(member);
    await open('#/proposals/3');
    await said(`${member} voted yes with weight 1`);
    expect(await screen.button('Vote no').isDisabled()).to.equal(true);
    await keepPictures(page, 'voted-by-two');
  });

  it('says in the timelock who may cancel, and lets nobody else', async () => {
    await dao.good('network', 'forward', '2m');
    await said('It was accepted and waits in the timelock for 58 minutes');
    await said(`${visitor}, the guardian until`);
    await said(`${member} is not the guardian.`);
    expect(await page.getByRole('button', { name: /^Cancel/ }).count()).to.equal(0);
    await keepPictures(page, 'in-timelock');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('lets the guardian cancel it, once', async () => {
    await actAs(visitor);
    await open('#/proposals/3');
    await press(`Cancel it as ${visitor}, the guardian`);
    await page.getByRole('dialog').getByText('"cancel"').waitFor();
    await press('Sign');
    await said('It is cancelled; nothing is left to do.');
    expect((await dao.client().getProposal({ proposal: 3 }))!.status).to.equal('cancelled');
    await dao.good(...(await write({ kind: 'transfer', to: second, amountYocto: '7' })));
    await dao.good('proposal', 'vote', '4', 'yes');
    await dao.good('network', 'forward', '2m');
    await open('#/proposals/4');
    await press(`Cancel it as ${visitor}, the guardian`);
    await page.getByRole('dialog').getByText('"cancel"').waitFor();
    await press('Sign');
    await said('was cancelled before; members insist on it');
    expect(await text()).to.contain('waits in the timelock');
  });

  it('met no error so far', () => {
    expect(problems).to.deep.equal([]);
  });
});
