/** All that some datasets descend from, themselves included, as far as the chain knows it. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';

/** Far above a real lineage. */
const datasetsMax = 200;

export async function readAncestors(
  client: Pick<DaoClient, 'getDataset'>,
  ids: readonly string[],
): Promise<DatasetView[]> {
  const found: DatasetView[] = [];
  const seen = new Set(ids);
  for (const id of seen) {
    if (found.length >= datasetsMax) break;
    const dataset = await client.getDataset({ id });
    if (!dataset) continue;
    found.push(dataset);
    for (const { dataset: parent } of dataset.parents) seen.add(parent);
  }
  return found;
}
