import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { base58 } from '@scure/base';
import { expect } from 'chai';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { partsMax, partsPerAccountMax } from '@commonweights/dataset-registry/server/limits.js';
import {
  recipientDefault,
  startRegistry,
  type RegistryOptions,
  type RunningRegistry,
} from '@commonweights/dataset-registry/server/registry.js';
import { signUpload } from '@commonweights/dataset-registry/server/upload-ticket.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { putFiles } from '@commonweights/dataset-registry/store/manifest-store.js';

const accountId = 'alice.near';
const seed = randomBytes(32);
const publicKey = `ed25519:${base58.encode(ed25519.getPublicKey(seed))}`;
const secretKey = `ed25519:${base58.encode(Buffer.concat([seed, ed25519.getPublicKey(seed)]))}`;

function ticket(digest: Digest, changes: Partial<Parameters<typeof signUpload>[0]> = {}): string {
  const expiresAtMs = Date.now() + 60_000;
  const fixed = { accountId, secretKey, recipient: recipientDefault, digest, expiresAtMs };
  return signUpload({ ...fixed, ...changes });
}

interface Dripping {
  request: ClientRequest;
  ended: Promise<string>;
}

interface Refused {
  code: string;
  message: string;
  remedy: string;
}

describe('the registry service', () => {
  let dataDir: string;
  const running: RunningRegistry[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cw-registry-'));
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    await rm(dataDir, { recursive: true });
  });

  async function start(options: Partial<RegistryOptions> = {}): Promise<string> {
    const authorise = async (account: string, key: string): Promise<boolean> =>
      account === accountId && key === publicKey;
    const registry = await startRegistry({ dataDir, port: 0, authorise, ...options });
    running.push(registry);
    return registry.url;
  }

  function store(url: string): HttpStore {
    return new HttpStore(url, { authorise: async ({ digest }) => ticket(digest) });
  }

  async function put(
    url: string,
    bytes: Uint8Array,
    authorization: string | null,
    digest = digestOf(bytes),
  ): Promise<{ status: number; body: Refused }> {
    const response = await fetch(`${url}/blobs/${digest}`, {
      method: 'PUT',
      body: new Uint8Array(bytes),
      headers: authorization ? { authorization } : {},
    });
    return { status: response.status, body: (await response.json()) as Refused };
  }

  it('returns every byte of what was stored, also by range and as HEAD', async () => {
    const url = await start();
    const bytes = new Uint8Array(randomBytes(300_000));
    const digest = await store(url).put(bytes);
    expect(await store(url).get(digest)).to.deep.equal(bytes);
    expect(await store(url).size(digest)).to.equal(300_000);
    const pieces: Uint8Array[] = [];
    for await (const piece of store(url).read(digest, { start: 100, end: 200_100 })) {
      pieces.push(piece);
    }
    expect(new Uint8Array(Buffer.concat(pieces))).to.deep.equal(bytes.slice(100, 200_100));
  });

  it('stores an empty blob', async () => {
    const url = await start();
    const digest = await store(url).put(new Uint8Array(0));
    expect(await store(url).get(digest)).to.deep.equal(new Uint8Array(0));
  });

  it('lets pages of any origin read, and says that blobs never change', async () => {
    const url = await start();
    const digest = await store(url).put(Uint8Array.of(1, 2, 3));
    const response = await fetch(`${url}/blobs/${digest}`);
    expect(response.headers.get('access-control-allow-origin')).to.equal('*');
    expect(response.headers.get('cross-origin-resource-policy')).to.equal('cross-origin');
    expect(response.headers.get('cache-control')).to.include('immutable');
    const preflight = await fetch(`${url}/blobs/${digest}`, { method: 'OPTIONS' });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-headers')).to.include('authorization');
  });

  it('keeps what was stored, and the quota used, over a restart', async () => {
    const first = await start({ quotas: { bytesPerAccount: 10_000 } });
    const digest = await store(first).put(new Uint8Array(6_000));
    await running.pop()!.stop();
    const again = await start({ quotas: { bytesPerAccount: 10_000 } });
    expect(await store(again).has(digest)).to.equal(true);
    const second = Uint8Array.from({ length: 4_097 }, () => 7);
    const { status, body } = await put(again, second, ticket(digestOf(second)));
    expect([status, body.code]).to.deep.equal([413, 'QUOTA_EXCEEDED']);
  });

  it('refuses a body whose digest is not its name, and keeps nothing of it', async () => {
    const url = await start();
    const named = digestOf(Uint8Array.of(1));
    const { status, body } = await put(url, Uint8Array.of(2), ticket(named), named);
    expect([status, body.code]).to.deep.equal([422, 'WRONG_DIGEST']);
    expect(body.remedy).to.be.a('string').and.not.equal('');
    expect(await store(url).has(named)).to.equal(false);
    expect(await readdir(join(dataDir, 'blobs', 'tmp'))).to.deep.equal([]);
  });

  it('refuses uploads that are unsigned, expired, for others, by others or forged', async () => {
    const url = await start();
    const bytes = randomBytes(10);
    const digest = digestOf(bytes);
    const stranger = ed25519.utils.randomSecretKey();
    const strangerKey = base58.encode(Buffer.concat([stranger, ed25519.getPublicKey(stranger)]));
    const forged = JSON.parse(atob(ticket(digest).slice(7))) as Record<string, string>;
    forged['accountId'] = 'bob.near';
    const cases: [string, string | null, string][] = [
      ['unsigned', null, 'NOT_SIGNED'],
      ['garbage', 'NEP413 !!', 'NOT_SIGNED'],
      ['too long', `NEP413 ${'A'.repeat(5000)}`, 'NOT_SIGNED'],
      ['expired', ticket(digest, { expiresAtMs: Date.now() - 1 }), 'NOT_SIGNED'],
      ['without end', ticket(digest, { expiresAtMs: Date.now() + 1e9 }), 'NOT_SIGNED'],
      ['another blob', ticket(digestOf(randomBytes(1))), 'NOT_SIGNED'],
      ['another registry', ticket(digest, { recipient: 'else' }), 'NOT_SIGNED'],
      ['bad account', ticket(digest, { accountId: '../x' }), 'NOT_SIGNED'],
      ['stranger', ticket(digest, { secretKey: `ed25519:${strangerKey}` }), 'NOT_ALLOWED'],
      ['another account', `NEP413 ${btoa(JSON.stringify(forged))}`, 'NOT_ALLOWED'],
    ];
    for (const [name, header, code] of cases) {
      const { body } = await put(url, bytes, header);
      expect(body.code, name).to.equal(code);
    }
    expect(await store(url).has(digest)).to.equal(false);
  });

  it('is read-only without a way to authorise', async () => {
    const registry = await startRegistry({ dataDir, port: 0 });
    running.push(registry);
    const bytes = Uint8Array.of(1);
    const { status, body } = await put(registry.url, bytes, ticket(digestOf(bytes)));
    expect([status, body.code]).to.deep.equal([403, 'UPLOADS_OFF']);
  });

  it('refuses a blob above its bound before reading it', async () => {
    const url = await start({ maxBlobBytes: 1000 });
    const bytes = new Uint8Array(1001);
    const { status, body } = await put(url, bytes, ticket(digestOf(bytes)));
    expect([status, body.code]).to.deep.equal([413, 'BLOB_TOO_LARGE']);
  });

  it('refuses a body of unannounced length', async () => {
    const url = await start();
    const digest = digestOf(Uint8Array.of(1));
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { authorization: ticket(digest), 'transfer-encoding': 'chunked' };
      const sending = httpRequest(
        `${url}/blobs/${digest}`,
        { method: 'PUT', headers },
        (answer) => {
          let text = '';
          answer.on('data', (piece) => (text += String(piece))).on('end', () => resolve(text));
        },
      );
      sending.on('error', reject).end('x');
    });
    expect((JSON.parse(body) as Refused).code).to.equal('LENGTH_REQUIRED');
  });

  it('cuts off an upload that stalls, and frees its place and its bytes', async () => {
    const url = await start({
      uploadTimes: { stallMs: 400, graceMs: 10_000 },
      quotas: { bytesPerAccount: 4_096 },
    });
    const bytes = Uint8Array.from({ length: 10 }, (_, i) => i);
    const digest = digestOf(bytes);
    const outcome = await new Promise<string>((resolve) => {
      const headers = { authorization: ticket(digest), 'content-length': '10' };
      const sending = httpRequest(`${url}/blobs/${digest}`, { method: 'PUT', headers });
      sending.on('error', () => resolve('cut off'));
      sending.on('response', (answer) => resolve(String(answer.statusCode)));
      sending.write(bytes.subarray(0, 5));
    });
    expect(outcome).to.equal('cut off');
    // The client hears of it a moment before the registry has cleaned up.
    let answer = await put(url, bytes, ticket(digest));
    for (let i = 0; i < 200 && answer.status === 413; i++) {
      answer = await put(url, bytes, ticket(digest));
    }
    expect(answer.status).to.equal(201);
  });

  /** Announces a blob and sends a byte of it now and then. */
  function drip(url: string, options: { account?: string; everyMs: number }): Dripping {
    const bytes = randomBytes(100_000);
    const changes = options.account ? { accountId: options.account } : {};
    const headers = {
      authorization: ticket(digestOf(bytes), changes),
      'content-length': bytes.length,
    };
    const address = `${url}/blobs/${digestOf(bytes)}`;
    const request = httpRequest(address, { method: 'PUT', headers });
    const timer = setInterval(() => request.write(bytes.subarray(0, 1)), options.everyMs);
    const ended = new Promise<string>((resolve) => {
      request.on('error', () => resolve('cut off'));
      request.on('response', (answer) => resolve(String(answer.statusCode)));
    }).finally(() => clearInterval(timer));
    request.write(bytes.subarray(0, 1));
    return { request, ended };
  }

  it('cuts off an upload that drips, however much it has announced', async () => {
    const url = await start({ uploadTimes: { stallMs: 10_000, graceMs: 300 } });
    expect(await drip(url, { everyMs: 20 }).ended).to.equal('cut off');
  });

  it('lets an honest upload in when a few accounts hold every slot', async () => {
    const url = await start({ uploadsAtOnceMax: 4, authorise: async () => true });
    const names = ['m1.near', 'm1.near', 'm2.near', 'm2.near'];
    const greedy = names.map((account) => drip(url, { account, everyMs: 50 }));
    try {
      // The fifth is refused or cuts off another as soon as the four are running.
      let cutOff = 0;
      for (const { ended } of greedy) void ended.then(() => cutOff++);
      for (let i = 0; i < 200 && cutOff === 0; i++) {
        const bytes = new Uint8Array(randomBytes(1_000));
        expect((await put(url, bytes, ticket(digestOf(bytes)))).status).to.equal(201);
      }
      expect(cutOff).to.equal(1);
    } finally {
      for (const { request } of greedy) request.destroy();
    }
  });

  it('answers 429 and when to try again while every slot is in fair use', async () => {
    const url = await start({ uploadsAtOnceMax: 1, authorise: async () => true });
    const other = drip(url, { account: 'other.near', everyMs: 50 });
    try {
      // Until the other's upload has begun, each of these finds the slot free.
      for (const until = Date.now() + 10_000; Date.now() < until;) {
        const bytes = new Uint8Array(randomBytes(10));
        const digest = digestOf(bytes);
        const response = await fetch(`${url}/blobs/${digest}`, {
          method: 'PUT',
          body: bytes,
          headers: { authorization: ticket(digest) },
        });
        const body = (await response.json()) as Refused;
        if (response.status === 201) continue;
        expect([response.status, body.code]).to.deep.equal([429, 'TOO_MANY_UPLOADS']);
        expect(response.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
        return;
      }
      expect.fail('never refused');
    } finally {
      other.request.destroy();
    }
  });

  it('receives a blob again that was cut short on its disk', async () => {
    const url = await start();
    const bytes = new Uint8Array(randomBytes(1_000));
    const digest = await store(url).put(bytes);
    await truncate(join(dataDir, 'blobs', digest.slice(7, 9), digest.slice(7)), 10);
    await store(url).put(bytes);
    expect(await store(url).get(digest)).to.deep.equal(bytes);
  });

  it('takes a large blob in pieces', async () => {
    const url = await start();
    const bytes = new Uint8Array(randomBytes(5_500));
    const options = { authorise: async ({ digest }: { digest: Digest }) => ticket(digest) };
    const pieces = new HttpStore(url, { ...options, pieceBytes: 1_000 });
    const digest = await pieces.put(bytes);
    expect(await store(url).get(digest)).to.deep.equal(bytes);
    expect(await readdir(join(dataDir, 'parts'))).to.deep.equal([]);
  });

  async function putPiece(
    url: string,
    bytes: Uint8Array,
    range: string,
    slice: [number, number],
  ): Promise<{ status: number; body: Refused & { offset?: number } }> {
    const digest = digestOf(bytes);
    const response = await fetch(`${url}/blobs/${digest}`, {
      method: 'PUT',
      body: new Uint8Array(bytes.subarray(...slice)),
      headers: { authorization: ticket(digest), 'content-range': range },
    });
    return { status: response.status, body: (await response.json()) as Refused };
  }

  it('goes on with an upload from the byte where it broke, over a restart too', async () => {
    const bytes = new Uint8Array(randomBytes(3_000));
    const first = await start();
    expect((await putPiece(first, bytes, 'bytes 0-999/3000', [0, 1_000])).status).to.equal(202);
    await running.pop()!.stop();
    const url = await start();
    const wrong = await putPiece(url, bytes, 'bytes 2000-2999/3000', [2_000, 3_000]);
    expect([wrong.status, wrong.body.code, wrong.body.offset]).to.deep.equal([
      409,
      'WRONG_OFFSET',
      1_000,
    ]);
    expect((await putPiece(url, bytes, 'bytes 1000-2999/3000', [1_000, 3_000])).status).to.equal(
      201,
    );
    expect(await store(url).get(digestOf(bytes))).to.deep.equal(bytes);
  });

  it('goes on in a piece that broke off, and hashes what is there and not what was meant', async () => {
    const url = await start();
    const bytes = new Uint8Array(randomBytes(3_000));
    expect((await putPiece(url, bytes, 'bytes 0-999/3000', [0, 1_000])).status).to.equal(202);
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname).on('error', () => {});
    socket.write(
      `PUT /blobs/${digestOf(bytes)} HTTP/1.1\r\nhost: ${hostname}\r\n` +
        `authorization: ${ticket(digestOf(bytes))}\r\ncontent-length: 2000\r\n` +
        'content-range: bytes 1000-2999/3000\r\n\r\n',
    );
    socket.write(bytes.subarray(1_000, 1_700));
    let offset = 1_000;
    for (let turn = 0; turn < 500 && offset !== 1_700; turn++) {
      if (turn === 20) socket.destroy();
      const asked = await putPiece(url, bytes, 'bytes 2999-2999/3000', [2_999, 3_000]);
      if (asked.body.code === 'WRONG_OFFSET') offset = asked.body.offset!;
    }
    expect(offset, 'of the piece some came').to.equal(1_700);
    const rest = await putPiece(url, bytes, 'bytes 1700-2999/3000', [1_700, 3_000]);
    expect(rest.status).to.equal(201);
    expect(await store(url).get(digestOf(bytes))).to.deep.equal(bytes);
  });

  it('lets the client find out by itself where to go on', async () => {
    const url = await start();
    const bytes = new Uint8Array(randomBytes(3_000));
    await putPiece(url, bytes, 'bytes 0-1499/3000', [0, 1_500]);
    const options = { authorise: async ({ digest }: { digest: Digest }) => ticket(digest) };
    await new HttpStore(url, { ...options, pieceBytes: 1_000 }).put(bytes);
    expect(await store(url).get(digestOf(bytes))).to.deep.equal(bytes);
  });

  it('lets an account begin an upload in pieces when another has filled the shelf', async () => {
    const url = await start();
    const folder = join(dataDir, 'parts');
    await mkdir(folder, { recursive: true });
    const tail = (i: number): string => String(i).padStart(64, '0');
    const greedy = 'a'.repeat(64);
    for (let i = 0; i < partsMax; i++) await writeFile(join(folder, `${greedy}-${tail(i)}`), '');
    const bytes = new Uint8Array(randomBytes(100));
    expect((await putPiece(url, bytes, 'bytes 0-49/100', [0, 50])).status).to.equal(202);
    expect((await putPiece(url, bytes, 'bytes 50-99/100', [50, 100])).status).to.equal(201);
    expect(await readdir(folder)).to.have.lengthOf(partsMax - 1);
  });

  it('refuses one more upload in pieces when every account on the shelf has one', async () => {
    const url = await start();
    const folder = join(dataDir, 'parts');
    await mkdir(folder, { recursive: true });
    const owner = (i: number): string => String(i).padStart(64, '0');
    for (let i = 0; i < partsMax; i++) {
      await writeFile(join(folder, `${owner(i)}-${'b'.repeat(64)}`), '');
    }
    const bytes = new Uint8Array(randomBytes(100));
    const refused = await putPiece(url, bytes, 'bytes 0-49/100', [0, 50]);
    expect([refused.status, refused.body.code]).to.deep.equal([503, 'TOO_MANY_PARTS']);
  });

  it('keeps the newest of an account that begins ever more uploads in pieces', async () => {
    const url = await start();
    const many = Array.from({ length: partsPerAccountMax + 3 }, () => randomBytes(100));
    for (const bytes of many) await putPiece(url, bytes, 'bytes 0-49/100', [0, 50]);
    const kept = await readdir(join(dataDir, 'parts'));
    expect(kept).to.have.lengthOf(partsPerAccountMax);
    const newest = digestOf(many.at(-1)!).slice(7);
    expect(kept.some((name) => name.endsWith(newest))).to.equal(true);
  });

  it('refuses pieces that make no sense, and a whole that is another blob', async () => {
    const url = await start({ maxBlobBytes: 10_000 });
    const bytes = new Uint8Array(randomBytes(100));
    const ranges = ['bytes 0-99', 'bytes 0-99/*', 'bytes 5-4/100', 'bytes 0-100/100', 'x'];
    for (const range of ranges.concat('bytes 0-98/100')) {
      const { status, body } = await putPiece(url, bytes, range, [0, 100]);
      expect([status, body.code], range).to.deep.equal([400, 'BAD_RANGE']);
    }
    const large = await putPiece(url, bytes, 'bytes 0-99/20000', [0, 100]);
    expect(large.body.code).to.equal('BLOB_TOO_LARGE');
    await putPiece(url, bytes, 'bytes 0-49/100', [50, 100]);
    const wrong = await putPiece(url, bytes, 'bytes 50-99/100', [50, 100]);
    expect(wrong.body.code).to.equal('WRONG_DIGEST');
    expect(await store(url).has(digestOf(bytes))).to.equal(false);
    expect(await readdir(join(dataDir, 'parts'))).to.deep.equal([]);
  });

  it('counts unfinished uploads against the quota', async () => {
    const url = await start({ quotas: { bytesPerAccount: 4_500 } });
    const one = new Uint8Array(randomBytes(700));
    const two = new Uint8Array(randomBytes(700));
    expect((await putPiece(url, one, 'bytes 0-599/700', [0, 600])).status).to.equal(202);
    const refused = await putPiece(url, two, 'bytes 0-599/700', [0, 600]);
    expect([refused.status, refused.body.code]).to.deep.equal([413, 'QUOTA_EXCEEDED']);
    expect((await putPiece(url, one, 'bytes 600-699/700', [600, 700])).status).to.equal(201);
  });

  it('refuses paths that are no digest, whatever they try', async () => {
    const url = await start();
    await writeFile(join(dataDir, 'secret'), 'x');
    const tries = [
      '..%2F..%2Fsecret',
      '%2e%2e%2fsecret',
      'sha256:ABC',
      '%ff',
      'sha256:' + 'z'.repeat(64),
    ];
    for (const path of tries) {
      const response = await fetch(`${url}/blobs/${path}`);
      expect(response.status, path).to.equal(400);
      expect(((await response.json()) as Refused).code, path).to.match(/^BAD_/);
    }
  });

  it('answers 404 and 416 as JSON with a remedy', async () => {
    const url = await start();
    const digest = await store(url).put(Uint8Array.of(1, 2, 3));
    const range = await fetch(`${url}/blobs/${digest}`, { headers: { range: 'bytes=9-10' } });
    expect([range.status, ((await range.json()) as Refused).code]).to.deep.equal([
      416,
      'BAD_RANGE',
    ]);
    for (const path of [`/blobs/${digestOf(randomBytes(9))}`, '/elsewhere']) {
      const response = await fetch(url + path);
      expect(response.status).to.equal(404);
      expect(await response.json()).to.have.keys('code', 'message', 'remedy');
    }
  });

  it('serves nothing that the operator denies, from the moment it is written down', async () => {
    const url = await start();
    const bytes = randomBytes(20);
    const digest = await store(url).put(bytes);
    await writeFile(join(dataDir, 'denylist.txt'), `# by court order\n${digest} case 12\n`);
    const response = await fetch(`${url}/blobs/${digest}`);
    expect(response.status).to.equal(451);
    expect(((await response.json()) as Refused).message).to.include('case 12');
    expect((await put(url, bytes, ticket(digest))).status).to.equal(451);
  });

  it('serves a parsed manifest, and refuses a blob that is none', async () => {
    const url = await start();
    const { manifest, digest } = await putFiles(store(url), [
      { path: 'a.txt', bytes: randomBytes(10) },
    ]);
    expect(await (await fetch(`${url}/manifests/${digest}`)).json()).to.deep.equal(manifest);
    const other = await store(url).put(canonicalBytes({ version: 2 }));
    expect((await fetch(`${url}/manifests/${other}`)).status).to.equal(422);
  });

  it('lists the operator’s names as hints', async () => {
    const url = await start();
    const digest = await new MemoryStore().put(Uint8Array.of(1));
    await writeFile(join(dataDir, 'index.json'), JSON.stringify({ first: digest, bad: 'x' }));
    const index: unknown = await (await fetch(`${url}/index`)).json();
    expect(index).to.deep.equal({ trust: 'hints only', names: { first: digest } });
  });
});
