import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { exactBinaryName } from '@commonweights/trainer/engines/exact-engine.js';
import { findChromium, openBrowser, type OpenBrowser } from '../../governance-ui/browser.js';
import { absentHere } from '../../support/absent-here.js';
import { scriptForPage } from '../../support/page-script.js';
import { pinnedDigests } from './medium-step.js';

describe('the exact engines in a browser', function () {
  this.timeout(240_000);
  let browser: OpenBrowser | undefined;
  let page: Page;

  before(async function () {
    const chromium = findChromium();
    if (!chromium) absentHere(this, 'no Chromium; install it or set CHROMIUM to its path');
    const script = await scriptForPage(
      fileURLToPath(new URL('./step-in-page.ts', import.meta.url)),
      'stepInPage',
    );
    browser = await openBrowser(chromium!);
    page = await browser.context.newPage();
    await page.addScriptTag({ content: script });
  });
  after(() => browser?.close());

  it('simd-wasm ends a step and whole rounds in the very states that Node ends them in', async () => {
    const found = await page.evaluate('stepInPage.simd()');
    expect(found).to.deep.equal(pinnedDigests['simd-wasm']);
  });

  it('ort-wasm ends a step and whole rounds in the very states that Node ends them in', async () => {
    const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
    const binary = await readFile(join(folder, exactBinaryName), 'base64');
    await page.evaluate((text) => Object.assign(window, { engineBinary: text }), binary);
    const found = await page.evaluate('stepInPage.ortWasm(engineBinary)');
    expect(found).to.deep.equal(pinnedDigests['ort-wasm']);
  });
});
