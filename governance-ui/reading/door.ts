/** Everything that a page reads from: the contract's views, and the registry's blobs. */
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobSource } from '@commonweights/dataset-registry/store/blob-store.js';
import { decodeNetworkFile, networkFileName } from '../network-file.js';
import { openChangeFeed, type ChangeFeed } from './change-feed.js';
import { OverviewReader } from './overview.js';
import { BlobReader } from './blob-json.js';
import { ChosenDao } from './chosen-dao.js';
import { openMirrored } from './mirrored-store.js';

export interface Door {
  readonly client: DaoClient;
  /** Remembers how long the lists are. */
  readonly overview: OverviewReader;
  readonly blobs: BlobReader;
  /** The same blobs, whole and unremembered. */
  readonly store: BlobSource;
  readonly registry: string;
  /** Who else has the blobs. */
  readonly mirrors: readonly string[];
  /** Which contract is read: the network file's, as a rule. */
  readonly dao: ChosenDao;
  /** That of the network file. */
  readonly home: string;
  /** What other DAOs are founded with here; null: what the contract runs. */
  readonly code: Digest | null;
  /** Null: nobody tells of changes here. */
  readonly changes: ChangeFeed | null;
}

/** Long for one view, short enough that a page soon says that nobody answers. */
const requestTimeoutMs = 8_000;

/** Errors: `NETWORK_FILE_MISSING`, `BAD_NETWORK_FILE`. */
export async function openDoor(
  pageUrl: string,
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
): Promise<Door> {
  const file = decodeNetworkFile(await fetchNetworkFile(pageUrl));
  const { network, contract: home, registry, mirrors, events, code } = file;
  const dao = new ChosenDao(storage, { network: network.name, home });
  const contract = dao.chosen ?? home;
  const registryUrl = new URL(registry, pageUrl).href.replace(/\/$/, '');
  const store = openMirrored({ registry: registryUrl, mirrors });
  const client = connect({ network, contract, requestTimeoutMs });
  return {
    client,
    overview: new OverviewReader(client),
    blobs: new BlobReader(store),
    store,
    registry: registryUrl,
    ...{ mirrors, dao, home, code },
    // Whoever tells of changes watches the contract of the network file.
    changes:
      events === null || contract !== home ? null : openChangeFeed(new URL(events, pageUrl).href),
  };
}

async function fetchNetworkFile(pageUrl: string): Promise<unknown> {
  const file = new URL(networkFileName, pageUrl);
  try {
    const response = await fetch(file, { cache: 'no-store' });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return (await response.json()) as unknown;
  } catch (error) {
    throw new Error(
      `NETWORK_FILE_MISSING: ${file.href} cannot be read (${(error as Error).message}); ` +
        'start the network with "npx commonweights network up"',
      { cause: error },
    );
  }
}

/** Newest entries that a list shows; older ones stay on the chain and in the command line. */
export const newestMax = 200;
