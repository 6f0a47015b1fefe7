/**
 * From items to a stored dataset, from parents to a derived one, and back again as a check:
 * `reproduceDataset` re-runs a derivation and compares, `verifyDataset` holds a record's numbers
 * against its bytes. What they return goes into a record as it is.
 */
import { canonicalBytes } from '../digest/canonical.js';
import { digestTreeRoot } from '../digest/digest-tree.js';
import { digestOf, type Digest } from '../digest/digest.js';
import { GrowingTree } from '../digest/growing-tree.js';
import { encodeManifest } from '../digest/manifest.js';
import type { DatasetParent, DatasetRecord } from '../lineage/record.js';
import type { BlobStore } from '../store/blob-store.js';
import { describeFiles, getManifest, putFiles } from '../store/manifest-store.js';
import { itemLimits, moduleLimits } from './limits.js';
import { readOptOut } from './opt-out.js';
import { isSalted, refuseLostSalts } from './salt.js';
import { readContent } from './read-content.js';
import { readItemDigests } from './read-items.js';
import { decodeItems, encodeItems } from './text-item.js';
import type { DatasetContent, TextItem } from './text-item.js';
import type { TokenizerTools } from './tokenise-and-pack.js';
import { decodeTransform, encodeTransform, runTransform, transformBytesMax } from './transform.js';
import type { Transform, TransformInput } from './transform.js';

export { readContent };

/** The fields of a record that follow from the bytes. */
export interface DatasetMeasure {
  manifest: Digest;
  itemsRoot: Digest;
  bytes: number;
  items: number;
}

type MeasuredRecord = Pick<DatasetRecord, keyof DatasetMeasure | 'id'>;

/** Stores a raw dataset. */
export async function storeItems(
  store: BlobStore,
  items: readonly TextItem[],
): Promise<DatasetMeasure> {
  return storeContent(store, encodeItems(items));
}

/**
 * Runs the transform over the parents and stores the result and the transform itself. What an opt-out
 * list names may go into nothing new: only `leave-out` takes a parent that holds such an item. Error:
 * `OPTED_OUT`.
 */
export async function deriveDataset(derivation: {
  store: BlobStore;
  transform: Transform;
  parents: readonly MeasuredRecord[];
  /** Lists that the parents, and what they descend from, name on chain. */
  optOuts: readonly OptOut[];
  tools: TokenizerTools;
  /** What `module` names, where it is in no store yet. */
  module?: Uint8Array;
  /** Whether what is stored is for some readers only. */
  isPrivate?: boolean;
}): Promise<DatasetMeasure & { parents: DatasetParent[] }> {
  const { store, transform, tools } = derivation;
  // First what is small and may refuse: the lists, then the parents, and only then the work.
  const lists: (OptOut & { items: Digest[] })[] = [];
  for (const named of derivation.optOuts) {
    lists.push({ ...named, items: await readOptOut(store, named.list) });
  }
  const input = await readInput(store, transform, derivation);
  const isSaltedInput = input.items.some(isSalted);
  if (isSaltedInput && !derivation.isPrivate) refuseOpen(derivation.parents);
  // Other transforms change items, whose digests then say nothing: what goes in is looked at.
  if (transform.name !== 'leave-out') refuseOptedOut(input.digests, lists);
  const content = await runTransform(transform, input, tools);
  if (transform.name === 'leave-out') refuseOptedOut(content.items, lists);
  if (isSaltedInput && transform.name !== 'tokenise-and-pack') {
    refuseLostSalts(decodeItems(content.files).items, input.items);
  }
  const measure = await storeContent(store, content);
  if (derivation.module) await store.put(derivation.module);
  const digest = await store.put(encodeTransform(transform));
  const parents = derivation.parents.map(({ id }) => ({ dataset: id, transform: digest }));
  return { ...measure, parents };
}

function refuseOpen(parents: readonly MeasuredRecord[]): never {
  throw new Error(
    `NOT_FOR_EVERYBODY: items of ${parents.map(({ id }) => id).join(', ')} are salted, for their readers ` +
      'only; say with --readers who may read what you derive',
  );
}

export interface OptOut {
  dataset: string;
  list: Digest;
}

function refuseOptedOut(
  digests: readonly Digest[],
  lists: readonly (OptOut & { items: readonly Digest[] })[],
): void {
  const kept = new Set(digests);
  for (const { dataset, items } of lists) {
    const named = items.filter((item) => kept.has(item));
    if (named.length === 0) continue;
    throw new Error(
      `OPTED_OUT: ${named.length} items, ${named[0]} first, are on the list of what is to be left ` +
        `out of ${dataset}; derive with --transform leave-out first`,
    );
  }
}

/** What differs between a record and what its parents and its transform give; nothing: reproduced. */
export async function reproduceDataset(reproduction: {
  store: BlobStore;
  record: Pick<DatasetRecord, keyof DatasetMeasure | 'id' | 'parents'>;
  /** Records of the parents, in any order. */
  parents: readonly MeasuredRecord[];
  tools: TokenizerTools;
}): Promise<{ differences: string[] }> {
  const { store, record, tools } = reproduction;
  const [first] = record.parents;
  if (!first) {
    throw new Error(`NOTHING_TO_REPRODUCE: ${record.id} has no parents; verify it instead`);
  }
  const parents = record.parents.map(({ dataset }) => {
    const parent = reproduction.parents.find((each) => each.id === dataset);
    if (parent) return parent;
    throw new Error(`UNKNOWN_DATASET: the record of parent ${dataset} was not given; look it up`);
  });
  const bytes = await store.get(first.transform, { maxBytes: transformBytesMax });
  const transform = decodeTransform(JSON.parse(new TextDecoder().decode(bytes)));
  if (record.parents.some((parent) => parent.transform !== digestOf(encodeTransform(transform)))) {
    throw new Error(`BAD_TRANSFORM: ${first.transform} is not in canonical form; do not trust it`);
  }
  const input = await readInput(store, transform, { parents });
  const content = await runTransform(transform, input, tools);
  return { differences: compare(record, measureContent(content).measure) };
}

/** What differs between a record and the bytes it names; nothing: they are the record's. */
export async function verifyDataset(
  store: BlobStore,
  record: MeasuredRecord,
): Promise<{ differences: string[] }> {
  const manifest = await getManifest(store, record.manifest);
  const tree = new GrowingTree();
  for await (const digest of readItemDigests(store, manifest)) tree.add(digest);
  const bytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
  const { count: items } = tree;
  const measure = { manifest: record.manifest, itemsRoot: tree.root(), bytes, items };
  return { differences: compare(record, measure) };
}

/** What a transform works on: its parents' items, and what its parameters name. */
async function readInput(
  store: BlobStore,
  transform: Transform,
  given: { parents: readonly MeasuredRecord[]; module?: Uint8Array },
): Promise<TransformInput> {
  const input = await readParents(store, given.parents);
  if (transform.name === 'leave-out') {
    const leftOut = new Set<Digest>();
    for (const list of transform.params.lists) {
      for (const item of await readOptOut(store, list)) leftOut.add(item);
    }
    return { ...input, leftOut };
  }
  if (transform.name === 'module') {
    const maxBytes = moduleLimits.moduleBytesMax;
    const { module } = transform.params;
    return { ...input, module: given.module ?? (await store.get(module, { maxBytes })) };
  }
  if (transform.name !== 'tokenise-and-pack' || !transform.params.tokenizer) return input;
  const { tokenizer } = transform.params;
  const bytes = await store.get(tokenizer, { maxBytes: itemLimits.tokenizerBytesMax });
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    // Its bytes become a file of the dataset: they have to be those that its digest names.
    if (digestOf(canonicalBytes(json)) === tokenizer)
      return { ...input, tokenizer: json as object };
  } catch {
    // Said below: it is no canonical JSON.
  }
  throw new Error(
    `BAD_TOKENIZER: ${tokenizer} is no tokenizer.json in canonical JSON; name the one of a release`,
  );
}

/** The parents' items, checked against their records first: a wrong parent explains nothing. */
async function readParents(
  store: BlobStore,
  parents: readonly MeasuredRecord[],
): Promise<TransformInput> {
  if (parents.length === 0) throw new Error('NO_PARENTS: name at least one dataset to derive from');
  const input: TransformInput = { items: [], digests: [], parents: [], leftOut: new Set() };
  for (const parent of parents) {
    const content = await readContent(store, await getManifest(store, parent.manifest));
    if (digestTreeRoot(content.digests) !== parent.itemsRoot) {
      throw new Error(
        `WRONG_ITEMS_ROOT: the items of ${parent.id} are not its record's; dispute it`,
      );
    }
    if (content.items.length !== content.digests.length) {
      throw new Error(`NOT_A_TEXT_DATASET: ${parent.id} is packed; derive from its parent`);
    }
    for (const item of content.items) input.items.push(item);
    for (const digest of content.digests) input.digests.push(digest);
    input.parents.push(content.items.length);
  }
  return input;
}

async function storeContent(store: BlobStore, content: DatasetContent): Promise<DatasetMeasure> {
  const { measure } = measureContent(content);
  const { digest } = await putFiles(store, content.files);
  if (digest !== measure.manifest) throw new Error('the store put another manifest'); // A bug.
  return measure;
}

function measureContent(content: DatasetContent): { measure: DatasetMeasure } {
  const { manifest } = describeFiles(content.files);
  return {
    measure: {
      manifest: digestOf(encodeManifest(manifest)),
      itemsRoot: digestTreeRoot(content.items),
      bytes: manifest.files.reduce((sum, file) => sum + file.size, 0),
      items: content.items.length,
    },
  };
}

function compare(record: DatasetMeasure, found: DatasetMeasure): string[] {
  return (['manifest', 'itemsRoot', 'bytes', 'items'] as const)
    .filter((field) => record[field] !== found[field])
    .map((field) => `${field}: the record says ${record[field]}, found ${found[field]}`);
}
