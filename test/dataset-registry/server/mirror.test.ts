/** A registry that fills itself from others, none of which it trusts. */
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { absentMs, lyingPeerMs } from '@commonweights/dataset-registry/server/limits.js';
import type { LogLine } from '@commonweights/dataset-registry/server/request-log.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { putFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { putBlob, TestRegistries, ticketFor } from './test-registry.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('a mirror', () => {
  const registries = new TestRegistries();
  const peers: Server[] = [];
  afterEach(async () => {
    for (const peer of peers.splice(0)) {
      peer.closeAllConnections();
      await new Promise((resolve) => peer.close(resolve));
    }
    await registries.stop();
  });

  /** A peer that does as it is told, and what it was asked. */
  async function startPeer(answer: Answer): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.method!);
      answer(request, response);
    });
    peers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  /** Whatever is asked for, with ranges. */
  function sending(bytes: Uint8Array, most = Infinity): Answer {
    return (request, response) => {
      const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
      const start = Number(from ?? 0);
      response.setHeader('content-length', bytes.length - start);
      if (from !== undefined) {
        response.statusCode = 206;
        const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
        response.setHeader('content-range', range);
      }
      if (request.method === 'HEAD') return void response.end();
      const piece = bytes.subarray(start, start + most);
      if (start + piece.length === bytes.length) return void response.end(piece);
      response.write(piece, () => setImmediate(() => response.destroy()));
    };
  }

  const absent: Answer = (_, response) => void response.writeHead(404).end();
  const get = async (url: string, digest: Digest) => {
    const response = await fetch(`${url}/blobs/${digest}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const code = response.ok ? '' : (JSON.parse(text) as { code: string }).code;
    return { status: response.status, bytes, code, response };
  };

  it('fetches what it is asked for from a registry, and serves it when that is gone', async () => {
    const origin = await registries.start();
    const store = new HttpStore(origin.url, { authorise: async (it) => ticketFor(it.digest) });
    const bytes = new Uint8Array(randomBytes(300_000));
    const { digest, manifest } = await putFiles(store, [{ path: 'a', bytes }]);
    const { url, dataDir } = await registries.start({ mirrorOf: [origin.url] });
    const parsed: unknown = await (await fetch(`${url}/manifests/${digest}`)).json();
    expect(parsed).to.deep.equal(manifest);
    expect(await new HttpStore(url).size(digestOf(bytes))).to.equal(300_000);
    expect((await get(url, digestOf(new Uint8Array(0)))).status).to.equal(404);
    await origin.stop();
    expect((await get(url, digestOf(bytes))).bytes).to.deep.equal(bytes);
    expect(await readdir(join(dataDir, 'blobs', 'tmp'))).to.deep.equal([]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).to.include('commonweights_registry_peer_answers_total{outcome="fetched"} 2\n');
  });

  it('takes no uploads', async () => {
    const { url } = await registries.start({ mirrorOf: ['http://127.0.0.1:9'] });
    const refused = await putBlob(url, randomBytes(3));
    expect([refused.status, ((await refused.json()) as { code: string }).code]).to.deep.equal([
      403,
      'UPLOADS_OFF',
    ]);
    const both = registries.start({ mirrorOf: [url], authorise: async () => true });
    const message = await both.then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).to.match(/^MIRROR_TAKES_NO_UPLOADS/);
  });

  it('shows nobody what a lying peer sent, and asks another; the liar not again for long', async () => {
    let nowMs = 1_000_000;
    const bytes = randomBytes(5_000);
    const lies = bytes.map((byte) => byte ^ 1);
    const liar = await startPeer(sending(lies));
    const honest = await startPeer(sending(bytes));
    const log: LogLine[] = [];
    const alone = await registries.start({ mirrorOf: [liar.url] });
    expect((await get(alone.url, digestOf(bytes))).code).to.equal('BLOB_MISSING');
    const { url } = await registries.start({
      mirrorOf: [liar.url, honest.url],
      now: () => nowMs,
      log: (line) => void log.push(line),
    });
    liar.asked.length = 0;
    expect((await get(url, digestOf(bytes))).bytes).to.deep.equal(new Uint8Array(bytes));
    const told = log.flatMap((line) => (line.event === 'peer' ? [[line.peer, line.outcome]] : []));
    expect(told).to.deep.equal([
      [liar.url, 'corrupt'],
      [honest.url, 'fetched'],
    ]);
    nowMs += lyingPeerMs - 1;
    await get(url, digestOf(randomBytes(9)));
    expect(liar.asked).to.deep.equal(['HEAD', 'GET']);
    nowMs += absentMs;
    await get(url, digestOf(randomBytes(9)));
    expect(liar.asked.length).to.be.above(2);
  });

  it('asks once for what many want, and not again at once for what nobody has', async () => {
    let nowMs = 1_000_000;
    const bytes = randomBytes(20_000);
    const peer = await startPeer(sending(bytes));
    const first = await registries.start({ mirrorOf: [peer.url] });
    const wanted = Array.from({ length: 40 }, () => get(first.url, digestOf(bytes)));
    for (const { status } of await Promise.all(wanted)) expect(status).to.equal(200);
    expect(peer.asked).to.deep.equal(['HEAD', 'GET']);
    const poor = await startPeer(absent);
    const { url } = await registries.start({ mirrorOf: [poor.url], now: () => nowMs });
    for (let i = 0; i < 3; i++) {
      expect((await get(url, digestOf(bytes))).code).to.equal('BLOB_MISSING');
    }
    expect(poor.asked).to.deep.equal(['HEAD']);
    nowMs += absentMs;
    await get(url, digestOf(bytes));
    expect(poor.asked).to.deep.equal(['HEAD', 'HEAD']);
  });

  it('does not ask for ever where two are mirrors of one another', async () => {
    const first = await startPeer(absent);
    const one = await registries.start({ mirrorOf: [first.url] });
    const two = await registries.start({ mirrorOf: [one.url] });
    expect((await get(two.url, digestOf(randomBytes(5)))).code).to.equal('BLOB_MISSING');
    // The first mirror was asked by a mirror, so it asked nobody.
    expect(first.asked).to.deep.equal([]);
  });

  it('says that a blob is coming when that takes long, and has it in the end', async () => {
    const bytes = randomBytes(1_000);
    let finish = (): void => {};
    const peer = await startPeer((request, response) => {
      if (request.method === 'HEAD') return sending(bytes)(request, response);
      finish = () => sending(bytes)(request, response);
    });
    const { url } = await registries.start({ mirrorOf: [peer.url], mirrorPatienceMs: 20 });
    const early = await get(url, digestOf(bytes));
    expect([early.status, early.code]).to.deep.equal([503, 'BLOB_COMING']);
    expect(early.response.headers.get('retry-after')).to.equal('2');
    expect((await get(url, digestOf(bytes))).status).to.equal(503);
    finish();
    let late = await get(url, digestOf(bytes));
    while (late.status === 503) late = await get(url, digestOf(bytes));
    expect(late.bytes).to.deep.equal(new Uint8Array(bytes));
    expect(peer.asked).to.deep.equal(['HEAD', 'GET']);
  });

  it('goes on after a broken line from the byte where it broke', async () => {
    const bytes = randomBytes(90_000);
    const peer = await startPeer(sending(bytes, 40_000));
    const { url } = await registries.start({ mirrorOf: [peer.url] });
    expect((await get(url, digestOf(bytes))).bytes).to.deep.equal(new Uint8Array(bytes));
    expect(peer.asked).to.deep.equal(['HEAD', 'GET', 'GET', 'GET']);
  });

  it('fetches nothing that its operator denies, that is too large, or that does not fit', async () => {
    const bytes = randomBytes(5_000);
    const peer = await startPeer(sending(bytes));
    const denying = await registries.start({ mirrorOf: [peer.url] });
    await writeFile(join(denying.dataDir, 'denylist.txt'), `${digestOf(bytes)} no\n`);
    expect((await get(denying.url, digestOf(bytes))).code).to.equal('BLOB_DENIED');
    expect(peer.asked).to.deep.equal([]);
    const small = await registries.start({ mirrorOf: [peer.url], maxBlobBytes: 4_999 });
    expect((await get(small.url, digestOf(bytes))).code).to.equal('BLOB_MISSING');
    const full = await registries.start({ mirrorOf: [peer.url], disk: { bytesMax: 4_999 } });
    expect((await get(full.url, digestOf(bytes))).code).to.equal('REGISTRY_FULL');
    expect(peer.asked).to.deep.equal(['HEAD', 'HEAD']);
  });

  it('follows no peer to where that sends it', async () => {
    const bytes = randomBytes(50);
    const secret = await startPeer(sending(bytes));
    const peer = await startPeer((request, response) => {
      response.writeHead(302, { location: `${secret.url}${request.url}` }).end();
    });
    const { url } = await registries.start({ mirrorOf: [peer.url] });
    expect((await get(url, digestOf(bytes))).code).to.equal('BLOB_MISSING');
    expect(secret.asked).to.deep.equal([]);
  });

  it('soon refuses who makes up digests', async () => {
    const peer = await startPeer(absent);
    const { url } = await registries.start({
      ...{ mirrorOf: [peer.url], requestRate: { perSecond: 0.001, burst: 30 } },
    });
    const codes: string[] = [];
    for (let i = 0; i < 5; i++) codes.push((await get(url, digestOf(randomBytes(9)))).code);
    expect(codes.slice(0, 3)).to.deep.equal(Array(3).fill('BLOB_MISSING'));
    expect(codes.slice(3)).to.deep.equal(Array(2).fill('TOO_MANY_REQUESTS'));
    expect(peer.asked).to.have.lengthOf(3);
  });
});
