/** A run that a command names, or the sentence that there is none. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';

export async function readRun(client: DaoClient, run: number): Promise<RunView> {
  const view = await client.getRun({ run });
  if (view) return view;
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_RUN: ${client.contract} has no run ${run}; see "commonweights run list"`,
  );
}
