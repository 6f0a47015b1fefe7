/**
 * The blobs of this machine's user: a folder that keeps what was fetched or made, in front of the
 * registry. `.commonweights/blobs` in the current folder unless a command names another.
 */
import { join, resolve } from 'node:path';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { Session } from './session.js';

export async function openBlobs(
  session: Session,
  access: 'read' | 'write',
  dataDir = '.commonweights',
): Promise<LayeredStore> {
  const near = new FolderStore(join(resolve(session.terminal.cwd, dataDir), 'blobs'));
  const far = access === 'write' ? await session.registryWriter() : session.registryReader();
  return new LayeredStore(near, far);
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
