/** Whatever a disk does in the middle of a write: nothing unverified is seen under a digest, and the next try succeeds. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { signAct } from '@commonweights/dataset-registry/server/upload-ticket.js';
import { recipientDefault } from '@commonweights/dataset-registry/server/registry.js';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import {
  readImportJournal,
  writeImportJournal,
} from '@commonweights/dataset-registry/transforms/import-journal.js';
import { ImportSource } from '@commonweights/dataset-registry/transforms/import-source.js';
import { storeItemStream } from '@commonweights/dataset-registry/transforms/store-item-stream.js';
import { withFailingDisk } from '../../support/failing-disk.js';
import { writeFile } from 'node:fs/promises';

const faults = ['crash', 'full'] as const;
const key = createKey();

/** Every blob that is seen is the one of its name. */
async function expectWhole(store: FolderStore): Promise<number> {
  let seen = 0;
  for await (const { digest } of store.list()) {
    expect(digestOf(await store.get(digest))).to.equal(digest);
    seen++;
  }
  return seen;
}

describe('a disk that fails', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cw-failing-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  for (const fault of faults) {
    for (const [size, kind] of [
      [10_000, 'put'],
      [2 ** 22 + 5, 'put that is hashed while it is written'],
    ] as const) {
      it(`at any step of a ${kind} shows no half blob, and the next put mends it (${fault})`, async () => {
        const bytes = randomBytes(size);
        let step = 0;
        for (; ; step++) {
          const folder = join(dir, `${step}`);
          const { failed, error } = await withFailingDisk(fault, step, () =>
            new FolderStore(folder).put(bytes),
          );
          expect(await expectWhole(new FolderStore(folder)), `step ${step}`).to.be.at.most(1);
          if (!failed) break;
          // What was not stored is said; only what tidies up may fail unheard.
          const isThere = await new FolderStore(folder).has(digestOf(bytes));
          if (!isThere) expect((error as { code?: string } | null)?.code).to.match(/ENOSPC|EIO/);
          const again = new FolderStore(folder);
          expect(await again.put(bytes)).to.equal(digestOf(bytes));
          expect(Buffer.from(await again.get(digestOf(bytes))).equals(bytes)).to.equal(true);
        }
        expect(step, 'there are steps to fail at').to.be.at.least(4);
      });
    }

    for (const how of ['whole', 'in pieces', 'for readers'] as const) {
      it(`at any step of an upload ${how} shows no half blob, and the next one is taken (${fault})`, async () => {
        const bytes = randomBytes(6_000);
        const digest = digestOf(bytes);
        let step = 0;
        for (; ; step++) {
          const dataDir = join(dir, `${step}`);
          const first = await open(dataDir);
          const { failed } = await withFailingDisk(fault, step, () =>
            upload(first.url, bytes, how),
          );
          await first.stop();
          const blobs = new FolderStore(join(dataDir, 'blobs'));
          const shelf = new FolderStore(join(dataDir, 'private', 'blobs'));
          expect((await expectWhole(blobs)) + (await expectWhole(shelf))).to.be.at.most(1);
          const second = await open(dataDir);
          try {
            if (how === 'for readers') expect(await read(second.url, digest)).to.equal(404);
            const { status } = await upload(second.url, bytes, how);
            expect(status, `step ${step}`).to.be.oneOf([200, 201]);
            expect(await blobs.has(digest)).to.equal(how !== 'for readers');
            expect(await shelf.has(digest)).to.equal(how === 'for readers');
            await expectWhole(how === 'for readers' ? shelf : blobs);
          } finally {
            await second.stop();
          }
          if (!failed) break;
        }
        expect(step).to.be.at.least(5);
      });
    }

    it(`at any step of an import leaves whole blobs, and the same import goes on to the same dataset (${fault})`, async () => {
      const source = join(dir, 'source');
      const lines = Array.from({ length: 40 }, (_, i) =>
        JSON.stringify({ text: `${i} `.repeat(40) }),
      );
      await writeFile(`${source}.jsonl`, lines.join('\n'));
      const run = async (folder: string) => {
        const store = new FolderStore(join(folder, 'blobs'));
        const journal = join(folder, 'journal.json');
        const from = await ImportSource.open(`${source}.jsonl`);
        const fingerprint = from.fingerprint();
        const before = await readImportJournal(journal, { fingerprint, store });
        return storeItemStream(store, from.items(before?.place), {
          ...(before ? { from: before.stored } : {}),
          fileBytesMax: 1_000,
          onStored: (stored) =>
            writeImportJournal(journal, { fingerprint, place: from.place, stored }),
        });
      };
      const whole = await run(join(dir, 'whole'));
      let step = 0;
      for (; ; step += 37) {
        const folder = join(dir, `${step}`);
        const { failed } = await withFailingDisk(fault, step, () => run(folder));
        await expectWhole(new FolderStore(join(folder, 'blobs')));
        expect(await run(folder), `step ${step}`).to.deep.equal(whole);
        if (!failed) break;
      }
      expect(step).to.be.at.least(37);
    });
  }

  it('lets two processes’ stores write one blob at once, and both have it', async () => {
    const bytes = randomBytes(200_000);
    const stores = Array.from({ length: 8 }, () => new FolderStore(join(dir, 'shared')));
    const digests = await Promise.all(stores.map((store) => store.put(bytes)));
    expect(new Set(digests)).to.deep.equal(new Set([digestOf(bytes)]));
    expect(await expectWhole(stores[0]!)).to.equal(1);
  });
});

async function open(dataDir: string): Promise<{ url: string; stop(): Promise<void> }> {
  return startRegistry({ dataDir, port: 0, authorise: async () => true, log: () => {} });
}

async function upload(
  url: string,
  bytes: Uint8Array,
  how: 'whole' | 'in pieces' | 'for readers',
): Promise<{ status: number }> {
  const digest = digestOf(bytes);
  const readers = how === 'for readers' ? { readers: 'ada.near/mine' } : {};
  const signer = { accountId: 'ada.near', secretKey: key.secretKey, recipient: recipientDefault };
  const authorization = signAct(
    { method: 'PUT', digest, ...readers },
    { ...signer, expiresAtMs: Date.now() + 60_000 },
  );
  const list = how === 'for readers' ? { 'commonweights-readers': 'ada.near/mine' } : {};
  const pieceBytes = how === 'in pieces' ? 2_000 : bytes.length;
  let last: Response | undefined;
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + pieceBytes);
    const range =
      how === 'in pieces' ? { 'content-range': `bytes ${at}-${end - 1}/${bytes.length}` } : {};
    last = await fetch(`${url}/blobs/${digest}`, {
      ...{ method: 'PUT', body: new Uint8Array(bytes.subarray(at, end)) },
      headers: { authorization, ...list, ...range },
    });
    const told = (await last.json()) as { offset?: number };
    if (last.status >= 500) return last;
    at = last.status === 409 ? told.offset! : end;
    if (last.status === 200) break;
  }
  return last!;
}

async function read(url: string, digest: Digest): Promise<number> {
  const { status } = await fetch(`${url}/blobs/${digest}`);
  return status;
}
