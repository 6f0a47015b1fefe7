/** Looking datasets up for a command that cannot go on without them. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { ancestorsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';

/** Error: `NO_SUCH_DATASET`. */
export async function readDataset(client: DaoClient, id: string): Promise<DatasetView> {
  const view = await client.getDataset({ id });
  if (view) return view;
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_DATASET: ${client.contract} has no dataset ${JSON.stringify(id)}; see ` +
      '"commonweights dataset list"',
  );
}

/** The datasets and all that they descend from, each once. Error: `TOO_MANY`. */
export async function readLineage(
  client: DaoClient,
  datasets: readonly DatasetView[],
): Promise<DatasetView[]> {
  const found = new Map(datasets.map((one) => [one.id, one]));
  // A map is walked in order, with what is added on the way.
  for (const { parents } of found.values()) {
    for (const { dataset } of parents) {
      if (!found.has(dataset)) found.set(dataset, await readDataset(client, dataset));
    }
    if (found.size > ancestorsMax) {
      throw new CliError(
        exitCodes.refused,
        `TOO_MANY: they descend from more than ${ancestorsMax} datasets, which no run may train ` +
          'on; derive from others',
      );
    }
  }
  return [...found.values()];
}
