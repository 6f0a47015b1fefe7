/** A release made by real training, verified in a real browser, and talked to there. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { absentHere } from '../support/absent-here.js';
import type { Explanation } from '@commonweights/trainer/release/explanation.js';
import { RealDao, trainers } from './real-dao.js';
import { Screen } from './screen.js';
import { keepPictures, violationsOf } from './violations.js';

/** Runs in the page, as text: sizes by path of what lies in the folder of the page. */
const listFolder = `(async () => {
  const found = {};
  const walk = async (folder, at) => {
    for await (const [name, one] of folder) {
      if (one.kind === 'directory') await walk(one, at + name + '/');
      else found[at + name] = (await one.getFile()).size;
    }
  };
  await walk(await navigator.storage.getDirectory(), '');
  return found;
})()`;

describe('a release in a browser', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);
  // Each step begins where the one before it ended.
  this.bail(true);
  let dao: RealDao;
  const screen = new Screen();
  const { problems } = screen;
  let page: Page;
  let release: number;
  const asked = new Set<string>();

  before(async function () {
    page = await screen.open(this);
    dao = await RealDao.start();
    const run = await dao.fundRun({ maxAuditors: 0 });
    const crew = Promise.all(trainers.map((account) => dao.train(account, run)));
    await Promise.race([dao.endEnrolment(run, trainers.length), crew]);
    await crew;
    release = await dao.publishRelease(run);
    page.on('request', (request) => asked.add(request.url()));
    await page.goto(`${dao.url}/#/releases/${release}`);
  });
  after(async () => {
    await screen.close();
    await dao?.stop();
  });

  const talk = () => page.locator('section[aria-labelledby=talk]');
  const set = (label: string, value: string) => talk().getByLabel(label).fill(value);
  const said = () => talk().locator('output').innerText();

  it('cannot be talked to or saved before it was verified, and loads no engine for that', async () => {
    await page.getByRole('button', { name: 'Verify it in this page' }).waitFor();
    expect(await talk().count()).to.equal(0);
    expect(await page.getByRole('button', { name: /^Save everything/ }).count()).to.equal(0);
    await page.getByRole('button', { name: 'Verify it in this page' }).click();
    await page.getByText('Every claim holds').waitFor();
    await talk().waitFor();
    expect([...asked].filter((url) => /wasm|sample-text/.test(url))).to.deep.equal([]);
  });

  it('is saved whole, as one file that holds what the command verifies', async function () {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save everything as a zip' }).click();
    const file = await download;
    expect(file.suggestedFilename()).to.match(/^[a-z0-9-]+-1-[0-9a-f]{8}\.zip$/);
    await page.getByText('was handed to the browser’s downloads').waitFor();
    const target = join(dao.cli.folder, 'unzipped');
    const extract = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';
    if (spawnSync('python3', ['-c', extract, await file.path(), target]).error) {
      absentHere(this, 'no python3');
    }
    expect(
      await dao.good('verify', `unzipped/${file.suggestedFilename().replace(/\.zip$/, '')}`),
    ).to.contain('bytes');
  });

  it('is saved into a folder that its owner chose, where the browser can, and once', async () => {
    // The picker itself is the browser's own window; a folder of the page's is as real a handle.
    await page.evaluate(
      'window.showDirectoryPicker = () => navigator.storage.getDirectory(); undefined',
    );
    await page.getByRole('button', { name: 'Save everything into a folder' }).click();
    await page.getByText('All files are in the new folder').waitFor();
    const saved = (await page.evaluate(listFolder)) as Record<string, number>;
    const { manifest } = (await dao.client().getRelease({ release }))!;
    const response = await fetch(`${dao.network.registryUrl}/blobs/${manifest}`);
    const text = await response.text();
    const { files } = JSON.parse(text) as { files: { path: string; size: number }[] };
    const sizes = Object.entries(saved).map(([path, size]) => [path.replace(/^[^/]+\//, ''), size]);
    expect(Object.fromEntries(sizes)).to.deep.equal(
      Object.fromEntries([
        ...files.map(({ path, size }) => [path, size]),
        ['manifest.json', Buffer.byteLength(text)],
      ]),
    );
    await page.getByRole('button', { name: 'Save everything into a folder' }).click();
    await page.getByText('FOLDER_EXISTS').waitFor();
  });

  it('says what the command says, token by token, at temperature 0', async () => {
    const prompt = 'The people of the river';
    const flags = ['--prompt', prompt, '--tokens', '40', '--temperature', '0', '--seed', '7'];
    await dao.good('pull', `${release}`, '--to', 'model');
    const command = JSON.parse(await dao.good('generate', 'model', ...flags, '--json')) as {
      text: string;
    };
    await set('Go on from', prompt);
    await set('Tokens at most', '40');
    await set('Temperature', '0');
    await set('Seed', '7');
    await talk().getByRole('button', { name: 'Go on' }).click();
    await talk().getByText('Done after').waitFor();
    expect(await said()).to.equal(`${prompt}${command.text}`.trim());
    expect(command.text.length).to.be.above(20);
  });

  it('tells where it comes from as the command does, and hands that out as a page', async () => {
    await page.getByRole('button', { name: 'Tell where it comes from' }).click();
    const save = page.getByRole('button', { name: 'Save this report as a page' });
    await save.waitFor();
    const { chapters } = JSON.parse(await dao.good('explain', 'model', '--json')) as Explanation;
    const report = page.locator('section[aria-labelledby=provenance]');
    const titles = await report.locator('summary').allInnerTexts();
    expect(titles).to.deep.equal(chapters.map(({ title }) => title));
    for (const title of titles) await report.locator('summary', { hasText: title }).click();
    const rows = await report.locator('tbody tr').allInnerTexts();
    const statements = chapters.flatMap((one) => one.statements);
    expect(rows).to.have.length(statements.length);
    for (const [at, { what, standing }] of statements.entries()) {
      expect(rows[at]).to.contain(what).and.contain(standing);
    }
    await keepPictures(page, 'release-explained');
    expect(await violationsOf(page)).to.deep.equal([]);
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).to.match(/\.html$/);
  });

  it('draws the same as the command does from one seed', async () => {
    const flags = ['--prompt', 'We', '--tokens', '30', '--top-k', '20', '--top-p', '0.9'];
    const command = JSON.parse(await dao.good('generate', 'model', ...flags, '--json')) as {
      text: string;
    };
    await set('Go on from', 'We');
    await set('Tokens at most', '30');
    await set('Temperature', '0.8');
    await set('Top k', '20');
    await set('Top p', '0.9');
    await set('Seed', '1');
    await talk().getByRole('button', { name: 'Go on' }).click();
    await talk().getByText('Done after').waitFor();
    expect(await said()).to.equal(`We${command.text}`.trim());
  });

  it('stops when told to, keeps what was said, and goes on when asked again', async () => {
    await set('Tokens at most', '10000');
    await talk().getByRole('button', { name: 'Go on' }).click();
    await page.waitForFunction(() => document.querySelector('output')!.textContent!.length > 20);
    await talk().getByRole('button', { name: 'Stop' }).click();
    await talk().getByText('Stopped after').waitFor();
    expect((await said()).length).to.be.above(20);
    await set('Tokens at most', '3');
    await talk().getByRole('button', { name: 'Go on' }).click();
    await talk().getByText('Done after').waitFor();
  });

  it('is searched for a text: what it was trained on, and not what it was not', async () => {
    const search = page.locator('section[aria-labelledby=search]');
    const ask = async (text: string) => {
      await search.getByLabel('These very characters').fill(text);
      await search.getByRole('button', { name: 'Search' }).click();
    };
    await ask('of year 31 met the');
    await search.getByText('It is. Each dataset below was fetched').waitFor();
    const shown = await search.innerText();
    expect(shown).to.match(/clean@1: \d+ items? of \d+/);
    expect(shown).to.match(/item \d+,\s*[0-9a-f]{6}….{4}\s*, (in the training data|held out)/);
    await ask('a sentence that nobody ever wrote');
    await search.getByText('It is in none of the').waitFor();
  });

  it('is isolated, asks nobody but its own hosts, and breaks no rule of its policy', async () => {
    expect(await page.evaluate(() => crossOriginIsolated)).to.equal(true);
    const own = [dao.url, dao.network.network.rpcUrl].map((url) => new URL(url).origin);
    const origins = new Set([...asked].map((url) => new URL(url).origin));
    expect([...origins].filter((origin) => !own.includes(origin))).to.deep.equal([]);
    const elsewhere = 'http://127.0.0.1:9/';
    const refused = await page.evaluate(
      (url) => fetch(url).then(() => 'answered', String),
      elsewhere,
    );
    expect(refused).to.match(/TypeError/);
    expect(problems.splice(0).filter((one) => !one.includes(elsewhere))).to.deep.equal([]);
  });

  it('has no accessibility violations, in light and dark, and fits a phone', async () => {
    await keepPictures(page, 'talk');
    expect(await violationsOf(page)).to.deep.equal([]);
  });
});
