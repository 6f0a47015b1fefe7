/** One dataset as the DAO knows it: its record, who disputes it, what hangs on it, what it earns. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import {
  readDatasetEffects,
  type DatasetEffects,
} from '@commonweights/dao-contracts/client/dataset-effects.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { disputeBondYocto } from '@commonweights/dao-contracts/rules/dataset-dispute.js';
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import type {
  DataShareView,
  DatasetDisputeView,
  DatasetView,
} from '@commonweights/dao-contracts/client/views.js';
import { readChainTimeMs } from './chain-time.js';

export interface RunShare extends DataShareView {
  readonly run: number;
}

export interface DatasetStory {
  readonly dataset: DatasetView;
  /** The newest first. */
  readonly disputes: readonly DatasetDisputeView[];
  readonly effects: DatasetEffects;
  /** What runs pay for it. */
  readonly shares: readonly RunShare[];
  /** What it costs to dispute it now. */
  readonly disputeBondYocto: bigint;
  readonly nowMs: number;
}

/** Null: nobody registered it. */
export async function readDataset(
  client: DaoClient,
  it: { id: string; account: string | null },
): Promise<DatasetStory | null> {
  const { id, account } = it;
  const dataset = await client.getDataset({ id });
  if (!dataset) return null;
  const [disputes, effects, shares, nowMs, policy] = await Promise.all([
    dataset.disputes === 0 ? [] : readAll((page) => client.listDatasetDisputes({ id, ...page })),
    readDatasetEffects(client, id),
    readShares(client, { id, account }),
    readChainTimeMs(client),
    client.getPolicy(),
  ]);
  return {
    ...{ dataset, effects, shares, nowMs },
    disputes: [...disputes].reverse(),
    disputeBondYocto: disputeBondYocto(policy.bondYocto, dataset),
  };
}

async function readShares(
  client: DaoClient,
  { id, account }: { id: string; account: string | null },
): Promise<RunShare[]> {
  const runs = await readRuns(client);
  const paying = runs.filter(({ terms }) => terms.dataShares.some(({ dataset }) => dataset === id));
  const found = await Promise.all(
    paying.map(async ({ id: run }) => {
      const asked = account === null ? { run } : { run, account };
      const share = (await client.listDataShares(asked)).find(({ dataset }) => dataset === id);
      return share ? [{ run, ...share }] : [];
    }),
  );
  return found.flat();
}
