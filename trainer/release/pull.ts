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
import {
  fetchFile,
  partOf,
  type ChunkSource,
} from '@commonweights/dataset-registry/store/chunk-source.js';
import { digestOfFile } from '@commonweights/dataset-registry/store/folder-store.js';
import { MANIFEST_FILE } from './release-files.js';

/** 64 GiB, unless the caller allows more: a manifest must not fill a disk by surprise. */
const TOTAL_BYTES_MAX = 2 ** 36;

export interface PullProgress {
  /** File being fetched. */
  readonly path: string;
  /** Of the whole release. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface PullRequest {
  /** The manifest's digest, or what the chain says about a release. */
  readonly release: Digest | { readonly manifest: Digest };
  /** In order of preference. */
  readonly sources: readonly ChunkSource[];
  /** Must not exist, or be empty, or hold this release already. */
  readonly targetDir: string;
  readonly totalBytesMax?: number;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly onSourceDropped?: (dropped: { name: string; why: string }) => void;
}

/**
 * Errors: `TARGET_NOT_EMPTY`, `TARGET_NOT_A_FOLDER`, `RELEASE_TOO_LARGE`, `NO_SOURCE_LEFT`,
 * `BAD_MANIFEST`, and those of `fetchFile`. The pulled folder is not verified yet: that is
 * `verifyFolder`.
 */
export async function pullRelease(request: PullRequest): Promise<Manifest> {
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
    return manifest;
  }
  const staging = `${target}.${digest.slice('sha256:'.length, 23)}.part`;
  await requireOwnFolder(staging);
  let before = 0;
  for (const file of manifest.files) {
    await fetchInto(request, {
      file,
      staging,
      chunkBytes: manifest.chunkBytes,
      before,
      totalBytes,
    });
    before += file.size;
  }
  await writeFile(join(staging, MANIFEST_FILE), manifestBytes);
  await rmdir(target).catch(() => {});
  await rename(staging, target);
  return manifest;
}

async function fetchManifest(request: PullRequest, digest: Digest): Promise<Uint8Array> {
  const reasons: string[] = [];
  for (const { name, store } of request.sources) {
    try {
      const bytes = await store.get(digest, { maxBytes: manifestLimits.bytesMax });
      if (digestOf(bytes) === digest) return bytes;
      reasons.push(`${name}: sent other bytes`);
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`);
    }
    request.onSourceDropped?.({ name, why: reasons.at(-1)! });
  }
  throw new Error(
    `NO_SOURCE_LEFT: ${reasons.join('; ') || 'no source was named'}; name another source`,
  );
}

async function fetchInto(
  request: PullRequest,
  it: {
    file: ManifestFile;
    staging: string;
    chunkBytes: number;
    before: number;
    totalBytes: number;
  },
): Promise<void> {
  const { file, staging, before, totalBytes } = it;
  const path = join(staging, ...file.path.split('/'));
  const report = (doneBytes: number) =>
    request.onProgress?.({ path: file.path, doneBytes: before + doneBytes, totalBytes });
  await requireNoLinks(staging, file.path);
  const there = await lstat(path).catch(() => null);
  if (there?.isFile() && there.size === file.size && (await digestOfFile(path)) === file.digest) {
    report(file.size);
    return;
  }
  await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await fetchFile({
    file,
    chunkBytes: it.chunkBytes,
    sources: request.sources,
    target: path,
    onProgress: ({ doneBytes }) => report(doneBytes),
    ...(request.onSourceDropped ? { onSourceDropped: request.onSourceDropped } : {}),
  });
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
