/**
 * Fetches a release from sources that need not be trusted. Every chunk is checked as it arrives;
 * everything is gathered in a folder beside the target, which takes the target's name only when it
 * is whole. What a broken download left there is used by the next one.
 */
import { lstat, mkdir, readdir, rename, rmdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  digestOf,
  parseDigest,
  type Digest,
} from '@commonweights/dataset-registry/digest/digest.js';
import {
  manifestLimits,
  parseManifest,
  type Manifest,
  type ManifestFile,
} from '@commonweights/dataset-registry/digest/manifest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { fetchFile, partOf } from '@commonweights/dataset-registry/store/chunk-source.js';
import { SourceRace } from '@commonweights/dataset-registry/store/source-race.js';
import { digestOfFile } from '@commonweights/dataset-registry/store/hash-file.js';
import { MANIFEST_FILE } from './release-files.js';

/** 64 GiB, unless the caller allows more: a manifest must not fill a disk by surprise. */
const TOTAL_BYTES_MAX = 2 ** 36;

/** A source that has not sent the manifest by then is not the only one that is asked. */
const MANIFEST_PATIENCE_MS = 250;

const SMALL_FILES_AT_ONCE = 8;

export interface PullProgress {
  /** File being fetched. */
  readonly path: string;
  /** Of the whole release. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** A mirror, with the name under which it is reported. */
export interface ReleaseSource {
  readonly name: string;
  readonly store: Pick<BlobStore, 'get' | 'read'>;
}

export interface PullRequest {
  /** The manifest's digest, or what the chain says about a release. */
  readonly release: Digest | { readonly manifest: Digest };
  /** In order of preference. */
  readonly sources: readonly ReleaseSource[];
  /** Must not exist, or be empty, or hold this release already. */
  readonly targetDir: string;
  readonly totalBytesMax?: number;
  /**
   * Judges the whole folder before it takes the target's name. What it throws leaves the folder where it
   * is, so that nothing unverified ever lies under the target's name.
   */
  readonly examine?: (folder: string) => Promise<void>;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly onSourceDropped?: (dropped: { name: string; why: string }) => void;
}

/**
 * Errors: `TARGET_NOT_EMPTY`, `TARGET_NOT_A_FOLDER`, `RELEASE_TOO_LARGE`, `NO_SOURCE_LEFT`,
 * `BAD_MANIFEST`, those of `fetchFile` and of `examine`. Without `examine` the folder is not verified
 * yet: that is `verifyFolder`.
 */
export async function pullRelease(asked: PullRequest): Promise<Manifest> {
  const request = { ...asked, onSourceDropped: tellOnce(asked.onSourceDropped) };
  const { release } = request;
  const digest = parseDigest(typeof release === 'string' ? release : release.manifest);
  const target = resolve(request.targetDir);
  const manifestBytes = await fetchManifest(request, digest);
  const manifest = parseManifest(manifestBytes);
  const totalBytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
  const most = request.totalBytesMax ?? TOTAL_BYTES_MAX;
  if (totalBytes > most) {
    throw new Error(
      `RELEASE_TOO_LARGE: ${totalBytes} bytes, at most ${most} are fetched; raise the limit if ` +
        'you mean it',
    );
  }
  // A target that holds files is never written to: it is complete, or it is somebody else's.
  if (!(await isAbsentOrEmpty(target))) {
    await requireSameRelease(target, digest, manifest);
    await request.examine?.(target);
    return manifest;
  }
  const staging = `${target}.${digest.slice('sha256:'.length, 23)}.part`;
  await requireOwnFolder(staging);
  await fetchAll(request, { manifest, staging, totalBytes });
  await writeFile(join(staging, MANIFEST_FILE), manifestBytes);
  await request.examine?.(staging);
  await rmdir(target).catch(() => {});
  await rename(staging, target);
  return manifest;
}

/** Each source by its first fault: more would bury it. */
function tellOnce(tell: PullRequest['onSourceDropped']): NonNullable<typeof tell> {
  const told = new Set<string>();
  return (dropped) => {
    if (!told.has(dropped.name)) tell?.(dropped);
    told.add(dropped.name);
  };
}

/**
 * From whoever has it first: the next source is asked when one has failed, or keeps us waiting. Nothing
 * is known of its size yet, so that it is no piece for the race.
 */
async function fetchManifest(request: PullRequest, digest: Digest): Promise<Uint8Array> {
  const waiting = [...request.sources];
  const running = new Set<Promise<Uint8Array | null>>();
  const reasons: string[] = [];
  const ask = async ({ name, store }: ReleaseSource): Promise<Uint8Array | null> => {
    try {
      const bytes = await store.get(digest, { maxBytes: manifestLimits.bytesMax });
      if (digestOf(bytes) === digest) return bytes;
      reasons.push(`${name}: sent other bytes`);
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`);
    }
    request.onSourceDropped?.({ name, why: reasons.at(-1)! });
    return null;
  };
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.shift();
    if (next) {
      const asking = ask(next);
      running.add(asking);
      void asking.then(() => running.delete(asking));
    }
    const bytes = await firstWithin(running, waiting.length > 0 ? MANIFEST_PATIENCE_MS : null);
    if (bytes) return bytes;
  }
  throw new Error(
    `NO_SOURCE_LEFT: ${reasons.join('; ') || 'no source was named'}; name another source`,
  );
}

/** What ends first; null also when nothing does in that time. */
async function firstWithin<T>(
  running: ReadonlySet<Promise<T | null>>,
  waitMs: number | null,
): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    if (waitMs !== null) timer = setTimeout(() => resolve(null), waitMs);
  });
  const end = await Promise.race([...running, late]);
  clearTimeout(timer);
  return end;
}

/** Small files a few at a time, for each costs a round trip; large ones one by one, chunks in parallel. */
async function fetchAll(
  request: PullRequest,
  it: { manifest: Manifest; staging: string; totalBytes: number },
): Promise<void> {
  const { manifest, staging, totalBytes } = it;
  const { chunkBytes } = manifest;
  // One for all files: a mirror that failed for one is not waited for again for the next.
  const race = new SourceRace(request);
  const done = new Map<string, number>();
  let sum = 0;
  const fetchOne = (file: ManifestFile): Promise<void> =>
    fetchInto({ file, staging, chunkBytes, race }, (doneBytes) => {
      sum += doneBytes - (done.get(file.path) ?? 0);
      done.set(file.path, doneBytes);
      request.onProgress?.({ path: file.path, doneBytes: sum, totalBytes });
    });
  const small = manifest.files.filter(({ size }) => size <= chunkBytes);
  let failed = false;
  const work = async (): Promise<void> => {
    for (let file = small.shift(); file && !failed; file = small.shift()) {
      try {
        await fetchOne(file);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // All end before the folder is anybody else's, also when one has failed.
  const ends = await Promise.allSettled(Array.from({ length: SMALL_FILES_AT_ONCE }, work));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
  for (const file of manifest.files) if (file.size > chunkBytes) await fetchOne(file);
}

async function fetchInto(
  it: { race: SourceRace; file: ManifestFile; staging: string; chunkBytes: number },
  report: (doneBytes: number) => void,
): Promise<void> {
  const { file, staging, race, chunkBytes } = it;
  const path = join(staging, ...file.path.split('/'));
  await requireNoLinks(staging, file.path);
  const there = await lstat(path).catch(() => null);
  if (!there?.isFile() || there.size !== file.size || (await digestOfFile(path)) !== file.digest) {
    await rm(path, { force: true });
    await mkdir(dirname(path), { recursive: true });
    const onProgress = ({ doneBytes }: { doneBytes: number }) => report(doneBytes);
    await fetchFile({ file, chunkBytes, sources: race, target: path, onProgress });
  }
  report(file.size);
}

async function isAbsentOrEmpty(target: string): Promise<boolean> {
  const found = await lstat(target).catch(() => null);
  if (!found) return true;
  if (!found.isDirectory()) {
    throw new Error(`TARGET_NOT_A_FOLDER: ${target} is something else; name another folder`);
  }
  return (await readdir(target)).length === 0;
}

async function requireSameRelease(
  target: string,
  digest: Digest,
  manifest: Manifest,
): Promise<void> {
  const there = await digestOfFile(join(target, MANIFEST_FILE)).catch(() => null);
  let same = there === digest;
  for (const file of manifest.files) {
    if (!same) break;
    const found = await digestOfFile(join(target, ...file.path.split('/'))).catch(() => null);
    same = found === file.digest;
  }
  if (same) return;
  throw new Error(
    `TARGET_NOT_EMPTY: ${target} holds something other than this release; name an empty folder`,
  );
}

async function requireOwnFolder(staging: string): Promise<void> {
  await mkdir(staging, { recursive: true });
  const found = await lstat(staging);
  if (!found.isDirectory()) {
    throw new Error(`TARGET_NOT_A_FOLDER: ${staging} is something else; remove it and pull again`);
  }
}

/** Nothing on the way to a file, nor its half, may be a link: it could lead out of the folder. */
async function requireNoLinks(staging: string, path: string): Promise<void> {
  const parts = path.split('/');
  const places = parts.map((_, i) => join(staging, ...parts.slice(0, i + 1)));
  places.push(partOf(places.at(-1)!));
  for (const place of places) {
    const found = await lstat(place).catch(() => null);
    if (found?.isSymbolicLink()) {
      throw new Error(`TARGET_NOT_A_FOLDER: ${place} is a link; remove it and pull again`);
    }
  }
}
