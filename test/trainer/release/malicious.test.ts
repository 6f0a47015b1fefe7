/** What somebody may hand out as a release, or as a model, to harm whoever looks at it. */
import { expect } from 'chai';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { decodeSafetensors } from '@commonweights/trainer/checkpoint/safetensors.js';
import { decodeEvidence } from '@commonweights/trainer/release/evidence.js';
import { parseBundle, startBundle } from '@commonweights/trainer/release/evidence-bundle.js';
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import { decodePolicy } from '@commonweights/trainer/release/policy.js';
import { pullRelease } from '@commonweights/trainer/release/pull.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { smallRelease, sparse, verifyUnderOwnManifest } from './small-release.js';

describe('malicious material', () => {
  const small = smallRelease(sparse);
  const { built, facts, files } = small;
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cw-malicious-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const messageOf = (work: Promise<unknown>) =>
    work.then(
      () => 'nothing was refused',
      (error: Error) => error.message,
    );

  describe('archives', () => {
    it('are no part of a release, nor anything else that a loader would unpack or run', () => {
      for (const path of [
        'model.zip',
        'weights.tar.gz',
        'pytorch_model.bin',
        'model.pkl',
        'run.py',
      ]) {
        const more = new Map(files).set(path, new TextEncoder().encode('PK\u0003\u0004'));
        const verdicts = verifyUnderOwnManifest(facts, more);
        const structure = verdicts.find(({ claim }) => claim === 'structure')!;
        expect(structure, path).to.include({ status: 'fail', code: 'FILE_UNKNOWN' });
      }
    });

    it('that a mirror unpacks on the way stop at the bytes that the manifest gives', async () => {
      // 64 kB that become 64 MB, for whatever is asked.
      const bomb = gzipSync(new Uint8Array(2 ** 26));
      const asked: string[] = [];
      const { url, server } = await serve((path, answer) => {
        asked.push(path);
        answer.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      });
      try {
        const store = new HttpStore(url);
        expect(await messageOf(store.get(built.digest, { maxBytes: 2 ** 20 }))).to.match(
          /^BLOB_TOO_LARGE: /,
        );
        const targetDir = join(dir, 'model');
        const sources = [{ name: url, store }];
        const pull = pullRelease({ release: built.digest, sources, targetDir });
        expect(await messageOf(pull)).to.match(/^NO_SOURCE_LEFT: /);
        // Behind a manifest that is right: each chunk of each file.
        const manifest = encodeManifest(built.manifest);
        const half = { ...halfTrue(store, manifest), name: url };
        const files_ = pullRelease({ release: built.digest, sources: [half], targetDir });
        expect(await messageOf(files_)).to.match(/^NO_SOURCE_LEFT: /);
        expect(asked.length).to.be.above(2);
        expect(await readdir(dir)).to.not.include('model');
      } finally {
        server.close();
      }
    });
  });

  it('leaves no folder by the paths of its manifest, which is refused before anything is fetched', async () => {
    for (const path of [
      '../evil',
      '/etc/evil',
      'a/../../evil',
      'a\\..\\evil',
      '.git/hooks/evil',
      'C:evil',
    ]) {
      const manifest = structuredClone(built.manifest);
      (manifest.files[0] as { path: string }).path = path;
      const store = new MemoryStore();
      const release = await store.put(canonicalBytes(manifest));
      for (const bytes of files.values()) await store.put(bytes);
      const targetDir = join(dir, 'in', 'model');
      const pull = pullRelease({ release, sources: [{ name: 'mirror', store }], targetDir });
      expect(await messageOf(pull), path).to.match(/^BAD_MANIFEST: /);
      expect(await readdir(dir), path).to.deep.equal([]);
    }
  });

  it('nested without end is refused, whichever file it is in', async () => {
    const deep = `${'['.repeat(40_000)}${']'.repeat(40_000)}`;
    const bytes = new TextEncoder().encode(deep);
    for (const path of [...files.keys()].filter((one) => one.endsWith('.json'))) {
      const verdicts = verifyUnderOwnManifest(facts, new Map(files).set(path, bytes));
      expect(exitCodeOf(verdicts), path).to.be.within(21, 25);
    }
    for (const [path, content] of files) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    }
    await writeFile(join(dir, 'manifest.json'), deep);
    const [first] = await verifyFolder({ dir, chain: facts });
    expect(first).to.include({ status: 'fail', code: 'MANIFEST_MALFORMED' });
    const value: unknown = JSON.parse(deep);
    expect(() => decodeEvidence(value)).to.throw(/^BAD_EVIDENCE/);
    expect(() => decodeEvidence({ ...facts, run: value })).to.throw(/^BAD_EVIDENCE/);
    expect(() => decodePolicy(value)).to.throw(/^BAD_POLICY/);
    expect(() => parseBundle(`${startBundle(built.digest)}${deep}\n`)).to.throw(/^BAD_BUNDLE/);
  });

  describe('headers of safetensors', () => {
    /** A header of so many bytes: this text, and then the last letter of it again and again. */
    const headed = (json: string, length = json.length, claimed = length) => {
      const bytes = new Uint8Array(8 + length).fill(json.charCodeAt(json.length - 1));
      new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed), true);
      bytes.set(new TextEncoder().encode(json), 8);
      return bytes;
    };
    const refusal = (bytes: Uint8Array) => {
      try {
        decodeSafetensors(bytes);
        return 'it was read';
      } catch (error) {
        return (error as Error).message;
      }
    };

    it('of more than 100 MB are refused by their length', () => {
      expect(refusal(headed('{} ', 100_000_001))).to.match(
        /^BAD_SAFETENSORS: its header claims 100000001 bytes/,
      );
      expect(refusal(headed('{}', 2, 100_000_000))).to.match(/its header claims 100000000 bytes/);
    });

    it('of 100 MB, of entries, lists or brackets without end, are refused before they fill the memory', () => {
      const entries = Array.from({ length: 101_000 }, (_, i) => `"${i}":[]`).join();
      const list = `{"a":{"dtype":"F32","shape":[${'1,'.repeat(99)}1`;
      const deepest = `{"a":{"a":{"a":{"a":{`;
      const before = process.memoryUsage().heapUsed;
      expect(refusal(headed(`{${entries},[`))).to.match(/more than 100001 entries/);
      expect(refusal(headed(list))).to.match(/a list of more than 16/);
      expect(refusal(headed(deepest, 100_000_000))).to.match(/nested too deeply/);
      expect(process.memoryUsage().heapUsed - before).to.be.below(5e8);
    });
  });

  function serve(
    answer: (path: string, to: ServerResponse) => void,
  ): Promise<{ url: string; server: Server }> {
    return new Promise((resolve) => {
      const server = createServer((request, to) => answer(request.url ?? '', to));
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        resolve({ url: `http://127.0.0.1:${port}`, server });
      });
    });
  }

  /** The manifest as it is, all else as the mirror has it. */
  function halfTrue(mirror: HttpStore, manifest: Uint8Array) {
    const digest = digestOf(manifest);
    return {
      store: {
        get: async (asked: Digest, options?: { maxBytes?: number }) =>
          asked === digest ? manifest : mirror.get(asked, options),
        read: (asked: Digest, range: { start: number; end: number; signal?: AbortSignal }) =>
          mirror.read(asked, range),
      },
    };
  }
});
