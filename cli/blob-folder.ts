/**
 * The blobs of this machine's user: a folder that keeps what was fetched or made, in front of the
 * registry. `.commonweights/blobs` in the current folder unless a command names another.
 */
import { join, resolve } from 'node:path';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { Session } from './session.js';

export async function openBlobs(
  session: Session,
  access: 'read' | 'write',
  dataDir = '.commonweights',
  /** Whom what is published is for; absent: everybody. */
  readers?: string,
): Promise<LayeredStore> {
  const near = new FolderStore(join(resolve(session.terminal.cwd, dataDir), 'blobs'));
  const far = access === 'write' ? await session.registryWriter(readers) : session.registryReader();
  return new LayeredStore(near, far);
}

/** Fetches a blob into the folder, and says where it lies there; null: nobody has it. */
export async function blobFinder(
  session: Session,
  dataDir = '.commonweights',
): Promise<(digest: Digest) => Promise<string | null>> {
  const blobs = await openBlobs(session, 'read', dataDir);
  const near = new FolderStore(join(resolve(session.terminal.cwd, dataDir), 'blobs'));
  return async (digest) => {
    try {
      await blobs.get(digest);
      return near.pathOf(digest);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'BLOB_MISSING') return null;
      throw error;
    }
  };
}

/** The same blobs, for whoever stores by `put`: what is put is offered to everybody. */
export function publishing(blobs: LayeredStore): BlobStore {
  return {
    has: (digest) => blobs.has(digest),
    size: (digest) => blobs.size(digest),
    get: (digest, options) => blobs.get(digest, options),
    put: (bytes) => blobs.publish(bytes),
    read: (digest, range) => blobs.read(digest, range),
  };
}
