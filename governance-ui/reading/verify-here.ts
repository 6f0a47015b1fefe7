/**
 * Verifies a release in a worker of the page, with the checks of `commonweights verify`: the files are
 * fetched from a registry nobody trusts, the facts from the node that the page reads. What it cannot
 * exclude is a page that lies itself; whoever has the files can ask their own machine.
 */
import { manifestLimits, parseManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { readReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import type { FileMap } from '@commonweights/trainer/release/release-files.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { verifyMaterial } from '@commonweights/trainer/release/verify-material.js';

/** All of it lies in memory and is hashed several times, at some 50 MB/s: a minute, not an hour. */
export const verifiedHereBytesMax = 512 * 2 ** 20;

export interface VerifiedHere {
  readonly verdicts: readonly Verdict[];
  /** What the verdicts are about. */
  readonly files: FileMap;
  /** What names them, byte for byte. */
  readonly manifestBytes: Uint8Array;
  readonly manifestDigest: Digest;
  /** What the node said, which some of the verdicts rest on. */
  readonly chain: Awaited<ReturnType<typeof readReleaseFacts>>;
}

export interface VerifyProgress {
  /** What is being fetched or done. */
  readonly step: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Errors: `RELEASE_TOO_LARGE`, `BAD_MANIFEST`, and those of the node and of blobs. */
export async function verifyHere(it: {
  client: Parameters<typeof readReleaseFacts>[0];
  store: Pick<BlobStore, 'get'>;
  manifest: Digest;
  onProgress: (progress: VerifyProgress) => void;
}): Promise<VerifiedHere> {
  const { client, store, onProgress } = it;
  const [chain, manifestBytes] = await Promise.all([
    readReleaseFacts(client, { manifest: it.manifest }),
    store.get(it.manifest, { maxBytes: manifestLimits.bytesMax }),
  ]);
  const manifest = parseManifest(manifestBytes);
  const totalBytes = manifest.files.reduce((sum, { size }) => sum + size, 0);
  if (totalBytes > verifiedHereBytesMax) {
    throw new Error(
      `RELEASE_TOO_LARGE: it has ${totalBytes} bytes, a page verifies ${verifiedHereBytesMax}; ` +
        'use the command above',
    );
  }
  const files = new Map<string, Uint8Array>();
  let doneBytes = 0;
  for (const { path, size, digest } of manifest.files) {
    onProgress({ step: path, doneBytes, totalBytes });
    files.set(path, await store.get(digest, { maxBytes: size }));
    doneBytes += size;
  }
  onProgress({ step: 'checking every claim', doneBytes, totalBytes });
  const verdicts = verifyMaterial({ files, manifest, manifestDigest: it.manifest, chain });
  return { verdicts, files, manifestBytes, manifestDigest: it.manifest, chain };
}
