/** Gathers what shows whether an item was trained on for a release: all of it from blobs, by their digests. */
import { hashChunks } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { proveDigest } from '@commonweights/dataset-registry/digest/digest-tree.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { manifestLimits, parseManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { getFile } from '@commonweights/dataset-registry/store/manifest-store.js';
import { decodePacking, packedPaths } from '@commonweights/dataset-registry/transforms/packing.js';
import { TOKENIZER_FILE } from '../checkpoint/hugging-face.js';
import { chunkRange, provenFiles, type ReleaseItemProof, type TokenChunk } from './item-proof.js';
import { readRunSpec } from './release-files.js';

/** `line`: the item's own bytes, to show that they gave the tokens. Errors: those of the store. */
export async function proveItem(it: {
  store: BlobStore;
  release: Digest;
  item: Digest;
  line?: Uint8Array | undefined;
}): Promise<ReleaseItemProof> {
  const { store, item } = it;
  const small = { maxBytes: manifestLimits.bytesMax };
  const manifestBytes = await store.get(it.release, small);
  const manifest = parseManifest(manifestBytes);
  const files = new Map<string, Uint8Array>();
  for (const path of provenFiles) files.set(path, await getFile(store, manifest, path));
  const { data } = readRunSpec(files);
  const dataManifest = await store.get(data.manifest, small);
  const dataset = parseManifest(dataManifest);
  const packing = await getFile(store, dataset, packedPaths.packing);
  const at = decodePacking(packing).train.items.find((one) => one.item === item);
  const proof = { item, manifest: manifestBytes, files, dataManifest, packing };
  if (!it.line || !at) return { ...proof, shown: null };
  const tokens = await getFile(store, dataset, packedPaths.train);
  const digests = hashChunks(tokens, dataset.chunkBytes);
  const { first, last } = chunkRange(at, dataset.chunkBytes);
  const chunks: TokenChunk[] = [];
  for (let index = first; index <= last; index++) {
    const start = index * dataset.chunkBytes;
    const bytes = tokens.slice(start, start + dataset.chunkBytes);
    chunks.push({ index, bytes, proof: proveDigest(digests, index) });
  }
  const tokenizer = await getFile(store, manifest, TOKENIZER_FILE);
  return { ...proof, shown: { line: it.line, tokenizer, chunks } };
}
