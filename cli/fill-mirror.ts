/**
 * A mirror that does not wait to be asked: every dataset and release that a DAO has on record, fetched ahead
 * from the mirror's peers, again and again until all of it is here; and what comes later.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { fetchTree } from '@commonweights/dataset-registry/server/fetch-tree.js';
import type { RunningRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { pause } from './pause.js';

interface Filling {
  readonly registry: Pick<RunningRegistry, 'fetchAhead' | 'store'>;
  readonly client: Pick<DaoClient, 'listDatasets' | 'listReleases'>;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/** Until `signal` aborts. A failure is told and tried again the next time. */
export async function fillMirror(it: Filling): Promise<void> {
  const whole = new Set<Digest>();
  while (!it.signal.aborted) {
    try {
      const { trees, missing } = await fillOnce(it, whole);
      if (trees > 0) it.note(`${trees} datasets and releases fetched, ${missing} blobs missing`);
    } catch (error) {
      it.note(`Not filled now: ${(error as Error).message}`);
    }
    await pause(it.everyMs, it.signal);
  }
}

/** Once through all that is not in `whole`, which takes up what is complete. Error: `REGISTRY_FULL`. */
export async function fillOnce(
  { registry, client, signal }: Omit<Filling, 'everyMs' | 'note'>,
  whole: Set<Digest>,
): Promise<{ trees: number; missing: number }> {
  const told = { trees: 0, missing: 0 };
  for (const { digest, isTree } of await listWanted(client)) {
    if (signal.aborted || whole.has(digest)) continue;
    const missing = await fetchOne(registry, { digest, isTree, signal });
    if (missing === 0) whole.add(digest);
    told.missing += missing;
    if (isTree && missing === 0) told.trees++;
  }
  return told;
}

interface Wanted {
  digest: Digest;
  /** A manifest, of whose files all are wanted. */
  isTree: boolean;
}

/** Releases first: they are what somebody downloads. What was withdrawn or revoked, nobody should. */
async function listWanted(client: Filling['client']): Promise<Wanted[]> {
  const [datasets, releases] = await Promise.all([
    readAll((page) => client.listDatasets(page)),
    readAll((page) => client.listReleases(page)),
  ]);
  const live = datasets.filter(({ status }) => status !== 'withdrawn');
  const published = releases.filter(({ status }) => status === 'published');
  const trees = [...published, ...live].map(({ manifest }) => manifest);
  const blobs = [
    ...published.map(({ evaluation }) => evaluation),
    ...live.flatMap(({ evidence, optOut, parents }) => {
      return [evidence, optOut, ...parents.map(({ transform }) => transform)];
    }),
  ];
  return [
    ...trees.map((digest) => ({ digest, isTree: true })),
    ...blobs.map((digest) => ({ digest, isTree: false })),
  ].filter((one): one is Wanted => isDigest(one.digest));
}

/** How many blobs of it are missing: anybody may register what nobody has, or what is no manifest. */
async function fetchOne(
  registry: Filling['registry'],
  it: Wanted & { signal: AbortSignal },
): Promise<number> {
  if (!it.isTree) return (await registry.fetchAhead(it.digest)) ? 0 : 1;
  const { fetchAhead, store } = registry;
  try {
    return (await fetchTree({ fetchAhead, store, signal: it.signal }, it.digest)).missing;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'REGISTRY_FULL') throw error;
    return 1;
  }
}
