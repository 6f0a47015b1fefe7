/**
 * A registry as an account uses it: anybody reads what is for everybody; uploads, and reading what is not, are
 * signed with the account's key.
 */
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { HttpStore, type BlobAct } from '@commonweights/dataset-registry/store/http-store.js';

export function openRegistryStore(it: {
  url: string | readonly string[];
  account?: AccountKey | undefined;
  /** What is uploaded is for this list of theirs only. */
  readers?: string | undefined;
}): HttpStore {
  const readers = it.readers === undefined ? {} : { readers: it.readers };
  if (!it.account) return new HttpStore(it.url);
  const authorise = uploadAuthoriser(it.account);
  return new HttpStore(it.url, { authorise, signsReads: true, ...readers });
}

/** To read only: the key is looked for when something is not there for everybody. */
export function openRegistryReader(url: string, account: () => Promise<AccountKey>): HttpStore {
  const authorise = async (act: BlobAct): Promise<string> => {
    if (act.method !== 'GET') throw new Error('a reader signs no upload'); // A bug.
    return uploadAuthoriser(await account())(act);
  };
  return new HttpStore(url, { authorise, signsReads: true });
}
