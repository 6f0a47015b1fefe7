/** Looking datasets up, and looking a record over, for a command that cannot go on without. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { ancestorsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  decodeDatasetRecord,
  type DatasetRecord,
} from '@commonweights/dataset-registry/lineage/record.js';
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

/** Which of them no new run may train on, nor on what descends from them; e.g. `sotu@1 is disputed`. */
export function blockedAmong(datasets: readonly DatasetView[]): string[] {
  return datasets
    .filter(({ status }) => status !== 'active')
    .map(({ id, status }) => `${id} is ${status}`);
}

/** What a publisher says of a dataset; the rest of its record follows from the bytes. */
export type Declared = Pick<
  DatasetRecord,
  | 'id'
  | 'version'
  | 'title'
  | 'source'
  | 'collectedAt'
  | 'licenceDeclared'
  | 'licenceConcluded'
  | 'contributors'
>;

/**
 * Looks at it before anything is stored: an upload of an hour must not end in "not a date". Error:
 * `BAD_DATASET_RECORD`.
 */
export function checkDeclared(declared: Declared, parents: readonly string[] = []): void {
  const any = digestOf(new Uint8Array(0));
  decodeDatasetRecord({
    ...declared,
    ...{ manifest: any, itemsRoot: any, bytes: 0, items: 0, evidence: null },
    parents: parents.map((dataset) => ({ dataset, transform: any })),
  });
}
