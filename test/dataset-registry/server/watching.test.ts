/** What an operator sees: metrics, a line for each request, the disk; and how a registry stops. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { DiskRoom } from '@commonweights/dataset-registry/server/disk-room.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import type { LogLine } from '@commonweights/dataset-registry/server/request-log.js';
import { putBlob, TestRegistries, ticketFor } from './test-registry.js';

describe('a registry that is watched', () => {
  const registries = new TestRegistries();
  afterEach(() => registries.stop());

  /** The log is written when a connection is done with, a moment after its answer. */
  async function until(condition: () => boolean): Promise<void> {
    for (let i = 0; i < 1_000 && !condition(); i++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(condition()).to.equal(true);
  }

  const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();
  const valueOf = (metrics: string, name: string) =>
    Number(
      metrics
        .split('\n')
        .find((line) => line.startsWith(`commonweights_registry_${name} `))
        ?.split(' ')
        .at(-1),
    );

  it('counts requests, refusals, bytes and blobs for Prometheus', async () => {
    const log: LogLine[] = [];
    const { url } = await registries.start({ log: (line) => void log.push(line) });
    const bytes = randomBytes(50_000);
    const digest = digestOf(bytes);
    expect((await putBlob(url, bytes)).status).to.equal(201);
    await (await fetch(`${url}/blobs/${digest}`)).arrayBuffer();
    await (await fetch(`${url}/blobs/${digestOf(randomBytes(3))}`)).text();
    await (await fetch(`${url}/a"}\n#/b`)).text();
    await until(() => log.length === 4);
    const metrics = await metricsOf(url);
    const of = (name: string) => valueOf(metrics, name);
    expect(of('requests_total{method="PUT",route="/blobs/{digest}",status="201"}')).to.equal(1);
    expect(of('requests_total{method="GET",route="/blobs/{digest}",status="200"}')).to.equal(1);
    expect(of('requests_total{method="GET",route="other",status="404"}')).to.equal(1);
    expect(of('refusals_total{code="BLOB_MISSING"}')).to.equal(1);
    expect(of('refusals_total{code="NO_SUCH_PATH"}')).to.equal(1);
    expect(of('stored_blobs_total')).to.equal(1);
    expect(of('disk_bytes')).to.equal(50_000);
    expect(of('sent_bytes_total')).to.be.above(50_000);
    expect(of('received_bytes_total')).to.be.above(50_000);
    expect(of('request_seconds_count{route="/blobs/{digest}"}')).to.equal(3);
    expect(of('request_seconds_bucket{route="/blobs/{digest}",le="+Inf"}')).to.equal(3);
    expect(of('requests_running')).to.equal(1);
    expect(of('connections')).to.be.above(0);
    for (const line of metrics.trimEnd().split('\n')) {
      expect(line).to.match(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[^\n]*\})? [\d.e+-]+)$/);
    }
    expect(metrics, 'names no account').to.not.include('alice');
  });

  it('writes one line a request, with who signed and what was answered', async () => {
    const log: LogLine[] = [];
    const { url } = await registries.start({ log: (line) => void log.push(line) });
    const bytes = randomBytes(5_000);
    await putBlob(url, bytes);
    await putBlob(url, bytes, { headers: { authorization: 'NEP413 x' } });
    await until(() => log.length === 2);
    const digest = digestOf(bytes);
    const same = { event: 'request', address: '127.0.0.1', method: 'PUT', digest } as const;
    expect(log[0]).to.deep.include({ ...same, status: 201, code: null, account: 'alice.near' });
    expect(log[1]).to.deep.include({ ...same, status: 401, code: 'NOT_SIGNED', account: null });
    const [first] = log;
    expect(first?.event === 'request' && first.receivedBytes).to.be.above(5_000);
    expect(new Date(first!.at).toISOString()).to.equal(first!.at);
  });

  it('logs what failed, and that a client went away before its answer', async () => {
    const log: LogLine[] = [];
    const { url, dataDir } = await registries.start({ log: (line) => void log.push(line) });
    await mkdir(join(dataDir, 'denylist.txt'));
    expect((await fetch(`${url}/blobs/${digestOf(randomBytes(1))}`)).status).to.equal(500);
    await until(() => log.length === 2);
    expect(log[0]).to.deep.include({ event: 'failure' });
    expect(log[1]).to.deep.include({ status: 500, code: 'REGISTRY_FAILED' });
    const slow = await registries.start({ log: (line) => void log.push(line) });
    const digest = digestOf(randomBytes(4));
    const upload = httpRequest(`${slow.url}/blobs/${digest}`, {
      method: 'PUT',
      headers: { authorization: ticketFor(digest), 'content-length': 1_000 },
    });
    upload.on('error', () => {});
    upload.write('x');
    for (let i = 0; i < 1_000 && valueOf(await metricsOf(slow.url), 'uploads_running') < 1;) i++;
    upload.destroy();
    await until(() => log.some((line) => line.event === 'request' && line.status === 0));
  });

  it('takes no more than its disk may hold, counting what was there before', async () => {
    const disk = { bytesMax: 10_000 };
    const first = await registries.start({ disk });
    expect((await putBlob(first.url, randomBytes(6_000))).status).to.equal(201);
    await first.stop();
    const { url } = await registries.start({ disk, dataDir: first.dataDir });
    expect(valueOf(await metricsOf(url), 'disk_bytes')).to.equal(6_000);
    // Other accounts make no room.
    const refused = await putBlob(url, randomBytes(4_001), { account: 'bob.near' });
    expect(refused.status).to.equal(507);
    expect(await refused.json()).to.deep.include({ code: 'REGISTRY_FULL' });
    const piece = { 'content-range': 'bytes 0-3499/3600' };
    const large = randomBytes(3_600);
    const digest = digestOf(large);
    const headers = { authorization: ticketFor(digest), ...piece };
    const body = new Uint8Array(large.subarray(0, 3_500));
    const part = await fetch(`${url}/blobs/${digest}`, { method: 'PUT', body, headers });
    expect(part.status).to.equal(202);
    expect((await putBlob(url, randomBytes(600))).status, 'the part counts').to.equal(507);
    expect((await putBlob(url, randomBytes(400))).status).to.equal(201);
  });

  it('leaves the rest of the disk what it was told to', async () => {
    const keep = { disk: { keepFreeBytes: Number.MAX_SAFE_INTEGER } };
    const { url } = await registries.start(keep);
    expect((await putBlob(url, randomBytes(1))).status).to.equal(507);
    expect((await fetch(`${url}/health`)).status).to.equal(200);
  });

  it('reserves room for what is under way, and frees what failed', async () => {
    const { dataDir } = await registries.start();
    const store = new FolderStore(join(dataDir, 'b'));
    await store.put(randomBytes(3));
    const room = await DiskRoom.open([store], { bytesMax: 10 });
    const [one, two] = await Promise.all([
      room.reserve(4),
      room.reserve(4).catch((error: { code: string }) => error.code),
    ]);
    expect(two).to.equal('REGISTRY_FULL');
    one.release();
    one.release();
    const again = await room.reserve(7);
    again.use();
    again.release();
    expect(room.usedBytes).to.equal(10);
  });

  it('lets what runs end when it stops, and takes nothing new', async () => {
    const { url, stop } = await registries.start();
    const bytes = randomBytes(2_000);
    const digest = digestOf(bytes);
    const answered = new Promise<number>((resolve, reject) => {
      const upload = httpRequest(
        `${url}/blobs/${digest}`,
        { method: 'PUT', headers: { authorization: ticketFor(digest), 'content-length': 2_000 } },
        (response) => resolve(response.resume().statusCode!),
      );
      upload.on('error', reject);
      upload.write(bytes.subarray(0, 1_000), () => {
        void (async () => {
          while (valueOf(await metricsOf(url), 'uploads_running') < 1);
          const stopped = stop({ graceMs: 10_000 });
          expect(await fetch(`${url}/health`).catch(() => null)).to.equal(null);
          upload.end(bytes.subarray(1_000));
          await stopped;
        })().catch(reject);
      });
    });
    expect(await answered).to.equal(201);
  });
});
