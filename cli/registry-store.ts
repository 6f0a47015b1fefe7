/** A registry as an account uses it: anybody reads, uploads are signed with the account's key. */
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';

export function openRegistryStore(it: {
  url: string | readonly string[];
  account?: AccountKey | undefined;
}): HttpStore {
  return new HttpStore(it.url, it.account ? { authorise: uploadAuthoriser(it.account) } : {});
}
