/**
 * What hangs on a dataset: everything that descends from it, the runs that train on any of that and
 * have not ended, and the releases that came of such runs. Who votes on a dispute is shown this, and
 * who looks at a release is told of the datasets behind it that are not active any more.
 */
import {
  findAncestors,
  findDescendants,
} from '@commonweights/dataset-registry/lineage/ancestry.js';
import type { DatasetCalls } from './datasets.js';
import { readAll } from './page.js';
import { readRuns } from './runs.js';
import type { ReleaseCalls } from './releases.js';
import type { RunCalls } from './runs.js';
import type { DatasetView, ReleaseView, RunView } from './views.js';

export interface DatasetEffects {
  readonly descendants: readonly string[];
  /** Runs that go on with it unless members decide otherwise. */
  readonly liveRuns: readonly number[];
  readonly releases: readonly { id: number; title: string; version: string }[];
}

type Reader = Pick<DatasetCalls, 'listDatasets'> &
  Pick<RunCalls, 'listRuns'> &
  Pick<ReleaseCalls, 'listReleases'>;

export async function readDatasetEffects(client: Reader, id: string): Promise<DatasetEffects> {
  const [datasets, runs, releases] = await Promise.all([
    readAll((page) => client.listDatasets(page)),
    readRuns(client),
    readAll((page) => client.listReleases(page)),
  ]);
  const descendants = findDescendants(id, datasets).map((one) => one.id);
  const touched = new Set([id, ...descendants]);
  const using = runs.filter((run): run is RunView => {
    return run !== null && run.terms.datasets.some((one) => touched.has(one));
  });
  const numbers = new Set(using.map((run) => run.id));
  const live = using.filter(({ status }) => status !== 'completed' && status !== 'stopped');
  return {
    descendants,
    liveRuns: live.map((run) => run.id),
    releases: releases
      .filter(({ run }) => numbers.has(run))
      .map(({ id: release, title, version }) => ({ id: release, title, version })),
  };
}

/** Datasets that a release descends from and that are disputed or withdrawn by now. */
export async function readBlockedData(
  client: Pick<DatasetCalls, 'listDatasets'> & Pick<RunCalls, 'getRun'>,
  release: Pick<ReleaseView, 'run'>,
): Promise<DatasetView[]> {
  const [datasets, run] = await Promise.all([
    readAll((page) => client.listDatasets(page)),
    client.getRun({ run: release.run }),
  ]);
  const behind = new Map<string, DatasetView>();
  for (const id of run?.terms.datasets ?? []) {
    for (const record of findAncestors(id, datasets).records) {
      behind.set(record.id, record as DatasetView);
    }
  }
  return [...behind.values()].filter(({ status }) => status !== 'active');
}
