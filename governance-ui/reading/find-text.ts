/**
 * Whether a text is in what a release was made of: every text dataset that its run's data descends
 * from is fetched, its items are held against the root that is on record, and read. Who finds nothing
 * here has shown that these very characters are not in them, and nothing about texts that differ.
 */
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobSource } from '@commonweights/dataset-registry/store/blob-store.js';
import { getFile, getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { decodePacking, packedPaths } from '@commonweights/dataset-registry/transforms/packing.js';
import { readContent } from '@commonweights/dataset-registry/transforms/read-content.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { readAncestors } from './ancestors.js';

/** Of one dataset: a tab holds it in memory, some times over. */
export const searchedBytesMax = 256 * 2 ** 20;
export const textCharsMin = 8;
const matchesMax = 20;
const excerptChars = 60;

export type Use = 'in the training data' | 'held out' | 'not packed' | 'unknown';

export interface TextMatch {
  /** Place among the dataset's items, from 0. */
  readonly index: number;
  readonly item: Digest;
  /** The item is this text and nothing else. */
  readonly whole: boolean;
  readonly before: string;
  readonly after: string;
  /** Where its tokens went in the dataset that the run trains on. */
  readonly use: Use;
}

export interface SearchedDataset {
  readonly id: string;
  readonly items: number;
  readonly matches: readonly TextMatch[];
  /** There are more than are listed. */
  readonly more: boolean;
  /** Why it could not be searched; null: it was. */
  readonly why: string | null;
}

export interface TextSearch {
  readonly datasets: readonly SearchedDataset[];
}

/** Errors: `TEXT_TOO_SHORT`, and those of the node. What cannot be had is told of its dataset. */
export async function findText(it: {
  client: Pick<DaoClient, 'getRun' | 'getDataset'>;
  store: BlobSource;
  run: number;
  text: string;
  onProgress: (dataset: string) => void;
}): Promise<TextSearch> {
  const { client, store, text } = it;
  if (text.length < textCharsMin) {
    throw new Error(
      `TEXT_TOO_SHORT: ${text.length} characters are in many texts; give ${textCharsMin} at least`,
    );
  }
  const run = await client.getRun({ run: it.run });
  const packed = run?.terms.datasets ?? [];
  const datasets = await readAncestors(client, packed);
  const uses = new Map<Digest, Use>();
  // What was packed by a dataset that cannot be read may be anything.
  let otherwise: Use = 'not packed';
  for (const one of datasets.filter(({ id }) => packed.includes(id))) {
    it.onProgress(one.id);
    if (!(await noteUses(store, one, uses))) otherwise = 'unknown';
  }
  const searched: SearchedDataset[] = [];
  for (const dataset of datasets) {
    it.onProgress(dataset.id);
    const found = await searchIn(store, dataset, {
      text,
      useOf: (item) => uses.get(item) ?? otherwise,
    });
    if (found) searched.push(found);
  }
  return { datasets: searched };
}

/** Whether it was to be read. */
async function noteUses(
  store: BlobSource,
  dataset: DatasetView,
  uses: Map<Digest, Use>,
): Promise<boolean> {
  try {
    const manifest = await getManifest(store, dataset.manifest);
    const file = manifest.files.find(({ path }) => path === packedPaths.packing);
    if (!file) return true;
    if (file.size > searchedBytesMax) return false;
    const packing = decodePacking(await getFile(store, manifest, packedPaths.packing));
    for (const { item } of packing.heldout.items) uses.set(item, 'held out');
    for (const { item } of packing.train.items) uses.set(item, 'in the training data');
    return true;
  } catch {
    return false;
  }
}

/** Null: it holds tokens and no texts. */
async function searchIn(
  store: BlobSource,
  dataset: DatasetView,
  { text, useOf }: { text: string; useOf: (item: Digest) => Use },
): Promise<SearchedDataset | null> {
  const { id, items } = dataset;
  const not = (why: string): SearchedDataset => ({ id, items, matches: [], more: false, why });
  if (dataset.bytes > searchedBytesMax) return not(tooLarge(dataset.bytes));
  try {
    const manifest = await getManifest(store, dataset.manifest);
    if (manifest.files.some(({ path }) => path === packedPaths.packing)) return null;
    // Whatever the record says, for nothing holds that against the files.
    const bytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
    if (bytes > searchedBytesMax) return not(tooLarge(bytes));
    const content = await readContent(store, manifest);
    if (digestTreeRoot(content.digests) !== dataset.itemsRoot) {
      return not('its items are not those on record; do not use it, and dispute it');
    }
    const matches: TextMatch[] = [];
    let more = false;
    for (const [index, { text: whole }] of content.items.entries()) {
      const at = whole.indexOf(text);
      if (at < 0) continue;
      if (matches.length === matchesMax) {
        more = true;
        break;
      }
      const item = content.digests[index]!;
      matches.push({
        ...{ index, item, whole: whole === text, use: useOf(item) },
        before: whole.slice(Math.max(0, at - excerptChars), at),
        after: whole.slice(at + text.length, at + text.length + excerptChars),
      });
    }
    return { id, items, matches, more, why: null };
  } catch (error) {
    return not((error as Error).message);
  }
}

function tooLarge(bytes: number): string {
  return `it has ${bytes} bytes, and a page searches ${searchedBytesMax}`;
}
