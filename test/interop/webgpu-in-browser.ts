/**
 * ONNX Runtime's WebGPU build for browsers, really run in headless Chromium on the Vulkan driver that it
 * brings for the processor: the whole conformance suite in a page.
 */
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Check } from '@commonweights/trainer/engines/conformance/check-engine.js';
import { findChromium, openBrowser } from '../governance-ui/browser.js';
import { scriptForPage } from '../support/page-script.js';
import { Skipped } from './python.js';

/** WebGPU on the Vulkan driver for processors that Chromium brings. */
export const softwareGpu = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-webgpu-adapter=swiftshader',
];

interface Found {
  readonly adapter: string;
  readonly checks: readonly Check[];
}

export async function runWebGpuInBrowser(): Promise<string> {
  const chromium = findChromium();
  if (!chromium) throw new Skipped('no Chromium here');
  const site = await servePackage();
  const browser = await openBrowser(chromium, { args: softwareGpu });
  try {
    const page = await browser.context.newPage();
    // WebGPU is for pages of safe origins, and a page of this machine is one.
    await page.goto(site.address);
    const found = await runSuite(page, site.address);
    if (!found) throw new Skipped('this Chromium has no WebGPU adapter');
    const { adapter, checks } = found;
    expect(checks.filter(({ passed }) => !passed)).to.deep.equal([]);
    expect(checks.length).to.be.above(40);
    return `${checks.length} checks on WebGPU in Chromium (${adapter})`;
  } finally {
    await browser.close();
    site.close();
  }
}

async function runSuite(page: Page, address: string): Promise<Found | null> {
  const entry = fileURLToPath(new URL('./webgpu-in-page.ts', import.meta.url));
  await page.addScriptTag({ url: `${address}ort.webgpu.min.js` });
  await page.addScriptTag({ content: await scriptForPage(entry, 'webgpuInPage') });
  return page.evaluate(`webgpuInPage.suite(ort, ${JSON.stringify(address)}, 2)`);
}

/** An empty page, and beside it the files of `onnxruntime-web`. */
async function servePackage(): Promise<{ address: string; close(): void }> {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const server = createServer((request, response) => {
    const name = request.url!.slice(1);
    if (!/^[a-z.-]+\.(js|mjs|wasm)$/.test(name)) {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>page</title>');
      return;
    }
    const type = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    readFile(join(folder, name)).then(
      (bytes) => response.setHeader('content-type', type).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://localhost:${port}/`, close: () => server.close() };
}
