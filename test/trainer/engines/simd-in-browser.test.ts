import { expect } from 'chai';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findChromium, openBrowser } from '../../governance-ui/browser.js';
import { absentHere } from '../../support/absent-here.js';
import { simdStepDigest } from './medium-step.js';

describe('the engine simd-wasm in a browser', function () {
  this.timeout(120_000);

  it('ends a step in the very state that Node ends it in', async function () {
    const chromium = findChromium();
    if (!chromium) absentHere(this, 'no Chromium; install it or set CHROMIUM to its path');
    const script = await bundle(fileURLToPath(new URL('./step-in-page.ts', import.meta.url)));
    const browser = await openBrowser(chromium!);
    try {
      const page = await browser.context.newPage();
      await page.addScriptTag({ content: script });
      const found = await page.evaluate('stepInPage.digest()');
      expect(found).to.equal(simdStepDigest);
    } finally {
      await browser.close();
    }
  });
});

/** By the bundler of the pages. */
async function bundle(entry: string): Promise<string> {
  const pages = createRequire(new URL('../../../governance-ui/package.json', import.meta.url));
  const vite = (await import(pathToFileURL(pages.resolve('vite')).href)) as {
    build(options: object): Promise<{ output: { code?: string }[] }[]>;
  };
  const environment = process.env.NODE_ENV;
  try {
    const [built] = await vite.build({
      ...{ configFile: false, envDir: false, publicDir: false, logLevel: 'silent' },
      build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'stepInPage' } },
    });
    return built!.output.map(({ code }) => code ?? '').join('\n');
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
  }
}
