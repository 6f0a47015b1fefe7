/**
 * What a run goes on from, where it does not start from a seed: the weights of a release, or a
 * checkpoint that somebody brought. A spec names the bytes of the weights; of a release it also names
 * the manifest that the DAO voted for and the data that is already in it, so that terms, licences and
 * lineage cover all of what the new model is made of. None of it is believed: whoever opens the run
 * reads the release again and compares.
 */
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  manifestLimits,
  parseManifest,
  type Manifest,
} from '@commonweights/dataset-registry/digest/manifest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { TOKENIZER_FILE, WEIGHTS_FILE } from '../checkpoint/hugging-face.js';
import { decodeParams } from '../checkpoint/state.js';
import type { TensorLayout } from '../program/layout.js';
import { decodeRunSpec, type RunParent, type RunSpec } from './run-spec.js';

/** What a draft says of it; the rest follows. */
export type DraftParent = { readonly release: Digest } | { readonly weights: Digest };

/** Path of the run spec in a release. */
const specFile = 'provenance/run-spec.json';
const specBytesMax = 1 << 20;
const headerBytesMax = 1 << 20;

type Blobs = Pick<BlobStore, 'get'>;

/** Errors: `BAD_PARENT`, `PARENT_MISMATCH`, those of `BlobStore.get`. */
export async function completeParent(draft: DraftParent, blobs: Blobs): Promise<RunParent> {
  const { release = null, weights = null, ...odd } = draft as Partial<RunParent>;
  const named = [release, weights].filter((one) => one !== null);
  if (named.length !== 1 || !isDigest(named[0]) || Object.keys(odd).length > 0) {
    throw new Error(
      'BAD_PARENT: "parent" names either a "release" (digest of its manifest) or "weights" (digest ' +
        'of a model.safetensors); name one of them and nothing else',
    );
  }
  if (release === null) return { release: null, weights: weights!, datasets: [] };
  const manifest = await fetchRelease(release, blobs);
  const datasets = datasetsOf(await fetchSpecOf(manifest, blobs));
  return { release, weights: digestAt(manifest, WEIGHTS_FILE), datasets };
}

/**
 * The parent's parameters. Errors: `PARENT_MISMATCH` (the release holds other weights, another model,
 * tokenizer or data, or the weights are of another shape), those of `BlobStore.get`.
 */
export async function fetchParent(
  it: Pick<RunSpec, 'tokenizer' | 'model'> & {
    readonly parent: RunParent;
    readonly layout: TensorLayout;
  },
  blobs: Blobs,
): Promise<Float32Array> {
  const { parent, layout, tokenizer } = it;
  if (parent.release !== null) {
    const manifest = await fetchRelease(parent.release, blobs);
    if (digestAt(manifest, WEIGHTS_FILE) !== parent.weights) {
      throw mismatch(`${parent.release} does not hold the weights ${parent.weights}`);
    }
    // Ids would mean other words: the loss would still fall, from where nobody wanted to begin.
    if (digestAt(manifest, TOKENIZER_FILE) !== tokenizer) {
      throw mismatch(
        'the data is packed with another tokenizer than the release has; derive it with ' +
          `"--tokenizer ${digestAt(manifest, TOKENIZER_FILE)}"`,
      );
    }
    const spec = await fetchSpecOf(manifest, blobs);
    // The same shapes read in another way: the run would start from noise.
    if (architectureOf(spec.model) !== architectureOf(it.model)) {
      throw mismatch(
        'its model differs in more than its context; take over heads, norms and RoPE from the release',
      );
    }
    const datasets = datasetsOf(spec);
    if (datasets.join() !== parent.datasets.join()) {
      throw mismatch(`${parent.release} learned from ${datasets.join(', ')}, the spec says other`);
    }
  }
  const bytes = await blobs.get(parent.weights, { maxBytes: 4 * layout.length + headerBytesMax });
  try {
    return decodeParams(bytes, layout);
  } catch (error) {
    throw mismatch(
      `the weights ${parent.weights} are not of the model of the spec ` +
        `(${(error as Error).message.split(';')[0]})`,
    );
  }
}

/** All data that is in a run's weights, in order of names: what its children have to name. */
export function datasetsOf(spec: RunSpec): string[] {
  return [...new Set([...(spec.parent?.datasets ?? []), spec.data.dataset])].sort();
}

/** What a run may change of a parent's model is how far it looks back. */
function architectureOf(model: RunSpec['model']): string {
  const { contextLength, ropeScaling, ...rest } = model;
  void [contextLength, ropeScaling];
  return canonicalJson(rest);
}

async function fetchRelease(release: Digest, blobs: Blobs): Promise<Manifest> {
  return parseManifest(await blobs.get(release, { maxBytes: manifestLimits.bytesMax }));
}

async function fetchSpecOf(manifest: Manifest, blobs: Blobs): Promise<RunSpec> {
  const digest = digestAt(manifest, specFile);
  const bytes = await blobs.get(digest, { maxBytes: specBytesMax });
  try {
    return decodeRunSpec(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw mismatch(`its run spec cannot be read (${(error as Error).message.split(';')[0]})`);
  }
}

function digestAt(manifest: Manifest, path: string): Digest {
  const file = manifest.files.find((one) => one.path === path);
  if (file) return file.digest;
  throw mismatch(`the parent has no ${path}, so it is no release of this kind`);
}

function mismatch(facts: string): Error {
  return new Error(`PARENT_MISMATCH: ${facts}; do not work on it, and propose the run again`);
}
