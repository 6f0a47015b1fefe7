/**
 * A mirror: a folder with the blobs of releases, which a registry serves as it is, and which can be laid
 * out for any web server or bucket. What goes in is hashed as it is copied, file and chunks, so that a
 * mirror holds nothing but what its digests say; whoever pulls from it checks that again.
 */
import { constants } from 'node:fs';
import {
  appendFile,
  copyFile,
  link,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { encodeChunkList } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { startDigest } from '@commonweights/dataset-registry/digest/digest-stream.js';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  countChunks,
  manifestLimits,
  parseManifest,
  type Manifest,
  type ManifestFile,
} from '@commonweights/dataset-registry/digest/manifest.js';
import { openDenylist, openIndex } from '@commonweights/dataset-registry/server/operator-files.js';
import { corrupt } from '@commonweights/dataset-registry/store/blob-errors.js';
import type { BucketStore } from '@commonweights/dataset-registry/store/bucket-store.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { digestOfFile } from '@commonweights/dataset-registry/store/hash-file.js';
import { MANIFEST_FILE } from './release-files.js';

export interface MirroredRelease {
  /** E.g. `speeches-1.0.0`: a hint for people, nothing that anybody trusts. */
  readonly name: string;
  readonly manifest: Digest;
  readonly bytes: number;
  /** Why the operator denies it; null: it is served. */
  readonly denied: string | null;
}

export class MirrorFolder {
  readonly store: FolderStore;

  /** `bucket`: where the blobs are of a mirror that serves one; names and denials stay in the folder. */
  constructor(
    readonly dataDir: string,
    private readonly bucket: Pick<BucketStore, 'get'> | null = null,
  ) {
    this.store = new FolderStore(join(dataDir, 'blobs'));
  }

  /**
   * Takes in a release's folder under a name. Errors: `MIRROR_REFUSED` where a file is not the
   * manifest's or the operator denies it, `BAD_MANIFEST`, those of the disk.
   */
  async add(dir: string, name: string): Promise<MirroredRelease> {
    const manifestBytes = await readManifest(dir);
    const manifest = parseManifest(manifestBytes);
    const digest = digestOf(manifestBytes);
    const denied = (await openDenylist(this.dataDir)()).get(digest);
    if (denied !== undefined) {
      throw refused(`the operator denies ${digest}: ${denied}`, 'take it off denylist.txt first');
    }
    for (const file of manifest.files) await this.addFile(dir, file, manifest.chunkBytes);
    // Last, so that a manifest that is there leads to everything.
    await this.store.put(manifestBytes);
    const key = await this.nameRelease(name, digest);
    return { name: key, manifest: digest, bytes: bytesOf(manifest), denied: null };
  }

  async list(): Promise<MirroredRelease[]> {
    const denied = await openDenylist(this.dataDir)();
    const found: MirroredRelease[] = [];
    for (const [name, digest] of await openIndex(this.dataDir)()) {
      const manifest = await this.manifestOf(digest);
      if (!manifest) continue;
      const why = denied.get(digest) ?? null;
      found.push({ name, manifest: digest, bytes: bytesOf(manifest), denied: why });
    }
    return found;
  }

  /**
   * Serves a release no more: its manifest, and every blob that no other release here needs. The bytes
   * stay, for an operator may be wrong; a plain blob is denied by its digest. Returns what was denied.
   */
  async deny(digest: Digest, why: string): Promise<Digest[]> {
    const line = why.replace(/\s+/g, ' ').trim();
    if (line === '') throw refused('no reason was given', 'say why, for whoever asks for it');
    const already = await openDenylist(this.dataDir)();
    const needed = new Set<Digest>();
    for (const other of await this.list()) {
      if (other.manifest === digest || other.denied !== null) continue;
      for (const blob of blobsOf((await this.manifestOf(other.manifest))!)) needed.add(blob);
    }
    const manifest = await this.manifestOf(digest);
    const own = [digest, ...(manifest ? blobsOf(manifest) : [])];
    // What was named is denied, whoever needs it; of what goes with it, what nobody else does.
    const denied = [...new Set(own)].filter(
      (one) => (one === digest || !needed.has(one)) && !already.has(one),
    );
    const text = denied.map((one) => `${one} ${line}\n`).join('');
    const file = join(this.dataDir, 'denylist.txt');
    await mkdir(this.dataDir, { recursive: true });
    // A last line that somebody left without its end must not swallow the first of these.
    const before = await readFile(file, 'utf8').catch(() => '');
    await appendFile(file, before === '' || before.endsWith('\n') ? text : `\n${text}`);
    return denied;
  }

  /**
   * Lays everything that is served out as a web server or bucket shows it: `<to>/blobs/<digest>`, and takes
   * away what is denied since. Whoever serves that folder's files as they are is a mirror. Returns how many
   * blobs there are.
   */
  async export(to: string): Promise<number> {
    const { served, denied } = await this.sortBlobs();
    await mkdir(join(to, 'blobs'), { recursive: true });
    for (const blob of denied) await rm(join(to, 'blobs', blob), { force: true });
    for (const blob of served) await shareFile(this.store.pathOf(blob), join(to, 'blobs', blob));
    return served.length;
  }

  /**
   * The same into a bucket, which is a mirror when anybody may read it. What is there with its size is not
   * sent again. Errors: `BLOB_CORRUPT`, `STORE_UNREACHABLE`; what was sent by then stays.
   */
  async exportToBucket(
    bucket: BucketStore,
    onBlob?: (done: { blobs: number; of: number; sentBytes: number }) => void,
  ): Promise<{ blobs: number; sentBytes: number }> {
    const { served, denied } = await this.sortBlobs();
    for (const blob of denied) await bucket.remove(blob);
    let [blobs, sentBytes] = [0, 0];
    for (const blob of served) {
      const size = await this.store.size(blob);
      if (size === null || (await bucket.size(blob)) !== size) {
        const path = this.store.pathOf(blob);
        const found = await digestOfFile(path);
        if (found !== blob) throw corrupt(blob, this.store.folder, found);
        await bucket.putFile(path, blob);
        sentBytes += size ?? 0;
      }
      onBlob?.({ blobs: ++blobs, of: served.length, sentBytes });
    }
    return { blobs, sentBytes };
  }

  /** What is handed on, each manifest after its files, and what is not. */
  private async sortBlobs(): Promise<{ served: Digest[]; denied: Digest[] }> {
    const denied = await openDenylist(this.dataDir)();
    const served = new Set<Digest>();
    for (const { manifest, denied: why } of await this.list()) {
      if (why !== null) continue;
      for (const blob of blobsOf((await this.manifestOf(manifest))!)) served.add(blob);
      served.add(manifest);
    }
    return {
      served: [...served].filter((blob) => !denied.has(blob)),
      denied: [...denied.keys()],
    };
  }

  private async addFile(dir: string, file: ManifestFile, chunkBytes: number): Promise<void> {
    const temporary = await this.store.temporaryPath();
    try {
      // Hashed is the copy, to which nobody else writes.
      await copyFile(join(dir, ...file.path.split('/')), temporary, constants.COPYFILE_FICLONE);
      const chunks = await hashFile(temporary, file, chunkBytes);
      // A file of one chunk or none has no list that anybody asks for.
      if (chunks.length > 1) {
        const list = encodeChunkList(chunks);
        if (digestOf(list) !== file.chunks.list) throw notTheManifests(file);
        await this.store.put(list);
      }
      await this.store.adopt(temporary, file.digest);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private async manifestOf(digest: Digest): Promise<Manifest | null> {
    const most = { maxBytes: manifestLimits.bytesMax };
    const there = await this.store.get(digest, most).catch(() => null);
    const bytes = there ?? (await this.bucketManifest(digest, most));
    try {
      return bytes && parseManifest(bytes);
    } catch {
      return null;
    }
  }

  /** Null where there is none; a bucket that cannot be read must not make a denial a smaller one. */
  private async bucketManifest(
    digest: Digest,
    most: { maxBytes: number },
  ): Promise<Uint8Array | null> {
    try {
      return (await this.bucket?.get(digest, most)) ?? null;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'BLOB_MISSING' || code === 'BLOB_TOO_LARGE') return null;
      throw error;
    }
  }

  /** Under this name, or where another release has it, that and a part of the digest. */
  private async nameRelease(name: string, digest: Digest): Promise<string> {
    const names = Object.fromEntries(await openIndex(this.dataDir)());
    const key = (names[name] ?? digest) === digest ? name : `${name}-${digest.slice(7, 23)}`;
    const draft = join(this.dataDir, 'index.json.tmp');
    await writeFile(draft, `${JSON.stringify({ ...names, [key]: digest }, null, 2)}\n`);
    await rename(draft, join(this.dataDir, 'index.json'));
    return key;
  }
}

async function readManifest(dir: string): Promise<Uint8Array> {
  const path = join(dir, MANIFEST_FILE);
  const { size } = await stat(path);
  if (size > manifestLimits.bytesMax) throw refused(`${path} has ${size} bytes`, 'pull it again');
  return new Uint8Array(await readFile(path));
}

/** The digests of its chunks, when they and the file are the manifest's. */
async function hashFile(path: string, file: ManifestFile, chunkBytes: number): Promise<Digest[]> {
  const handle = await open(path, 'r');
  const wrong = () => notTheManifests(file);
  try {
    if ((await handle.stat()).size !== file.size) throw wrong();
    const whole = startDigest();
    const chunks: Digest[] = [];
    const buffer = new Uint8Array(chunkBytes);
    for (let index = 0; index < countChunks(file.size, chunkBytes); index++) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, index * chunkBytes);
      const chunk = buffer.subarray(0, bytesRead);
      whole.update(chunk);
      chunks.push(digestOf(chunk));
    }
    if (whole.end() !== file.digest || digestTreeRoot(chunks) !== file.chunks.root) throw wrong();
    return chunks;
  } finally {
    await handle.close();
  }
}

function notTheManifests({ path }: ManifestFile): Error {
  return refused(`${path} is not the manifest's`, 'pull the release again');
}

/** Another name for the same bytes where the disk has them, else a copy. */
async function shareFile(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** Of the files; a list that was never written is nobody's loss. */
function blobsOf({ files, chunkBytes }: Manifest): Digest[] {
  return files.flatMap(({ digest, chunks, size }) =>
    countChunks(size, chunkBytes) > 1 ? [digest, chunks.list] : [digest],
  );
}

function bytesOf({ files }: Manifest): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function refused(facts: string, remedy: string): Error {
  return new Error(`MIRROR_REFUSED: ${facts}; ${remedy}`);
}
