/** A dataset's record as Croissant metadata, with what the blobs of its files, evidence and transform say. */
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { describeCroissant } from '@commonweights/dataset-registry/lineage/croissant.js';
import {
  croissantLimits,
  readCroissant,
  type CroissantPlan,
} from '@commonweights/dataset-registry/lineage/read-croissant.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';

/** Errors: those of `getManifest`. */
export async function writeCroissant(
  record: DatasetView,
  it: {
    readonly store: BlobStore;
    readonly network: string;
    readonly contract: string;
    readonly registryUrl: string;
  },
): Promise<string> {
  const { store, network, contract } = it;
  const { files } = await getManifest(store, record.manifest);
  const described = describeCroissant({
    ...{ record, files, network, contract },
    registryUrl: it.registryUrl.replace(/\/+$/, ''),
    transform: await nameTransform(store, record),
    carried: await readCarried(store, record),
  });
  return `${JSON.stringify(described, null, 2)}\n`;
}

/** What the description says that it was imported with, where its evidence is one. */
async function readCarried(
  store: BlobStore,
  { evidence }: DatasetView,
): Promise<CroissantPlan['rai']> {
  if (evidence === null) return {};
  try {
    const bytes = await store.get(evidence, { maxBytes: croissantLimits.bytesMax });
    return readCroissant(JSON.parse(new TextDecoder().decode(bytes))).rai;
  } catch {
    // Evidence of another kind, or gone.
    return {};
  }
}

/** Null where its blob is gone or was written by something newer: its digest says as much then. */
async function nameTransform(store: BlobStore, { parents }: DatasetView): Promise<string | null> {
  const [first] = parents;
  if (!first) return null;
  const { decodeTransform, transformBytesMax } =
    await import('@commonweights/dataset-registry/transforms/transform.js');
  try {
    const bytes = await store.get(first.transform, { maxBytes: transformBytesMax });
    const { name, version } = decodeTransform(JSON.parse(new TextDecoder().decode(bytes)));
    return `${name} ${version}`;
  } catch {
    return null;
  }
}
