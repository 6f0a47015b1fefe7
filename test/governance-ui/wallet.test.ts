/**
 * Acting with wallets that put themselves into the page: objects that speak the real interfaces, and
 * whose owner, in this test, says yes or no. What they sign goes to a real chain.
 */
import { expect } from 'chai';
import { Wallet } from 'ethers';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actions, type Action } from 'near-api-js';
import type { Page } from 'playwright-core';
import { readCredentials } from '@commonweights/cli/credentials.js';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import {
  startRegistry,
  type RunningRegistry,
} from '@commonweights/dataset-registry/server/registry.js';
import { buildPages } from '@commonweights/governance-ui/build.js';
import { networkFileName } from '@commonweights/governance-ui/network-file.js';
import { pageHeaders } from '@commonweights/governance-ui/page-headers.js';
import type { ConnectorAction } from '@commonweights/governance-ui/wallet/connector-action.js';
import { absentHere } from '../support/absent-here.js';
import { findChromium, openBrowser, type OpenBrowser } from './browser.js';
import { RealDao } from './real-dao.js';
import { keepPictures, violationsOf } from './violations.js';

const voter = 'mia.local';

/** Runs in the page, before anything of ours: what an extension does. */
function injectWallets(): void {
  const ask = (method: string) => (it: unknown) =>
    (globalThis as unknown as { cwWallet(method: string, it: unknown): Promise<unknown> })
      .cwWallet(method, it)
      .then((answer) => {
        const { no, yes } = answer as { no?: string; yes?: unknown };
        if (no !== undefined) throw new Error(no);
        return yes;
      });
  const names = ['signIn', 'getAccounts', 'signOut', 'signAndSendTransaction'];
  const detail = {
    manifest: { id: 'test-wallet', name: 'A wallet of this test' },
    ...Object.fromEntries(names.map((name) => [name, ask(name)])),
  };
  const come = () => dispatchEvent(new CustomEvent('near-wallet-injected', { detail }));
  addEventListener('near-selector-ready', come);
  come();
  const provider = {
    request: (it: unknown) =>
      ask('ethereum')(it).catch((error: Error) => {
        throw Object.assign(error, { code: 4001 });
      }),
  };
  addEventListener('eip6963:requestProvider', () =>
    dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { provider } })),
  );
}

describe('a wallet in the page', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  this.bail(true);
  let dao: RealDao;
  let browser: OpenBrowser;
  let page: Page;
  let folder: string;
  /** Serves the pages as if the chain were testnet: only there wallets are looked for. */
  let host: RunningRegistry;
  let proposal: number;
  let says: 'yes' | 'no' = 'yes';
  const asked: string[] = [];
  const problems: string[] = [];
  const ethereum = Wallet.createRandom();

  before(async function () {
    const chromium = findChromium();
    if (!chromium) absentHere(this, 'no Chromium; install it or set CHROMIUM to its path');
    dao = await RealDao.start();
    const action = { kind: 'transfer', to: 'ada.local', amountYocto: '5' };
    await writeFile(join(dao.cli.folder, 'action.json'), JSON.stringify(action));
    const shown = await dao.good('proposal', 'create', 'action.json', '--json');
    ({ proposal } = JSON.parse(shown) as { proposal: number });
    folder = await mkdtemp(join(tmpdir(), 'cw-wallet-'));
    host = await servePages();
    browser = await openBrowser(chromium);
    page = await browser.context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.exposeFunction('cwWallet', answerAsWallet);
    // The compiler of tests names functions by a helper of its own, which a page does not have.
    await page.addInitScript({ content: `{ const __name = (it) => it; (${injectWallets})(); }` });
  });
  after(async () => {
    await browser?.close();
    await host?.stop();
    await dao?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function servePages(): Promise<RunningRegistry> {
    const { folder: pages } = await buildPages();
    const web = join(folder, 'web');
    await mkdir(web);
    const { network, contract, registryUrl } = dao.network;
    const file = { network: 'testnet', rpcUrl: network.rpcUrl, contract, registry: registryUrl };
    await writeFile(join(web, networkFileName), JSON.stringify(file));
    const headers = () => pageHeaders([network.rpcUrl, registryUrl]);
    const staticDirs = [web, pages].map((dir) => ({ mount: '/', dir, headers }));
    return startRegistry({ dataDir: folder, port: 0, staticDirs });
  }

  async function answerAsWallet(method: string, it: unknown): Promise<object> {
    asked.push(method);
    if (method === 'signOut') return { yes: null };
    if (method === 'getAccounts') return { yes: [{ accountId: voter }] };
    if (says === 'no') return { no: 'User rejected the request' };
    if (method === 'signIn') return { yes: [{ accountId: voter }] };
    if (method === 'ethereum') return { yes: await signAsEthereum(it) };
    const {
      receiverId,
      signerId,
      actions: list,
    } = it as {
      receiverId: string;
      signerId: string;
      actions: ConnectorAction[];
    };
    const account = await readCredentials(dao.network.keys, signerId);
    const { network, contract } = dao.network;
    const { connection } = connect({ network, contract, account });
    const sent = await connection.send(receiverId, list.map(actionOf), 'a test');
    return { yes: { transaction: { hash: sent.transactionHash } } };
  }

  async function signAsEthereum(it: unknown): Promise<unknown> {
    const { method, params } = it as { method: string; params?: string[] };
    if (method === 'eth_requestAccounts') return [ethereum.address];
    const { domain, types, message } = JSON.parse(params![1]!) as {
      domain: object;
      types: Record<string, { name: string; type: string }[]>;
      message: Record<string, unknown>;
    };
    delete types['EIP712Domain'];
    return ethereum.signTypedData(domain, types, message);
  }

  const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
  const open = async (hash: string) => {
    await page.goto(`${host.url}/${hash}`);
    await page.locator('main h1').waitFor();
  };
  const said = (text: string) => page.getByText(text).waitFor();

  it('is found, and connected when its owner says yes', async () => {
    await open('#/wallet');
    says = 'no';
    await press('Connect');
    await said('the wallet did not sign');
    says = 'yes';
    await press('Connect');
    await page.getByRole('link', { name: voter }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: voter }).waitFor();
  });

  it('refuses: the page says so, nothing was sent, and one may ask again', async () => {
    await open(`#/proposals/${proposal}`);
    await said('mia.local has not voted. Its vote weighs 1: it has held that');
    says = 'no';
    await press('Vote yes');
    await said('you refused it in the wallet, so nothing was sent');
    await keepPictures(page, 'vote-refused');
    expect(await violationsOf(page)).to.deep.equal([]);
    const ballot = { proposal, account: voter };
    expect((await dao.client().getBallot(ballot)).choice).to.equal(null);
  });

  it('signs: the vote is executed, final, and counted on the page', async () => {
    says = 'yes';
    await press('Vote yes');
    await said('Your vote: done, and final.');
    await said('mia.local voted yes with weight 1 (100 %). A vote is final.');
    expect(await page.getByRole('button', { name: 'Vote no' }).isDisabled()).to.equal(true);
    expect((await dao.client().getProposal({ proposal }))!.yes).to.equal('1');
    await keepPictures(page, 'voted');
  });

  it('executes what was accepted, once its timelock is over', async () => {
    await dao.good('network', 'forward', '2m');
    await press('Execute it as mia.local');
    await said('It is executed; nothing is left to do.');
    expect((await dao.client().getProposal({ proposal }))!.status).to.equal('executed');
  });

  it('states something as an account, and as an Ethereum address; or refuses to', async () => {
    const run = await dao.fundRun({ maxAuditors: 0 });
    const crew = Promise.all(['ada.local', 'ben.local'].map((one) => dao.train(one, run)));
    await Promise.race([dao.endEnrolment(run, 2), crew]);
    await crew;
    const release = await dao.publishRelease(run);
    await open(`#/releases/${release}`);
    await said('Nobody has said anything about it yet');
    says = 'no';
    await press('Sign with an Ethereum wallet');
    await said('you refused it in the wallet');
    says = 'yes';
    await press('Sign with an Ethereum wallet');
    await said(`${ethereum.address.toLowerCase()} endorses it`);
    await page.getByLabel('Say that').selectOption('reproduces');
    await press('Sign as mia.local');
    await said('mia.local reproduces it');
    await keepPictures(page, 'attested');
    expect(await violationsOf(page)).to.deep.equal([]);
  });

  it('is forgotten when disconnected', async () => {
    await open('#/wallet');
    await press('Disconnect');
    await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
    expect(asked).to.include('signOut');
    await page.reload();
    await page.getByRole('link', { name: 'Wallet', exact: true }).waitFor();
    expect(problems).to.deep.equal([]);
  });
});

function actionOf(it: ConnectorAction): Action {
  if (it.type !== 'FunctionCall') throw new Error(`this wallet does no ${it.type}`);
  const { methodName, args, gas, deposit } = it.params;
  return actions.functionCall(
    methodName,
    args as Record<string, unknown>,
    BigInt(gas),
    BigInt(deposit),
  );
}
