/**
 * The chain goes away under an open page and comes back: a network in a process of its own is killed and
 * started again. What was read stays and says how old it is, what is done meanwhile says why not, and
 * afterwards everything goes on, without a reload and with nothing lost or done twice.
 */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import { CliFolder } from '../cli/cli-folder.js';
import { NetworkProcess } from './network-process.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const founder = 'founder.local';
/** One account has one proposal at a time. */
const second = 'second.local';
const away = 'The chain cannot be reached';

describe('a chain that goes away under an open page', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let cli: CliFolder;
  let network: NetworkProcess;
  let page: Page;
  const screen = new Screen();
  const { problems, text, says, field, press, asked, sign } = screen;

  before(async function () {
    page = await screen.open(this);
    cli = await CliFolder.create();
    network = await NetworkProcess.start(cli.folder, [founder, second]);
    await proposeAs(founder);
    await page.goto(network.walletUrl);
    await page.getByLabel('Act as').selectOption(founder);
  });
  after(async () => {
    await screen.close();
    await network?.kill();
    await cli?.remove();
  });

  const proposeAs = async (account: string) => {
    const action = { kind: 'transfer', to: founder, amountYocto: '5' };
    await writeFile(join(cli.folder, 'action.json'), JSON.stringify(action));
    const made = await cli.runWith(
      { env: { NEAR_CREDENTIALS_DIR: '' } },
      ...['proposal', 'create', 'action.json', '--account', account],
    );
    expect(made.code, made.err).to.equal(0);
  };
  const open = (hash: string) => screen.goTo(`${network.url}/${hash}`);
  const trouble = () => page.getByRole('alert').filter({ hasText: away });
  const proposal = async () => {
    const rpcUrl = new URL(network.url);
    rpcUrl.port = `${Number(rpcUrl.port) - 1}`;
    const local = { name: 'localnet', rpcUrl: rpcUrl.origin } as const;
    return (await connect({ network: local, contract: 'dao.local' }).getProposal({ proposal: 1 }))!;
  };

  it('leaves on the page what was read, how old it is, and how to start it', async () => {
    await open('#/proposals/1');
    await says(`${founder} has not voted.`);
    await network.kill();
    await trouble().waitFor();
    await says(/What is shown below is .* old\./);
    await says(/Trying again in/);
    expect(await text())
      .to.contain('npx commonweights network up')
      .and.contain('The vote')
      .and.contain(`${founder} has not voted.`);
    await keepPictures(page, 'chain-away');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('says why not, when something is sent meanwhile', async () => {
    await press('Vote yes');
    await asked('vote');
    await press('Sign');
    await says(/^Your vote:.*CHAIN_UNREACHABLE/);
    expect(await page.getByRole('button', { name: 'Vote yes' }).isEnabled()).to.equal(true);
    await keepPictures(page, 'chain-away-vote');
  });

  it('shows other pages as far as they can be, and keeps what is written on them', async () => {
    await page.getByRole('link', { name: 'People' }).click();
    await trouble().waitFor();
    await says('Nothing was read yet.');
    await page.goto(`${network.url.replace(/\/$/, '')}/#/propose/transfer`);
    // Its part of the page comes from the host that is gone.
    await page.getByText('could not be loaded').or(field('To')).first().waitFor();
    await keepPictures(page, 'host-away');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is read again by itself when it is back, and the vote is counted once', async () => {
    await page.goto(`${network.url}/#/proposals/1`);
    await trouble().waitFor();
    await network.start();
    await trouble().waitFor({ state: 'detached' });
    expect((await proposal()).yes, 'what could not be sent was not').to.equal('0');
    await sign('Vote yes', ['vote']);
    await says('Your vote: done, and final.');
    expect((await proposal()).yes).to.equal('1');
  });

  it('is heard again: what happens there comes to the page without a reload', async () => {
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Proposals' })
      .click();
    await page.getByRole('link', { name: /^1 · / }).waitFor();
    await proposeAs(second);
    await page.getByRole('link', { name: /^2 · / }).waitFor();
  });

  it('fetches a part of the page that could not be before', async () => {
    await page.goto(`${network.url}/#/propose/transfer`);
    await field('To').fill(founder);
    await page.getByRole('button', { name: 'Propose it as' }).waitFor();
    // A browser reports each request that found nobody; nothing else went wrong.
    const others = problems.filter((one) => !/net::ERR_|Failed to fetch/.test(one));
    expect(others).to.deep.equal([]);
  });
});
