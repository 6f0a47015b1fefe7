/** The tiny run with its spec, manifest and token files in a registry, as `openRun` looks for them. */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  defaultChunkBytes,
  encodeManifest,
  type ManifestFile,
} from '@commonweights/dataset-registry/digest/manifest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { tinyRun, tokensOf } from './tiny-run.js';

export interface PublishedRun {
  readonly blobs: MemoryStore;
  readonly spec: RunSpec;
  readonly digest: Digest;
}

/** `change` turns the good spec into what is published; `files` replaces those of the dataset. */
export async function publishRun(
  engine: Engine,
  change: (spec: RunSpec) => unknown = (spec) => spec,
  files: Readonly<Record<string, Uint8Array>> = {
    'heldout.u16': tokensOf(401),
    'train.u16': tokensOf(4001),
  },
): Promise<PublishedRun> {
  const blobs = new MemoryStore();
  const tiny = await specFor(engine);
  const manifest = await publishManifest(blobs, files);
  const spec = { ...tiny, data: { ...tiny.data, manifest } };
  const digest = await blobs.put(canonicalBytes(change(spec)));
  return { blobs, spec, digest };
}

const specs = new WeakMap<Engine, Promise<RunSpec>>();

/** Building the program takes a while, and gives the same each time. */
function specFor(engine: Engine): Promise<RunSpec> {
  const known = specs.get(engine) ?? tinyRun(engine).then(({ spec }) => spec);
  specs.set(engine, known);
  return known;
}

export async function publishManifest(
  blobs: MemoryStore,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Digest> {
  const listed: ManifestFile[] = [];
  for (const [path, bytes] of Object.entries(files)) {
    listed.push({ path, size: bytes.length, digest: await blobs.put(bytes), chunks });
  }
  return blobs.put(encodeManifest({ version: 1, chunkBytes: defaultChunkBytes, files: listed }));
}

/** Where there is one chunk, nobody here looks at its proof. */
const chunks = { root: digestOf(new Uint8Array(3)), list: digestOf(new Uint8Array(4)) };

/** Names itself, and computes nothing: for what only asks an engine who it is. */
export function engineOfVersion(version: string): Engine {
  return {
    name: 'named',
    class: 'exact',
    fingerprint: async () => ({
      engine: 'named',
      version,
      binary: digestOf(new TextEncoder().encode(version)),
      options: {},
    }),
    compile: () => Promise.reject(new Error('this engine computes nothing')),
    runtime: () => Promise.reject(new Error('this engine computes nothing')),
  };
}
