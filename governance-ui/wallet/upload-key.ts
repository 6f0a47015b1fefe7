/**
 * The key with which a tab uploads: registries take blobs from whoever has a key of an account, and a
 * proposal's texts are blobs. This one can do nothing on chain: the only method that it may call does
 * not exist, and it may spend nothing on fees. So one question of the wallet stands for any number of
 * uploads, and whoever steals the key can fill the account's quota and no more (docs/decisions/084).
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import { grantTabKey, type TabKey } from './tab-key.js';

const uploadKey: TabKey = {
  purpose: 'upload-key',
  methods: ['sign_uploads_only'],
  ...{ allowanceYocto: 0n, leftYoctoMin: 0n },
};

/** `client` signs as the account, by its wallet. Errors: those of the wallet and the chain. */
export function grantUploadKey(client: DaoClient, storage: Storage): Promise<AccountKey> {
  return grantTabKey(client, { key: uploadKey, storage });
}

/** The registry as the account of that key uploads to it. */
export function uploadStore(registry: string, key: AccountKey): HttpStore {
  return new HttpStore(registry, { authorise: uploadAuthoriser(key) });
}
