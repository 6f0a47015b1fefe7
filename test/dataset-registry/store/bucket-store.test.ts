import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { readBucketOptions } from '@commonweights/dataset-registry/store/bucket-address.js';
import {
  BucketStore,
  type BucketStoreOptions,
} from '@commonweights/dataset-registry/store/bucket-store.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { bucketName, startS3, type RunningS3 } from './s3-server.js';
import {
  behavesLikeABlobStore,
  behavesLikeAnErasableStore,
  behavesLikeAReceivingStore,
  codeOf,
  collect,
} from './store-laws.js';

const keys = { AWS_ACCESS_KEY_ID: 'me', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('a store in a bucket', () => {
  let s3: RunningS3;
  let staging: string;
  before(async () => {
    s3 = await startS3();
  });
  after(() => s3.stop());
  beforeEach(async () => {
    staging = await mkdtemp(join(tmpdir(), 'cw-staging-'));
  });
  afterEach(async () => {
    await rm(staging, { recursive: true });
    await rm(join(s3.folder, bucketName, 'a'), { recursive: true, force: true });
  });

  const make = (changed: Partial<BucketStoreOptions> = {}): BucketStore =>
    new BucketStore({ ...s3.options, stagingFolder: staging, retryMs: 1, ...changed });
  const objectPath = (digest: Digest): string =>
    join(s3.folder, bucketName, 'a/b/blobs', `${digest}._S3rver_object`);

  behavesLikeABlobStore(make);
  behavesLikeAnErasableStore(make);
  behavesLikeAReceivingStore(make, {
    damage: (digest, bytes) => writeFile(objectPath(digest), bytes),
  });

  it('keeps its blobs below its prefix, where a bucket that anybody may read is a mirror', async () => {
    const store = make();
    const bytes = new Uint8Array(randomBytes(90_000));
    const digest = await store.put(bytes);
    const { endpoint, bucket } = s3.options;
    const mirror = new HttpStore(`${endpoint}/${bucket}/a/b`);
    expect(await mirror.size(digest)).to.equal(90_000);
    expect(await mirror.get(digest)).to.deep.equal(bytes);
    const range = { start: 7, end: 70_000 };
    expect(await collect(mirror.read(digest, range))).to.deep.equal(bytes.slice(7, 70_000));
    expect(await make({ prefix: '' }).has(digest)).to.equal(false);
  });

  it('passes over what is no blob', async () => {
    const store = make();
    const digest = await store.put(Uint8Array.of(1));
    await writeFile(objectPath('notes & more' as Digest), 'x');
    const found: Digest[] = [];
    for await (const { digest: one } of store.list()) found.push(one);
    expect(found).to.deep.equal([digest]);
  });

  it('is refused with other keys, and says so without them', async () => {
    const wrong = { accessKeyId: 'S3RVER', secretAccessKey: 'something else' };
    const store = make({ keys: wrong });
    const error = await store.put(Uint8Array.of(1)).catch((caught: Error) => caught);
    expect(error).to.have.property('code', 'STORE_UNREACHABLE');
    expect(String(error)).to.match(/answered 403 SignatureDoesNotMatch/);
    expect(String(error)).to.not.include('something else');
    expect(await make().has(digestOf(Uint8Array.of(1)))).to.equal(false);
  });

  it('says that there is no such bucket', async () => {
    const store = make({ bucket: 'another' });
    const error = await store.put(Uint8Array.of(1)).catch((caught: Error) => caught.message);
    expect(error).to.match(/^STORE_UNREACHABLE: s3:\/\/another\/a\/b\/ .* has no such bucket/);
  });

  it('forgets nothing that it received when the bucket is away', async () => {
    const store = make({ endpoint: 'http://127.0.0.1:1' });
    const path = await store.temporaryPath();
    await writeFile(path, Uint8Array.of(1));
    const digest = digestOf(Uint8Array.of(1));
    expect(await codeOf(store.adopt(path, digest))).to.equal('STORE_UNREACHABLE');
    expect(await codeOf(store.size(digest))).to.equal('STORE_UNREACHABLE');
    expect(await readdir(staging)).to.have.lengthOf(1);
    await make().adopt(path, digest);
    expect(await make().has(digest)).to.equal(true);
    await unlink(objectPath(digest));
  });
});

describe('a bucket whose server errs', () => {
  const servers: Server[] = [];
  let staging: string;
  beforeEach(async () => {
    staging = await mkdtemp(join(tmpdir(), 'cw-staging-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
    await rm(staging, { recursive: true });
  });

  async function storeAt(listener: RequestListener): Promise<BucketStore> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const options = readBucketOptions('s3://some-bucket', { env: keys, endpoint });
    return new BucketStore({ ...options, stagingFolder: staging, stallMs: 300, retryMs: 1 });
  }
  const bytes = new Uint8Array(randomBytes(50_000));
  const digest = digestOf(bytes);

  it('is asked again while it is busy, and signs what is sent with its own digest', async () => {
    const hashes: unknown[] = [];
    let kept = 0;
    const store = await storeAt((request, response) => {
      if (request.method === 'HEAD') return response.setHeader('content-length', kept).end();
      expect(request.headers['content-length']).to.equal('50000');
      hashes.push(request.headers['x-amz-content-sha256']);
      const hash = createHash('sha256');
      request.on('data', (piece: Uint8Array) => hash.update(piece));
      request.on('end', () => {
        expect(hash.digest('hex')).to.equal(request.headers['x-amz-content-sha256']);
        if (hashes.length < 3)
          return response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
        kept = Number(request.headers['content-length']);
        response.end();
      });
      return undefined;
    });
    const path = await store.temporaryPath();
    await writeFile(path, bytes);
    await store.adopt(path, digest);
    expect(hashes).to.deep.equal([1, 2, 3].map(() => digest.slice(7)));
  });

  it('is believed nothing that it kept a part of, and the part is taken away', async () => {
    const asked: string[] = [];
    const store = await storeAt((request, response) => {
      asked.push(request.method!);
      request.resume();
      if (request.method === 'HEAD') response.setHeader('content-length', 10);
      request.on('end', () => response.end());
    });
    const error = await store.put(bytes).catch((caught: Error) => caught.message);
    expect(error).to.match(/^STORE_UNREACHABLE: .* kept 10 of 50000 bytes of sha256:/);
    expect(asked).to.deep.equal(['PUT', 'HEAD', 'DELETE']);
  });

  it('goes on with a range that broke from where it broke', async () => {
    const asked: unknown[] = [];
    const store = await storeAt((request, response) => {
      asked.push(request.headers.range);
      const start = Number(/^bytes=(\d+)-/.exec(request.headers.range!)![1]);
      const headers = {
        'content-range': `bytes ${start}-49999/50000`,
        'content-length': 50_000 - start,
      };
      response.writeHead(206, headers);
      if (asked.length > 1) return response.end(bytes.subarray(start));
      return response.write(bytes.subarray(0, 20_000), () => response.destroy());
    });
    expect(await collect(store.read(digest, { start: 0, end: 50_000 }))).to.deep.equal(bytes);
    expect(asked).to.deep.equal(['bytes=0-49999', 'bytes=20000-49999']);
  });

  // The server of the other tests cannot: it makes its tokens with a cipher that OpenSSL 3 dropped.
  it('lists page by page, whatever the token of the next', async () => {
    const token = `1/+=<"&amp;'`;
    const digests = [1, 2, 3].map((byte) => digestOf(Uint8Array.of(byte)));
    const asked: (string | null)[] = [];
    const store = await storeAt((request, response) => {
      const { searchParams } = new URL(request.url!, 'http://a');
      asked.push(searchParams.get('continuation-token'));
      const page = asked.length === 1 ? digests.slice(0, 2) : digests.slice(2);
      const contents = page.map(
        (one) =>
          `<Contents><Key>blobs/${one}</Key><Size>1</Size><ETag>&quot;x&quot;</ETag></Contents>`,
      );
      const next =
        asked.length === 1
          ? '<IsTruncated>true</IsTruncated><NextContinuationToken>1/+=&lt;&quot;&amp;amp;&apos;' +
            '</NextContinuationToken>'
          : '<IsTruncated>false</IsTruncated>';
      response.end(
        `<?xml version="1.0"?><ListBucketResult>${next}${contents.join('')}</ListBucketResult>`,
      );
    });
    const found: Digest[] = [];
    for await (const { digest: one } of store.list()) found.push(one);
    expect(found).to.deep.equal(digests);
    expect(asked).to.deep.equal([null, token]);
  });

  it('is given up when it is silent, sends another range, floods its list or sends us elsewhere', async () => {
    const silent = await storeAt(() => {});
    expect(await codeOf(silent.size(digest))).to.equal('STORE_UNREACHABLE');
    const other = await storeAt((_, response) => void response.end('all of it'));
    const read = collect(other.read(digest, { start: 5, end: 9 }));
    expect(await codeOf(read)).to.equal('STORE_UNREACHABLE');
    const flood = await storeAt((_, response) => void response.end('x'.repeat(5e6)));
    const list = (async () => {
      for await (const one of flood.list()) expect(one).to.equal(null);
    })();
    expect(await list.catch((error: Error) => error.message)).to.match(/answered with more than/);
    const elsewhere = await storeAt((_, response) => {
      response.writeHead(307, { location: 'http://169.254.169.254/' }).end();
    });
    expect(await codeOf(elsewhere.size(digest))).to.equal('STORE_UNREACHABLE');
  });
});

describe('the address of a bucket', () => {
  it('is read with what the environment says', () => {
    const lent = { ...keys, AWS_SESSION_TOKEN: 'lent', AWS_REGION: 'eu-west-1' };
    expect(readBucketOptions('s3://one.bucket/x/y.z/', { env: lent })).to.deep.equal({
      ...{ bucket: 'one.bucket', prefix: 'x/y.z/', region: 'eu-west-1' },
      endpoint: 'https://s3.eu-west-1.amazonaws.com',
      keys: { accessKeyId: 'me', secretAccessKey: 'secret', sessionToken: 'lent' },
    });
    const env = { ...keys, AWS_ENDPOINT_URL: 'http://other:9000/' };
    expect(readBucketOptions('s3://one', { env })).to.include({
      ...{ endpoint: 'http://other:9000', prefix: '', region: 'us-east-1' },
    });
    const endpoint = 'https://s3.example/';
    expect(readBucketOptions('s3://one', { env, endpoint, region: 'auto' })).to.include({
      ...{ endpoint: 'https://s3.example', region: 'auto' },
    });
  });

  it('is refused when it is none, or nobody has keys', () => {
    for (const text of [
      'one',
      's3://',
      's3://A',
      's3://one/../two',
      's3://one//a',
      's3://one/a b',
    ]) {
      expect(() => readBucketOptions(text, { env: keys }), text).to.throw(/^BAD_BUCKET_ADDRESS/);
    }
    for (const endpoint of ['host', 'ftp://host', 'https://me:pass@host', 'https://host/?a']) {
      const call = () => readBucketOptions('s3://one', { env: keys, endpoint });
      expect(call, endpoint).to.throw(/^BAD_BUCKET_ADDRESS: endpoint/);
    }
    const half = { AWS_ACCESS_KEY_ID: 'me' };
    expect(() => readBucketOptions('s3://one', { env: half })).to.throw(/^NO_BUCKET_KEYS/);
  });
});
