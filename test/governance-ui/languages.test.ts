/**
 * Every page in 中文: nothing of ours is left in English, nothing is unreadable for those who do not see
 * it, and the choice lasts. Texts from the chain stay as they are; so do sentences of the contract, which
 * say that they are English.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startPageServer, type PageServer } from './page-server.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

const pages = {
  overview: '#/',
  runs: '#/runs',
  'a-live-run': '#/runs/2',
  'a-completed-run': '#/runs/1',
  'earlier-rounds': '#/runs/2/rounds/3',
  datasets: '#/datasets',
  'a-dataset': '#/datasets/sotu-packed%401',
  'a-disputed-dataset': '#/datasets/sotu%401',
  'a-bounty': '#/bounties/2',
  'a-closed-bounty': '#/bounties/1',
  found: '#/found',
  lineage: '#/lineage',
  bounties: '#/bounties',
  proposals: '#/proposals',
  'a-run-was-funded': '#/proposals/1',
  'a-release-was-published': '#/proposals/2',
  'a-policy-proposal': '#/proposals/4',
  'a-queued-proposal': '#/proposals/5',
  'a-rejected-proposal': '#/proposals/6',
  'a-bounty-proposal': '#/proposals/7',
  propose: '#/propose',
  'propose-policy': '#/propose/set-policy',
  'propose-bounty': '#/propose/open-bounty',
  'propose-amendment': '#/propose/amend-run',
  'propose-run': '#/propose/fund-run',
  releases: '#/releases',
  'a-release': '#/releases/1',
  people: '#/people',
  'a-person': '#/people/eve.local',
  contribute: '#/contribute',
  wallet: '#/wallet',
  nowhere: '#/nowhere',
  'no-such-run': '#/runs/77',
};

describe('the pages in 中文', function () {
  this.timeout(120_000);
  let server: PageServer;
  const screen = new Screen();
  const { problems } = screen;
  let page: Page;
  let foreign: string[];

  before(async function () {
    page = await screen.open(this, { locale: 'zh-CN' });
    server = await startPageServer();
    Object.assign(server.dao.datasets[0]!, { status: 'disputed', disputes: 1 });
    const { datasets, releases, bounties } = server.dao;
    foreign = [
      ...datasets.flatMap(({ title, source }) => [title, source]),
      ...releases.map(({ title }) => title),
      // As the picture cuts it.
      ...releases.map(({ title, version }) => `${title} ${version}`.slice(0, 33)),
      ...bounties.map(({ terms }) => terms.title),
      'A larger model, still in training',
    ];
  });

  after(async () => {
    await screen.close();
    await server?.stop();
  });

  const open = (hash: string) => screen.goTo(`${server.url}/${hash}`);

  it('are what a browser gets that asks for Chinese, with the tag of the language', async () => {
    await open('#/');
    expect(await page.getAttribute('html', 'lang')).to.equal('zh-Hans');
    await page.getByRole('heading', { level: 1, name: '公开训练的模型' }).waitFor();
    expect(await page.title()).to.equal('概览 · Commonweights');
  });

  it('give way to English where a reader wants that, also after a reload, and come back', async () => {
    const choice = page.getByRole('combobox', { name: '语言' });
    await choice.selectOption('English');
    await page.getByRole('heading', { level: 1, name: 'Models trained in the open' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).to.equal('en');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Models trained in the open' }).waitFor();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('中文');
    await page.getByRole('heading', { level: 1, name: '公开训练的模型' }).waitFor();
  });

  for (const [name, hash] of Object.entries(pages)) {
    it(`leave no sentence in English, and are accessible: ${name}`, async () => {
      await open(hash);
      await keepPictures(page, `zh-${name}`);
      expect(await englishIn(page, foreign), 'English').to.deep.equal([]);
      expect(await violationsOf(page)).to.deep.equal([]);
    });
  }

  it('leave no word in Chinese when English is chosen, on any of them', async () => {
    await page.getByRole('combobox', { name: '语言' }).selectOption('English');
    await page.getByRole('combobox', { name: 'Language' }).waitFor();
    for (const [name, hash] of Object.entries(pages)) {
      await page.goto(`${server.url}/${hash}`);
      await page.locator('main h1').waitFor();
      await page.getByText(/Reading the chain|Loading this part/).waitFor({ state: 'detached' });
      const found = (await textsOf(page)).filter((text) =>
        /[\u3000-\u9fff\uff00-\uffef]/.test(text),
      );
      // But for the name under which its own readers know it.
      expect(
        found.filter((text) => text !== '中文'),
        name,
      ).to.deep.equal([]);
    }
    await page.getByRole('combobox', { name: 'Language' }).selectOption('中文');
    await page.getByRole('combobox', { name: '语言' }).waitFor();
  });

  it('say in Chinese what is wrong, and mark what the rules said as English', async () => {
    await open('#/propose/set-policy');
    await page.getByLabel('通过比例（%）', { exact: true }).fill('20');
    await page.getByText('必须在 50 % 到 100 % 之间。').waitFor();
    await open('#/propose/open-bounty');
    await page.getByLabel('标题', { exact: true }).fill('垃圾邮件');
    await page.getByLabel('说明', { exact: true }).fill('是否为垃圾邮件。');
    await page.getByLabel('每批的押金（NEAR）', { exact: true }).fill('0.01');
    await page.getByText('规则不接受：').waitFor();
    expect(await page.locator('.trouble [lang=en]').innerText()).to.contain('bond');
    expect(await englishIn(page, foreign)).to.deep.equal([]);
  });

  it('met no error so far', () => {
    expect(problems).to.deep.equal([]);
  });

  it('say so in Chinese when the chain is gone', async () => {
    await open('#/runs/2');
    await server.node.stop();
    await page.getByRole('heading', { name: '无法连接到链' }).waitFor();
    expect(await englishIn(page, foreign)).to.deep.equal([]);
    await server.node.start();
    await page.getByRole('button', { name: '立即重试' }).click();
    await page.getByRole('heading', { name: '无法连接到链' }).waitFor({ state: 'detached' });
  });
});

/** Three English words in a row, in text, titles or labels that do not say that they are English. */
async function englishIn(page: Page, foreign: readonly string[]): Promise<string[]> {
  const words = /[A-Za-z][a-z’']+(?:,? [A-Za-z’'-]{2,}){2,}/;
  return (await textsOf(page))
    .map((text) => foreign.reduce((left, one) => left.replaceAll(one, ''), text))
    .map((text) => text.replace(/npx commonweights [^\n]*/g, '').replace(/[“"][^”"]*[”"]/g, ''))
    .filter((text) => words.test(text));
}

/** All that a page says, but for what says of itself that it is English or code. */
function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const apart = '[lang=en], code, pre, blockquote, script, style, .digest, .address, textarea';
    const texts: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node as Element;
      if (element.closest(apart)) continue;
      for (const child of element.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) texts.push(child.textContent ?? '');
      }
      for (const name of ['aria-label', 'title', 'placeholder']) {
        texts.push(element.getAttribute(name) ?? '');
      }
    }
    return texts;
  });
}
