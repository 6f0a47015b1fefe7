/**
 * The walk over graphs with TensorFlow.js on the backends that only pages have, WebGL and WebGPU, in
 * headless Chromium whose drivers compute on the processor. The backends are npm packages of two
 * megabytes that nothing else here needs, so they are installed for the job.
 */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check } from '@commonweights/trainer/engines/conformance/check-engine.js';
import { findChromium, openBrowser } from '../governance-ui/browser.js';
import { scriptForPage } from '../support/page-script.js';
import { Skipped } from './python.js';
import { softwareGpu } from './webgpu-in-browser.js';

const execute = promisify(execFile);
const installMs = 300_000;

/** What starts each backend on the processor. */
const flags = {
  webgpu: softwareGpu,
  webgl: ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
} as const;
type Backend = keyof typeof flags;

/** Every operation and its gradient, and whole steps; what a session promises is not the backend's. */
const checked = ['gradient: ', 'whole steps'];

export async function runTfjsInBrowser(): Promise<string> {
  const chromium = findChromium();
  if (!chromium) throw new Skipped('no Chromium here');
  const folder = await mkdtemp(join(tmpdir(), 'cw-tfjs-pages-'));
  try {
    const packages = await install(folder);
    const entry = fileURLToPath(new URL('./tfjs-in-page.ts', import.meta.url));
    const script = await scriptForPage(entry, 'tfjsInPage', packages);
    const found: string[] = [];
    for (const backend of ['webgpu', 'webgl'] as const) {
      found.push(await check(backend, chromium, script));
    }
    return found.join('; ');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the version that the engine `tfjs` has. Error: `Skipped`. */
async function install(folder: string): Promise<Record<string, string>> {
  const own = createRequire(
    createRequire(import.meta.url).resolve('@commonweights/trainer/engines/tfjs.js'),
  );
  const manifest = await readFile(own.resolve('@tensorflow/tfjs-core/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const names = ['core', 'backend-webgl', 'backend-webgpu'].map(
    (part) => `@tensorflow/tfjs-${part}`,
  );
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--prefix', folder];
  const wanted = names.map((name) => `${name}@${version}`);
  await execute('npm', ['install', ...wanted, ...flags], { timeout: installMs }).catch(() => {
    throw new Skipped(`cannot install ${wanted.join(', ')} here`);
  });
  return Object.fromEntries(names.map((name) => [name, join(folder, 'node_modules', name)]));
}

async function check(backend: Backend, chromium: string, script: string): Promise<string> {
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>page</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, 'localhost', resolve));
  const browser = await openBrowser(chromium, { args: flags[backend] });
  try {
    const page = await browser.context.newPage();
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
    await page.addScriptTag({ content: script });
    const asked = `${JSON.stringify(backend)}, ${JSON.stringify(checked)}`;
    const checks: readonly Check[] | null = await page.evaluate(`tfjsInPage.suite(${asked})`);
    if (!checks) return `${backend} does not start here`;
    expect(checks.filter(({ passed }) => !passed)).to.deep.equal([]);
    expect(checks.length).to.be.above(25);
    return `${checks.length} checks on ${backend}`;
  } finally {
    await browser.close();
    site.close();
  }
}
