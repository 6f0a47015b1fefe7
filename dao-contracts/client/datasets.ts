/** Dataset records on chain: digests, lineage and licences; the bytes are in blobs. */
import type { Connection } from './connection.js';
import type { DatasetRecord, DatasetView } from './views.js';
import type { Page } from './page.js';

export interface DatasetCalls {
  /** Null when no dataset has that id (`<name>@<version>`). */
  getDataset(it: { id: string }): Promise<DatasetView | null>;
  listDatasets(page?: Page): Promise<DatasetView[]>;
  /** `depositYocto` pays for the storage of the record; what is over comes back at once. */
  registerDataset(it: { record: DatasetRecord; depositYocto: bigint }): Promise<void>;
}

export function datasetCalls(connection: Connection): DatasetCalls {
  return {
    getDataset: (it) => connection.view('get_dataset', it),
    listDatasets: (page = {}) => connection.view('list_datasets', page),
    registerDataset: ({ depositYocto, record }) =>
      connection.call('register_dataset', { record }, { depositYocto }),
  };
}
