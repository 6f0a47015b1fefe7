/** Blobs that are not for everybody: who reads them, and that nobody else learns that they are there. */
import { readdir, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { TestRegistries } from './test-registry.js';

const keys = new Map(
  ['ada.near', 'bob.near', 'eve.near'].map((accountId) => [accountId, createKey()]),
);
const signer = (accountId: string, options = {}) =>
  uploadAuthoriser({ accountId, ...keys.get(accountId)! }, options);
/** As the chain would say. */
const authorise = async (accountId: string, publicKey: string) =>
  keys.get(accountId)?.publicKey === publicKey;
const friends = 'ada.near/friends';
const storeOf = (url: string, accountId: string, readers?: string) =>
  new HttpStore(url, {
    ...{ authorise: signer(accountId), signsReads: true },
    ...(readers === undefined ? {} : { readers }),
  });
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

describe('a blob that is not for everybody', () => {
  const registries = new TestRegistries();
  afterEach(() => registries.stop());

  async function setReaders(
    url: string,
    accounts: unknown,
    it: { by?: string; list?: string; host?: string; body?: string; now?: () => number } = {},
  ): Promise<Response> {
    const body = it.body ?? JSON.stringify(accounts);
    const readers = it.list ?? friends;
    const digest = digestOf(new TextEncoder().encode(JSON.stringify(accounts)));
    const host = it.host ?? new URL(url).host;
    const sign = signer(it.by ?? 'ada.near', it.now ? { now: it.now } : {});
    const authorization = await sign({ method: 'LIST', digest, readers, host });
    return fetch(`${url}/readers/${readers}`, { method: 'PUT', body, headers: { authorization } });
  }

  /** All that a stranger sees of an answer, but the moment and what follows from the digest asked for. */
  async function seen(url: string, digest: Digest, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(`${url}/blobs/${digest}`, init);
    const headers = [...response.headers].filter(([name]) => name !== 'date' && name !== 'etag');
    const text = (await response.text()).replaceAll(digest, 'DIGEST');
    return { status: response.status, headers, text };
  }

  it('is read by its owner and the readers on its list, whole and in ranges', async () => {
    const { url } = await registries.start({ authorise });
    const bytes = randomBytes(5_000);
    const digest = await storeOf(url, 'ada.near', friends).put(bytes);
    expect(await codeOf(storeOf(url, 'bob.near').get(digest))).to.equal('BLOB_MISSING');
    const answer = await setReaders(url, ['bob.near']);
    expect(await answer.json()).to.deep.equal({ readers: friends, accounts: 1 });
    for (const accountId of ['ada.near', 'bob.near']) {
      const store = storeOf(url, accountId);
      expect(Buffer.from(await store.get(digest)).equals(bytes), accountId).to.equal(true);
      expect(await store.size(digest)).to.equal(5_000);
      const range = [];
      for await (const piece of store.read(digest, { start: 10, end: 90 })) range.push(piece);
      expect(Buffer.concat(range).equals(bytes.subarray(10, 90))).to.equal(true);
    }
    const sign = signer('bob.near');
    const authorization = await sign({ method: 'GET', digest, host: new URL(url).host });
    const { headers } = await fetch(`${url}/blobs/${digest}`, { headers: { authorization } });
    expect(headers.get('cache-control')).to.equal('private, no-store');
    expect(headers.get('vary')).to.match(/authorization/);
  });

  it('is, to everybody else, what any digest is that is not there', async () => {
    const { url } = await registries.start({ authorise });
    const bytes = randomBytes(500);
    const digest = await storeOf(url, 'ada.near', friends).put(bytes);
    const absent = digestOf(randomBytes(9));
    const host = new URL(url).host;
    for (const method of ['GET', 'HEAD']) {
      expect(await seen(url, digest, { method })).to.deep.equal(
        await seen(url, absent, { method }),
      );
      const asked = async (one: Digest) => {
        const authorization = await signer('eve.near')({ method: 'GET', digest: one, host });
        return seen(url, one, { method, headers: { authorization, range: 'bytes=0-1' } });
      };
      expect(await asked(digest)).to.deep.equal(await asked(absent));
      const header = { authorization: 'NEP413 x', 'if-none-match': `"${digest}"` };
      const [one, other] = [digest, absent].map((each) =>
        seen(url, each, { method, headers: header }),
      );
      expect(await one).to.deep.equal(await other);
    }
    const manifest = await fetch(`${url}/manifests/${digest}`);
    expect(manifest.status).to.equal(404);
    // Nor does who has the bytes learn that they are here: all are taken, as if for the first time.
    const put = await fetch(`${url}/blobs/${digest}`, {
      ...{ method: 'PUT', body: new Uint8Array(bytes) },
      headers: { authorization: await signer('eve.near')({ digest }) },
    });
    expect(await put.json()).to.deep.equal({ digest, stored: true });
  });

  it('is not opened by its digest: a list is added by who sends all of it', async () => {
    const { url } = await registries.start({ authorise });
    const bytes = randomBytes(3_000);
    const digest = await storeOf(url, 'ada.near', friends).put(bytes);
    const readers = 'eve.near/mine';
    const headers = {
      authorization: await signer('eve.near')({ method: 'PUT', digest, readers }),
      'commonweights-readers': readers,
    };
    const lie = { method: 'PUT', body: new Uint8Array(3_000), headers };
    expect((await fetch(`${url}/blobs/${digest}`, lie)).status).to.equal(422);
    const range = { ...headers, 'content-range': 'bytes 2999-2999/3000' };
    const end = { method: 'PUT', body: new Uint8Array(1), headers: range };
    expect((await fetch(`${url}/blobs/${digest}`, end)).status).to.equal(409);
    expect(await codeOf(storeOf(url, 'eve.near').get(digest))).to.equal('BLOB_MISSING');
    const mine = new HttpStore(url, {
      ...{ authorise: signer('eve.near'), readers },
      pieceBytes: 999,
    });
    await mine.put(bytes);
    expect(await storeOf(url, 'eve.near').size(digest)).to.equal(3_000);
    expect(await codeOf(storeOf(url, 'bob.near').get(digest))).to.equal('BLOB_MISSING');
  });

  it('is no longer read by who is taken off the list, and an old list does not come back', async () => {
    const { url } = await registries.start({ authorise });
    const digest = await storeOf(url, 'ada.near', friends).put(randomBytes(10));
    const early = Date.now() - 5_000;
    expect((await setReaders(url, ['bob.near'], { now: () => early })).status).to.equal(200);
    expect(await storeOf(url, 'bob.near').size(digest)).to.equal(10);
    expect((await setReaders(url, [])).status).to.equal(200);
    expect(await storeOf(url, 'bob.near').size(digest)).to.equal(null);
    const again = await setReaders(url, ['bob.near'], { now: () => early });
    expect(await again.json()).to.include({ code: 'LIST_IS_NEWER' });
    expect(await storeOf(url, 'bob.near').size(digest)).to.equal(null);
    expect(await storeOf(url, 'ada.near').size(digest)).to.equal(10);
  });

  it('is not read with what another registry, or another request, was shown', async () => {
    const { url } = await registries.start({ authorise });
    const digest = await storeOf(url, 'ada.near', friends).put(randomBytes(10));
    const host = new URL(url).host;
    const sign = signer('ada.near');
    const other = digestOf(randomBytes(1));
    const stolen = [
      await sign({ method: 'GET', digest, host: 'another.example' }),
      await sign({ method: 'GET', digest: other, host }),
      await sign({ method: 'PUT', digest }),
      await signer('ada.near', { now: () => Date.now() - 3_600_000 })({
        method: 'GET',
        digest,
        host,
      }),
      await uploadAuthoriser({ accountId: 'ada.near', ...keys.get('eve.near')! })({
        ...{ method: 'GET', digest, host },
      }),
    ];
    for (const authorization of stolen) {
      const { status } = await fetch(`${url}/blobs/${digest}`, { headers: { authorization } });
      expect(status).to.be.oneOf([401, 403]);
    }
    // The host is the operator's word, not the request's: what was signed for another is not made good by a header.
    const named = await registries.start({ authorise, hosts: ['registry.example'] });
    const there = await storeOf(named.url, 'ada.near', friends).put(randomBytes(11));
    expect(await codeOf(storeOf(named.url, 'ada.near').get(there))).to.equal('BLOB_MISSING');
    const authorization = await sign({ method: 'GET', digest: there, host: 'registry.example' });
    const good = await fetch(`${named.url}/blobs/${there}`, { headers: { authorization } });
    expect(good.status).to.equal(200);
  });

  it('has lists that only their owner sets, of accounts only, and few', async () => {
    const { url } = await registries.start({ authorise });
    const refusals: [Promise<Response>, number, string][] = [
      [setReaders(url, ['bob.near'], { by: 'eve.near' }), 403, 'NOT_ALLOWED'],
      [setReaders(url, ['bob.near'], { list: 'ada.near/No' }), 400, 'BAD_LIST'],
      [
        setReaders(url, ['bob.near'], { list: `ada.near/${encodeURIComponent('../x')}` }),
        400,
        'BAD_LIST',
      ],
      [setReaders(url, ['Bob']), 400, 'BAD_LIST'],
      [setReaders(url, { bob: true }), 400, 'BAD_LIST'],
      [setReaders(url, Array(1_025).fill('bob.near')), 400, 'BAD_LIST'],
      [setReaders(url, ['bob.near'], { host: 'another.example' }), 401, 'NOT_SIGNED'],
      [setReaders(url, ['bob.near'], { body: '["eve.near"]' }), 401, 'NOT_SIGNED'],
      [setReaders(url, ['bob.near'], { body: 'x'.repeat(100_000) }), 413, 'BLOB_TOO_LARGE'],
    ];
    for (const [sent, status, code] of refusals) {
      const response = await sent;
      expect(await response.json()).to.include({ code });
      expect(response.status).to.equal(status);
    }
    const upload = new HttpStore(url, { authorise: signer('eve.near'), readers: friends });
    expect(await codeOf(upload.put(randomBytes(5)))).to.equal('UPLOAD_REFUSED');
  });

  it('stays closed when what says who reads it is lost', async () => {
    const { url, dataDir } = await registries.start({ authorise });
    const digest = await storeOf(url, 'ada.near', friends).put(randomBytes(10));
    await setReaders(url, ['bob.near']);
    await rm(join(dataDir, 'private', 'lists-of'), { recursive: true });
    for (const accountId of keys.keys()) {
      expect(await codeOf(storeOf(url, accountId).get(digest))).to.equal('BLOB_MISSING');
    }
    expect(await readdir(join(dataDir, 'blobs')).catch(() => [])).to.not.include(
      digest.slice(7, 9),
    );
  });

  it('is not mirrored: a mirror has what is for everybody', async () => {
    const { url } = await registries.start({ authorise });
    const digest = await storeOf(url, 'ada.near', friends).put(randomBytes(10));
    const mirror = await registries.start({ mirrorOf: [url] });
    expect(await codeOf(storeOf(mirror.url, 'ada.near').get(digest))).to.equal('BLOB_MISSING');
    // Both are asked by whoever knows both.
    const both = new HttpStore([mirror.url, url], {
      authorise: signer('ada.near'),
      signsReads: true,
    });
    expect(await both.size(digest)).to.equal(10);
  });

  it('is a manifest, too, for its readers', async () => {
    const { url } = await registries.start({ authorise });
    const manifest = encodeManifest(describeFiles([{ path: 'a', bytes: randomBytes(9) }]).manifest);
    const digest = await storeOf(url, 'ada.near', friends).put(manifest);
    const authorization = await signer('ada.near')({
      method: 'GET',
      digest,
      host: new URL(url).host,
    });
    const response = await fetch(`${url}/manifests/${digest}`, { headers: { authorization } });
    expect(await response.json()).to.include({ version: 1 });
    expect(response.headers.get('cache-control')).to.equal('private, no-store');
  });

  it('counts against quota and disk like any other', async () => {
    const { url, dataDir, stop } = await registries.start({
      ...{ authorise, quotas: { bytesPerAccount: 10_000 } },
    });
    const ada = storeOf(url, 'ada.near', friends);
    await ada.put(randomBytes(9_000));
    expect(await codeOf(ada.put(randomBytes(9_000)))).to.equal('UPLOAD_REFUSED');
    await stop();
    const again = await registries.start({ authorise, dataDir, disk: { bytesMax: 12_000 } });
    const bob = storeOf(again.url, 'bob.near');
    expect(await codeOf(bob.put(randomBytes(9_000)))).to.equal('STORE_UNREACHABLE');
    expect(await bob.put(randomBytes(1_000))).to.match(/^sha256:/);
  });
});
