/** From a finished draft to a proposal on chain: its texts are uploaded first, then it is proposed. */
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import { describeAction } from '@commonweights/dao-contracts/client/action-words.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { storageDeposit } from '@commonweights/dao-contracts/client/storage-deposit.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { grantUploadKey, uploadStore } from '../wallet/upload-key.js';

export type ProposeStep = 'key' | 'prepare' | 'upload' | 'send';

export interface Finished {
  readonly action: Action;
  /** What the action names by digest, and is not published yet. */
  readonly blobs: readonly Uint8Array[];
}

/** What is put up: the bond, and storage, of which what is over comes back. */
export function proposeDeposit(action: Action, bondYocto: bigint): bigint {
  return bondYocto + storageDeposit(action);
}

/** Returns the proposal's number. Errors: those of wallet, registry and contract; a draft stays a draft. */
export async function propose(
  client: DaoClient,
  it: {
    /** In the proposer's words. */
    why: string;
    /** With a key of the proposer's that uploads. */
    finish: (key: AccountKey) => Promise<Finished>;
    registry: string;
    storage: Storage;
    onStep: (step: ProposeStep) => void;
  },
): Promise<number> {
  it.onStep('key');
  const key = await grantUploadKey(client, it.storage);
  it.onStep('prepare');
  const { action, blobs } = await it.finish(key);
  it.onStep('upload');
  const store = uploadStore(it.registry, key);
  for (const bytes of blobs) await store.put(bytes);
  const title = describeAction(action, plainFigures);
  const text = it.why.trim() === '' ? title : it.why;
  const description = await store.put(canonicalBytes({ text, title }));
  const { bondYocto } = await client.getPolicy();
  it.onStep('send');
  return client.propose({ action, description, depositYocto: proposeDeposit(action, bondYocto) });
}

/** In a text that stays, everything is told to the last digit. */
const plainFigures = {
  near: formatNear,
  digest: (digest: string) => digest,
  span: (ms: number) => `${ms} ms`,
  whole: (digits: string) => digits,
};
