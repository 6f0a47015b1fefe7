/** `commonweights registry serve`, as its operator and its clients meet it. */
import { expect } from 'chai';
import { runCommonweights } from '@commonweights/cli/commonweights.js';
import { fillOnce } from '@commonweights/cli/fill-mirror.js';
import { openRegistryStore } from '@commonweights/cli/registry-store.js';
import { authoriseByChain } from '@commonweights/cli/upload-authority.js';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import type { DatasetView, ReleaseView } from '@commonweights/dao-contracts/client/views.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { putFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { handlerError, ScriptedNode } from '../dao-contracts/client/scripted-node.js';
import { startS3 } from '../dataset-registry/store/s3-server.js';
import { CliFolder, expectOneSentence } from './cli-folder.js';

interface Serving {
  url: string;
  out: () => string;
  err: () => string;
  /** Waits until standard error has it; in vain for as long as a test may last. */
  tells: (sentence: RegExp) => Promise<void>;
  stop: () => Promise<number>;
}

describe('commonweights registry serve', () => {
  let cli: CliFolder;
  let node: ScriptedNode;
  const serving: Serving[] = [];
  let env: Record<string, string> = {};
  const account = { accountId: 'ann.test', secretKey: createKey().secretKey };

  beforeEach(async () => {
    cli = await CliFolder.create();
    node = await ScriptedNode.start();
  });
  afterEach(async () => {
    for (const each of serving.splice(0)) await each.stop();
    await node.stop();
    await cli.remove();
  });

  async function serve(...flags: string[]): Promise<Serving> {
    const stop = new AbortController();
    let out = '';
    let err = '';
    const waiting = new Set<() => void>();
    const tells = (sentence: RegExp) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!sentence.test(err)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    const ended = runCommonweights(
      ['registry', 'serve', '--port', '0', '--keep-free', '1KB', '--rpc', node.rpcUrl, ...flags],
      {
        stdout: { write: (text: string) => (out += text) },
        stderr: { write: (text: string) => ((err += text), waiting.forEach((look) => look())) },
        ...{ env, cwd: cli.folder, signal: stop.signal },
      },
    );
    await Promise.race([
      tells(/^registry +\S+$/m),
      ended.then((code) => expect.fail(`it ended with ${code}: ${err}`)),
    ]);
    const [, url] = /^registry +(\S+)$/m.exec(err)!;
    const it = {
      ...{ url: url!, out: () => out, err: () => err, tells },
      stop: () => (stop.abort(), ended),
    };
    serving.push(it);
    return it;
  }

  it('keeps what an account of the network signed, and writes a line for each request', async () => {
    const { url, out, err, stop } = await serve();
    const store = openRegistryStore({ url, account });
    const bytes = new Uint8Array(2_000).fill(7);
    const digest = await store.put(bytes);
    expect(await store.get(digest)).to.deep.equal(bytes);
    expect(await (await fetch(`${url}/health`)).json()).to.deep.equal({
      ...{ status: 'ok', service: 'commonweights-registry', uploads: true, mirror: false },
    });
    expect((await fetch(`${url}/openapi.json`)).status).to.equal(200);
    expect(err()).to.match(/uploads of +any account of localnet, 17\.2 GB each/);
    expect(await stop()).to.equal(0);
    const lines = out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).to.include({ method: 'PUT', status: 201, account: 'ann.test', digest });
    const again = await serve();
    expect(await openRegistryStore({ url: again.url }).get(digest)).to.deep.equal(bytes);
  });

  it('refuses keys that the chain does not know, accounts that it does not serve, and a silent chain', async () => {
    const bytes = new Uint8Array(3);
    const refusal = async (url: string) => {
      const store = openRegistryStore({ url, account });
      return store.put(bytes).then(
        () => 'taken',
        (error: Error) => error.message,
      );
    };
    node.key = () => handlerError('UNKNOWN_ACCESS_KEY', { public_key: createKey().publicKey });
    expect(await refusal((await serve()).url)).to.match(
      /^UPLOAD_REFUSED: .*may not upload for ann/,
    );
    await serving.pop()!.stop();
    node.key = () => ({ result: { nonce: 1, permission: 'FullAccess' } });
    const few = await serve('--accounts', 'bob.test,eve.test');
    expect(few.err()).to.match(/uploads of +bob\.test, eve\.test, /);
    expect(await refusal(few.url)).to.match(/^UPLOAD_REFUSED: .*may not upload for ann/);
    await serving.pop()!.stop();
    const silent = await serve();
    await node.stop();
    node = await ScriptedNode.start();
    expect(await refusal(silent.url)).to.match(/the chain does not say now whose key/);
  }).timeout(20_000);

  it('keeps blobs in a bucket, with keys of the environment', async () => {
    const s3 = await startS3();
    try {
      const { bucket, endpoint } = s3.options;
      env = s3.env;
      const { url, err } = await serve('--store', `s3://${bucket}/x`, '--endpoint', endpoint);
      expect(err()).to.match(/blobs in +s3:\/\/weights\/x, the rest in /);
      const digest = await openRegistryStore({ url, account }).put(Uint8Array.of(1, 2));
      expect(await new HttpStore(`${endpoint}/${bucket}/x`).get(digest)).to.have.lengthOf(2);
      await serving.pop()!.stop();
    } finally {
      env = {};
      await s3.stop();
    }
  });

  it('refuses a bucket that is none, that it has no keys for, or that is away', async () => {
    const run = (...flags: string[]) =>
      cli.run('registry', 'serve', '--port', '0', '--rpc', node.rpcUrl, ...flags);
    const keyless = await run('--store', 's3://weights');
    expectOneSentence(keyless, /^NO_BUCKET_KEYS: .*set both/);
    expect(keyless.code).to.equal(2);
    expectOneSentence(await run('--store', './folder'), /^BAD_BUCKET_ADDRESS: "\.\/folder"/);
    expectOneSentence(await run('--endpoint', 'http://a'), /^USAGE: .*name it with --store/);
    const away = await cli.runWith(
      { env: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' } },
      ...['registry', 'serve', '--port', '0', '--rpc', node.rpcUrl],
      ...['--store', 's3://weights', '--endpoint', 'http://127.0.0.1:1'],
    );
    expectOneSentence(away, /^STORE_UNREACHABLE: s3:\/\/weights\/ at http:\/\/127/);
    const mirror = await cli.run('mirror', 'export', 's3://weights');
    expectOneSentence(mirror, /^NO_BUCKET_KEYS/);
  });

  it('has a folder to itself', async () => {
    await serve();
    const second = await cli.run('registry', 'serve', '--port', '0', '--rpc', node.rpcUrl);
    expectOneSentence(second, /^REGISTRY_IN_USE: process \d+ serves .*registry; .*--data$/);
    expect(second.code).to.equal(2);
    await serving.pop()!.stop();
    await serve();
  });

  it('keeps to the bounds that it is given', async () => {
    const { url } = await serve('--quota', '5KB', '--blob', '4KB', '--requests', '7');
    const store = openRegistryStore({ url, account });
    await store.put(new Uint8Array(1));
    const refusal = (bytes: number) =>
      store.put(new Uint8Array(bytes)).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await refusal(4_001)).to.match(/takes blobs of at most 4000/);
    expect(await refusal(2)).to.match(/has stored 4096 of 5000 bytes/);
    await serving.pop()!.stop();
    const full = await serve('--disk', '1KB', '--data', 'other');
    const message = await openRegistryStore({ url: full.url, account })
      .put(new Uint8Array(1_001))
      .catch((error: Error) => error.message);
    expect(message).to.match(/its disk has no room/);
  });

  it('warns who serves others without a bound for the disk', async () => {
    const told = /^Nothing keeps any account of localnet from filling the disk .*give --disk\.$/m;
    for (const [flags, isWarned] of [
      [['--host', '0.0.0.0'], true],
      [['--host', '0.0.0.0', '--disk', '5GB'], false],
      [['--host', '0.0.0.0', '--accounts', 'ann.test'], false],
      [[], false],
    ] as const) {
      const { err, stop } = await serve(...flags);
      await stop();
      expect(told.test(err()), flags.join(' ')).to.equal(isWarned);
    }
  });

  it('mirrors others, and fetches ahead what a DAO has on record', async () => {
    const origin = await serve('--data', 'origin');
    const store = openRegistryStore({ url: origin.url, account });
    const files = ['one', 'two'].map((path) => ({ path, bytes: new TextEncoder().encode(path) }));
    const { digest: manifest } = await putFiles(store, files);
    const evidence = await store.put(new TextEncoder().encode('why'));
    const dataset = { id: 'a@1', manifest, evidence, optOut: null, parents: [], status: 'active' };
    node.view = (method) => ({ result: method === 'list_datasets' ? [dataset] : [] });
    const flags = ['--mirror-of', origin.url, '--data', 'mirror', '--contract', 'dao.test'];
    const mirror = await serve(...flags, '--fill', '1h');
    await mirror.tells(/1 datasets and releases fetched, 0 blobs missing/);
    expect(mirror.err()).to.match(/mirror of +http/);
    await origin.stop();
    const reader = openRegistryStore({ url: mirror.url });
    for (const { bytes } of files) {
      expect(await reader.get(digestOf(bytes))).to.deep.equal(bytes);
    }
    expect(await reader.has(evidence)).to.equal(true);
    expect(await mirror.stop()).to.equal(0);
  }).timeout(20_000);

  it('goes on filling past what nobody has, and what is no manifest', async () => {
    const here = new Map<string, Uint8Array>();
    const put = (text: string) => {
      const bytes = new TextEncoder().encode(text);
      here.set(digestOf(bytes), bytes);
      return digestOf(bytes);
    };
    const tree = await putFiles(
      { put: async (bytes: Uint8Array) => put(new TextDecoder().decode(bytes)) } as never,
      [{ path: 'a', bytes: new TextEncoder().encode('A') }],
    ).catch(() => null);
    expect(tree).to.not.equal(null);
    const fact = { evidence: null, optOut: null, parents: [], status: 'active' };
    const bad = put('no manifest');
    const gone = digestOf(Uint8Array.of(9));
    const datasets = [bad, gone, tree!.digest].map((manifest) => ({ ...fact, manifest }));
    const withdrawn = { ...fact, manifest: put('withdrawn'), status: 'withdrawn' };
    const asked: string[] = [];
    const registry = {
      fetchAhead: async (digest: string) => (asked.push(digest), here.has(digest)),
      store: { get: async (digest: string) => here.get(digest)! },
    };
    const client = {
      listDatasets: async () => [...datasets, withdrawn] as unknown as DatasetView[],
      listReleases: async () => [] as ReleaseView[],
    };
    const filling = { registry, client, signal: new AbortController().signal } as never;
    const whole = new Set<never>();
    // The one file of the tree is away; its list of one chunk nobody asks for.
    here.delete(digestOf(new TextEncoder().encode('A')));
    expect(await fillOnce(filling, whole)).to.deep.equal({ trees: 0, missing: 3 });
    expect(asked).to.include(gone).and.not.include(withdrawn.manifest);
    for (const missing of asked.filter((one) => !here.has(one)))
      here.set(missing, new Uint8Array());
    here.delete(gone);
    expect(await fillOnce(filling, whole)).to.deep.equal({ trees: 1, missing: 2 });
    asked.length = 0;
    await fillOnce(filling, whole);
    expect(asked, 'what is whole is not asked for again').to.not.include(tree!.digest);
  });

  describe('refuses', () => {
    const cases: [string[], RegExp, number][] = [
      [['--mirror-of', 'http://a.example', '--quota', '5GB'], /^USAGE: a mirror takes no upl/, 2],
      [['--fill'], /^USAGE: --fill says .*--mirror-of/, 2],
      [['--mirror-of', 'http://a.example', '--fill', '1h'], /^NO_CONTRACT/, 2],
      [['--mirror-of', 'a.example'], /^BAD_STORE_URL: "a\.example"/, 2],
      [['--disk', '5'], /^USAGE: .*It must be a size like 500MB/, 2],
      [['--host', '203.0.113.1'], /^REGISTRY_NOT_STARTED: .*; name an address of this machine/, 2],
    ];
    for (const [flags, sentence, code] of cases) {
      it(flags.join(' '), async () => {
        const result = await cli.run('registry', 'serve', '--port', '0', ...flags);
        expectOneSentence(result, sentence);
        expect(result.code).to.equal(code);
      });
    }
  });

  it('remembers a key for a minute, and that it is none for a moment', async () => {
    let nowMs = 0;
    let asked = 0;
    let answer = false;
    const authorise = authoriseByChain(
      { isKeyOfAccount: async () => (asked++, answer) },
      { now: () => nowMs },
    );
    const ask = () => authorise('ann.test', 'ed25519:x', 'PUT');
    expect([await ask(), await ask(), asked]).to.deep.equal([false, false, 1]);
    answer = true;
    nowMs += 5_000;
    expect([await ask(), await ask(), asked]).to.deep.equal([true, true, 2]);
    answer = false;
    nowMs += 60_000;
    expect([await ask(), asked]).to.deep.equal([false, 3]);
  });

  it('lets nobody upload but whom its operator serves, and anybody with a key ask by name', async () => {
    const served = authoriseByChain(
      { isKeyOfAccount: async () => true },
      { accounts: ['ann.test'] },
    );
    expect(await served('ann.test', 'ed25519:x', 'PUT')).to.equal(true);
    expect(await served('bob.test', 'ed25519:x', 'PUT')).to.equal(false);
    expect(await served('bob.test', 'ed25519:x', 'LIST')).to.equal(false);
    expect(await served('bob.test', 'ed25519:x', 'GET')).to.equal(true);
  });
});
