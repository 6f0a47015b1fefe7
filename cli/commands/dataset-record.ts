/** Looking a dataset up for a command that cannot go on without it. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
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
