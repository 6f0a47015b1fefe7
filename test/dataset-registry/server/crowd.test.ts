/** Two hundred clients at once, and those who would hold the registry up. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { putBlob, TestRegistries, ticketFor } from './test-registry.js';

describe('a crowd at a registry', () => {
  const registries = new TestRegistries();
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await registries.stop();
  });

  function open(url: string): { socket: Socket; ended: Promise<string> } {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    const ended = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (piece) => (text += piece.toString('latin1')));
      socket.once('close', () => resolve(text));
    });
    return { socket, ended };
  }

  it('of two hundred is served without an error, uploads among them', async () => {
    const { url } = await registries.start({
      ...{ connectionsPerAddressMax: null, requestRate: null, uploadsAtOnceMax: 200 },
    });
    const bytes = new Uint8Array(randomBytes(100_000));
    const authorise = async (it: { digest: Parameters<typeof ticketFor>[0] }) =>
      ticketFor(it.digest);
    const digest = await new HttpStore(url, { authorise }).put(bytes);
    const clients = Array.from({ length: 200 }, async (_, i) => {
      const store = new HttpStore(url, { stallMs: 60_000, graceMs: 120_000, authorise });
      const pieces: Uint8Array[] = [];
      for await (const piece of store.read(digest, { start: i, end: 100_000 - i })) {
        pieces.push(piece);
      }
      const own = new Uint8Array(randomBytes(500 + i));
      const stored = await putBlob(url, own, { account: `c${i}.near` });
      expect(await stored.text()).to.include('"stored":true');
      const again = await store.get(digestOf(own));
      return { read: Buffer.concat(pieces), own, again };
    });
    for (const [i, { read, own, again }] of (await Promise.all(clients)).entries()) {
      expect(read.equals(bytes.subarray(i, 100_000 - i))).to.equal(true);
      expect(Buffer.from(again).equals(own)).to.equal(true);
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).to.not.match(/status="5\d\d"/);
    expect(metrics).to.include('commonweights_registry_stored_blobs_total 201\n');
  }).timeout(60_000);

  it('is rid of who sends the head of a request a letter at a time', async () => {
    const { url } = await registries.start({ connectionTimes: { headersMs: 300 } });
    const { socket, ended } = open(url);
    socket.write('GET /health HTTP/1.1\r\nhost: a\r\nx: ');
    const timer = setInterval(() => socket.write('x'), 10);
    expect(await ended.finally(() => clearInterval(timer))).to.match(/^(HTTP\/1.1 408 |$)/);
    expect((await fetch(`${url}/health`)).status).to.equal(200);
  });

  it('is rid of who reads an answer a little at a time', async () => {
    const { url } = await registries.start({ connectionTimes: { answerGraceMs: 200 } });
    const large = new Uint8Array(2 ** 26);
    expect((await putBlob(url, large)).status).to.equal(201);
    const { socket, ended } = open(url);
    socket.pause();
    socket.write(`GET /blobs/${digestOf(large)} HTTP/1.1\r\nhost: a\r\n\r\n`);
    // Never silent for long: a byte each time.
    const timer = setInterval(() => socket.read(1), 20);
    let running = true;
    const watch = async () => {
      while (running) {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        running = !/requests_running 1\n/.test(metrics);
      }
    };
    await watch().finally(() => clearInterval(timer));
    socket.destroy();
    await ended;
  }).timeout(20_000);

  it('is rid of a head that is too large, and of a body that is', async () => {
    const { url } = await registries.start({
      maxBlobBytes: 1_000,
      connectionTimes: { drainMs: 200 },
    });
    const head = open(url);
    head.socket.write(`GET /health HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await head.ended).to.match(/^HTTP\/1.1 431 /);
    const body = open(url);
    const digest = digestOf(randomBytes(2));
    body.socket.write(
      `PUT /blobs/${digest} HTTP/1.1\r\nhost: a\r\nauthorization: ${ticketFor(digest)}\r\n` +
        'content-length: 1000000000000\r\n\r\n',
    );
    const flood = setInterval(() => body.socket.write(new Uint8Array(1_000)), 5);
    const answer = await body.ended.finally(() => clearInterval(flood));
    expect(answer).to.match(/^HTTP\/1.1 413 .*connection: close.*"BLOB_TOO_LARGE"/is);
  });
});
