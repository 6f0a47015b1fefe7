/**
 * The pages as plain files of a host that knows nothing of them: in a folder below its root, without a
 * header of ours. They read the chain and the registry of their network file, which are elsewhere.
 */
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { buildPages } from '@commonweights/governance-ui/build.js';
import { networkFileName, type NetworkFile } from '@commonweights/governance-ui/network-file.js';
import { startPageServer, type PageServer } from './page-server.js';
import { Screen } from './screen.js';

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

describe('pages on any static host', function () {
  this.timeout(120_000);
  let elsewhere: PageServer;
  let host: Server;
  let url: string;
  let page: Page;
  const asked = new Set<string>();
  const screen = new Screen();

  before(async function () {
    page = await screen.open(this);
    elsewhere = await startPageServer();
    const { folder } = await buildPages();
    const file: NetworkFile = {
      ...{ network: 'testnet', rpcUrl: elsewhere.node.rpcUrl, contract: 'dao.local' },
      registry: elsewhere.url,
    };
    host = createServer((request, response) => {
      const path = new URL(request.url!, 'http://host').pathname;
      const name = path.replace(/^\/some\/folder\//, '') || 'index.html';
      if (name === path) return void response.writeHead(404).end();
      const type = types[extname(name)] ?? 'application/octet-stream';
      const bytes = name === networkFileName ? JSON.stringify(file) : readFile(join(folder, name));
      Promise.resolve(bytes).then(
        (body) => response.writeHead(200, { 'content-type': type }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/some/folder/`;
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
  });
  after(async () => {
    await screen.close();
    host?.closeAllConnections();
    host?.close();
    await elsewhere?.stop();
  });

  it('show a release of another network, with its files from the registry', async () => {
    await screen.goTo(`${url}#/releases/1`);
    expect(await screen.text())
      .to.contain('model.safetensors')
      .and.contain('--network testnet');
    await screen.says(/on\s+testnet\s+at/);
  });

  it('load what lies in files of its own, and start workers there', async () => {
    await screen.goTo(`${url}#/propose/set-policy`);
    await screen.goTo(`${url}#/releases/1`);
    await screen.press('Verify it in this page');
    // The fixture's files are no model: that they were checked is what is seen.
    await screen.says('Do not use this release');
  });

  it('ask nobody but that host, the node and the registry, and break no rule of their policy', () => {
    const allowed = [url, elsewhere.node.rpcUrl, elsewhere.url].map((one) => new URL(one).origin);
    expect([...asked].filter((one) => !allowed.includes(one))).to.deep.equal([]);
    expect(screen.problems).to.deep.equal([]);
  });
});
