/** Clients that are slow on purpose, and a disk that fails once: the registry stays up for others. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { base58 } from '@scure/base';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { groupOf } from '@commonweights/dataset-registry/server/connection-counts.js';
import {
  recipientDefault,
  startRegistry,
  type RegistryOptions,
  type RunningRegistry,
} from '@commonweights/dataset-registry/server/registry.js';
import { signUpload } from '@commonweights/dataset-registry/server/upload-ticket.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';

const seed = randomBytes(32);
const secretKey = `ed25519:${base58.encode(Buffer.concat([seed, ed25519.getPublicKey(seed)]))}`;

function ticket(digest: Digest): string {
  const expiresAtMs = Date.now() + 60_000;
  return signUpload({
    ...{ accountId: 'alice.near', secretKey, recipient: recipientDefault, digest, expiresAtMs },
  });
}

describe('a registry with slow clients', () => {
  let dataDir: string;
  let registry: RunningRegistry | null;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cw-slow-'));
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await registry?.stop();
    registry = null;
    await rm(dataDir, { recursive: true });
  });

  async function start(options: Partial<RegistryOptions> = {}): Promise<string> {
    registry = await startRegistry({ dataDir, port: 0, authorise: async () => true, ...options });
    return registry.url;
  }

  /** Sends the head of a request, then a byte of its body every few milliseconds, for ever. */
  function drip(url: string, head: readonly string[]): { answer: Promise<string> } {
    const socket = open(url);
    socket.write(`${head.join('\r\n')}\r\nhost: a\r\ncontent-length: 1000000000\r\n\r\n`);
    const timer = setInterval(() => socket.write('x'), 10);
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (piece) => (text += piece.toString('latin1')));
      socket.once('close', () => resolve(text));
    }).finally(() => clearInterval(timer));
    return { answer };
  }

  function open(url: string): Socket {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  it('answers who announces a body that nobody wants, and ends the connection', async () => {
    const url = await start({ connectionTimes: { idleMs: 20_000, drainMs: 200 } });
    for (const [path, status] of [
      ['GET /health', 200],
      ['GET /index', 200],
      ['OPTIONS /health', 204],
      [`HEAD /blobs/${digestOf(randomBytes(4))}`, 404],
      ['POST /health', 404],
      ['GET /blobs/x', 400],
    ] as const) {
      const answer = await drip(url, [`${path} HTTP/1.1`]).answer;
      expect(answer, path).to.match(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer, path).to.match(/\r\nconnection: close\r\n/i);
    }
  });

  it('does not wait for a blob that it has, or for one that it refuses', async () => {
    const url = await start({ connectionTimes: { idleMs: 20_000, drainMs: 200 } });
    const bytes = new Uint8Array(10);
    const digest = await new HttpStore(url, { authorise: async (it) => ticket(it.digest) }).put(
      bytes,
    );
    const socket = open(url);
    const head = [`PUT /blobs/${digest} HTTP/1.1`, 'host: a', `authorization: ${ticket(digest)}`];
    const ended = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (piece) => (text += piece.toString('latin1')));
      socket.once('close', () => resolve(text));
    });
    socket.write(`${head.join('\r\n')}\r\ncontent-length: 10\r\n\r\n`);
    expect(await ended).to.match(/^HTTP\/1.1 200 .*connection: close.*"stored":false/is);
    const unsigned = await drip(url, [`PUT /blobs/${digest} HTTP/1.1`]).answer;
    expect(unsigned).to.match(/^HTTP\/1.1 401 .*connection: close/is);
  });

  it('keeps a connection whose requests have no body, or one that came whole', async () => {
    const url = await start();
    const socket = open(url);
    const answers = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (piece) => {
        text += piece.toString('latin1');
        if (text.split('HTTP/1.1 ').length === 4) resolve(text);
      });
      socket.once('close', () => resolve(text));
    });
    socket.write('GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.write('POST /health HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
    socket.write('GET /health HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(await answers).to.not.match(/connection: close/i);
  });

  it('closes who asks for a large blob and reads none of it', async () => {
    const url = await start({
      connectionTimes: { idleMs: 300, drainMs: 200 },
      connectionsPerAddressMax: 1,
    });
    const store = new HttpStore(url, { authorise: async (it) => ticket(it.digest) });
    const digest = await store.put(new Uint8Array(2 ** 24));
    await reachable(url);
    const socket = open(url);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.pause();
    socket.write(`GET /blobs/${digest} HTTP/1.1\r\nhost: a\r\n\r\n`);
    // The only place is taken until the registry has given up on it.
    await reachable(url);
  });

  it('takes so many connections of one address, and others when those have gone', async () => {
    const url = await start({ connectionsPerAddressMax: 2 });
    const first = open(url);
    const second = open(url);
    for (const socket of [first, second]) {
      await new Promise<void>((resolve) => socket.once('connect', resolve));
    }
    const third = open(url);
    await new Promise<void>((resolve) => third.once('close', resolve));
    expect(first.destroyed || second.destroyed).to.equal(false);
    first.destroy();
    await reachable(url);
  });

  it('counts none where a proxy does', async () => {
    const url = await start({ connectionsPerAddressMax: null });
    const many = Array.from({ length: 150 }, () => open(url));
    for (const socket of many) {
      await new Promise<void>((resolve) => {
        if (socket.connecting) socket.once('connect', resolve);
        else resolve();
      });
    }
    await reachable(url);
    expect(many.some(({ destroyed }) => destroyed)).to.equal(false);
  });

  /** Asks, each time on a connection of its own, until it is answered. */
  async function reachable(url: string): Promise<void> {
    for (const until = Date.now() + 10_000; Date.now() < until;) {
      const answer = await fetch(`${url}/health`, { headers: { connection: 'close' } }).catch(
        () => null,
      );
      if (answer?.ok) return void (await answer.text());
    }
    throw new Error('the registry answers nobody');
  }

  it('goes on taking and counting uploads after its disk failed once', async () => {
    const url = await start({ quotas: { bytesPerAccount: 3 * 4_096 } });
    const put = async (bytes: Uint8Array): Promise<number> => {
      const digest = digestOf(bytes);
      const headers = { authorization: ticket(digest) };
      const body = new Uint8Array(bytes);
      return (await fetch(`${url}/blobs/${digest}`, { method: 'PUT', body, headers })).status;
    };
    const quiet = console.error;
    console.error = () => {};
    // A folder where the book is to be: no file takes its place.
    await mkdir(join(dataDir, 'quota.json'));
    try {
      expect(await put(randomBytes(10))).to.equal(500);
    } finally {
      console.error = quiet;
    }
    await rm(join(dataDir, 'quota.json'), { recursive: true });
    expect(await put(randomBytes(10))).to.equal(201);
    await registry!.stop();
    await start({ quotas: { bytesPerAccount: 3 * 4_096 } });
    const again = registry!.url;
    const third = randomBytes(10);
    const sent = await fetch(`${again}/blobs/${digestOf(third)}`, {
      ...{ method: 'PUT', body: third, headers: { authorization: ticket(digestOf(third)) } },
    });
    expect(sent.status, 'two were counted, each as 4 KiB').to.equal(201);
    const fourth = randomBytes(10);
    const refused = await fetch(`${again}/blobs/${digestOf(fourth)}`, {
      ...{ method: 'PUT', body: fourth, headers: { authorization: ticket(digestOf(fourth)) } },
    });
    expect(refused.status).to.equal(413);
    expect(((await refused.json()) as { code: string }).code).to.equal('QUOTA_EXCEEDED');
  });
});

describe('an address', () => {
  it('is one machine’s in IPv4, one network’s in IPv6', () => {
    for (const [address, group] of [
      ['192.0.2.7', '192.0.2.7'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
      ['::FFFF:192.0.2.7', '192.0.2.7'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
      ['2001:db8:1:2::9', '2001:db8:1:2'],
      ['2001:db8:1::9', '2001:db8:1:0'],
      ['2001:0db8:0001:0002::', '2001:db8:1:2'],
      ['fe80::1%eth0', 'fe80:0:0:0'],
      ['::1', '0:0:0:0'],
      ['', ''],
    ] as const) {
      expect(groupOf(address), address).to.equal(group);
    }
  });
});
