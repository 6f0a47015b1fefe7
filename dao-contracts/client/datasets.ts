/** Dataset records on chain: digests, lineage and licences; the bytes are in blobs. */
import type { Connection } from './connection.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DataShareView, DatasetDisputeView, DatasetRecord, DatasetView } from './views.js';
import type { Page } from './page.js';

export interface DatasetCalls {
  /** Null when no dataset has that id (`<name>@<version>`). */
  getDataset(it: { id: string }): Promise<DatasetView | null>;
  listDatasets(page?: Page): Promise<DatasetView[]>;
  /** `depositYocto` pays for the storage of the record; what is over comes back at once. */
  registerDataset(it: {
    record: DatasetRecord;
    /** The bounty whose accepted items it is. */
    bounty?: number;
    depositYocto: bigint;
  }): Promise<void>;
  /** For good, by its publisher. */
  withdrawDataset(it: { id: string; depositYocto: bigint }): Promise<void>;
  /** By its publisher: what is to be left out of it from now on. */
  setOptOut(it: { id: string; optOut: Digest; depositYocto: bigint }): Promise<void>;
  /** Returns the dispute's number. `depositYocto`: the policy's bond and storage. */
  disputeDataset(it: { id: string; evidence: Digest; depositYocto: bigint }): Promise<number>;
  /** Of a dispute that the DAO did not decide in time; the bond goes back. */
  lapseDatasetDispute(it: { id: string; depositYocto: bigint }): Promise<void>;
  listDatasetDisputes(it: { id: string } & Page): Promise<DatasetDisputeView[]>;
  /** What a run pays for data; with `account`, what it has of each. Empty: nothing, or no run. */
  listDataShares(it: { run: number; account?: string }): Promise<DataShareView[]>;
  /**
   * Moves what the connected account has earned by a dataset in a run to its ledger. Returns
   * yoctoNEAR as text. Errors: `NOTHING_TO_CLAIM`, `DATASET_BLOCKED`, `NOT_FOUND`.
   */
  claimDataShare(it: { run: number; dataset: string }): Promise<string>;
  /** Of a dataset that a dispute took out of use: what is left goes back to the treasury. */
  returnDataShare(it: { run: number; dataset: string }): Promise<string>;
}

export function datasetCalls(connection: Connection): DatasetCalls {
  const paid =
    <T extends { depositYocto: bigint }, Result>(method: string) =>
    ({ depositYocto, ...args }: T) =>
      connection.call<Result>(method, args, { depositYocto });
  return {
    getDataset: (it) => connection.view('get_dataset', it),
    listDatasets: (page = {}) => connection.view('list_datasets', page),
    registerDataset: paid('register_dataset'),
    withdrawDataset: paid('withdraw_dataset'),
    setOptOut: paid('set_opt_out'),
    disputeDataset: paid('dispute_dataset'),
    lapseDatasetDispute: paid('lapse_dataset_dispute'),
    listDataShares: (it) => connection.view('list_data_shares', it),
    claimDataShare: (it) => connection.call('claim_data_share', it),
    returnDataShare: (it) => connection.call('return_data_share', it),
    listDatasetDisputes: (it) => connection.view('list_dataset_disputes', it),
  };
}
