/** What a registry consists of, opened once over its folder; the routes and the server share it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../digest/digest.js';
import type { ReceivingStore } from '../store/blob-store.js';
import type { BucketOptions } from '../store/bucket-address.js';
import { BucketStore } from '../store/bucket-store.js';
import { FolderStore } from '../store/folder-store.js';
import type { Authority } from './authenticate.js';
import { ChangeStreams, type WatchChain } from './change-stream.js';
import { BlobPress } from './blob-press.js';
import { DiskRoom, type DiskBounds } from './disk-room.js';
import {
  answerGraceMs,
  blobBytesMax,
  bytesPerAccountMax,
  drainMs,
  headersMs,
  idleMs,
  mirrorPatienceMs,
  requestsBurst,
  requestsPerSecond,
} from './limits.js';
import { Metrics } from './metrics.js';
import { Mirror } from './mirror.js';
import { openDenylist, openIndex } from './operator-files.js';
import { PrivateShelf } from './private-shelf.js';
import { QuotaBook } from './quota.js';
import { RateLimit, type Rate } from './rate-limit.js';
import type { Log } from './request-log.js';
import { PartShelf } from './resumable.js';
import type { UploadTimes } from './upload.js';
import { UploadSlots } from './upload-slots.js';

export interface StaticDir {
  readonly mount: string;
  readonly dir: string;
  /** Sent with each of its files; asked for each time, since the server's own address may be in it. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

export interface RegistryOptions extends Authority {
  /** Blobs, quota book and the operator's files live here. */
  dataDir: string;
  /** The blobs live there instead; what is received lies in `dataDir` until it is checked. */
  bucket?: BucketOptions;
  quotas?: { bytesPerAccount?: number };
  /** Of all accounts, or all that a mirror fetched. */
  disk?: DiskBounds;
  /**
   * Hosts, with their ports where addresses have them, by which clients know it: what is not for everybody is read
   * with a signature for one of them. Default: where it listens.
   */
  hosts?: readonly string[];
  maxBlobBytes?: number;
  /** Base URLs that blobs are fetched from when they are asked for; then nobody may upload. */
  mirrorOf?: readonly string[];
  mirrorPatienceMs?: number;
  /** Folders served as they are, e.g. the web pages. */
  staticDirs?: readonly StaticDir[];
  /** Called while somebody listens at /events, which then tells of the chain too. */
  watchChain?: WatchChain;
  uploadTimes?: UploadTimes;
  uploadsAtOnceMax?: number;
  connectionTimes?: Partial<ConnectionTimes>;
  /**
   * Null: any number. That is for a registry behind a proxy, for which all connections have the
   * proxy's address: then the proxy is to count, by the addresses that it sees.
   */
  connectionsPerAddressMax?: number | null;
  /** Of one address; null: any. */
  requestRate?: Rate | null;
  /** One proxy stands before it, whose `x-forwarded-for` names who asks. */
  behindProxy?: boolean;
  /** Without it failures go to standard error, and requests nowhere. */
  log?: Log;
}

export interface ConnectionTimes {
  /** Without a byte in either direction. */
  idleMs: number;
  /** For the rest of a body that nobody wants. */
  drainMs: number;
  /** For the head of a request. */
  headersMs: number;
  /** Between two looks at whether an answer is read fast enough. */
  answerGraceMs: number;
}

export interface RegistryParts {
  options: RegistryOptions;
  store: ReceivingStore;
  /** What is not for everybody. */
  shelf: PrivateShelf;
  denylist: () => Promise<ReadonlyMap<Digest, string>>;
  index: () => Promise<ReadonlyMap<string, Digest>>;
  press: BlobPress;
  parts: PartShelf;
  slots: UploadSlots;
  quota: QuotaBook;
  room: DiskRoom;
  metrics: Metrics;
  changes: ChangeStreams;
  mirror: Mirror | null;
  limit: RateLimit | null;
  times: ConnectionTimes;
  now: () => number;
  /** Kept by the server. */
  live: { connections: number; stopping: boolean; hosts: readonly string[] };
}

/** Errors: `BAD_QUOTA_FILE`, `BAD_STORE_URL`, `MIRROR_TAKES_NO_UPLOADS`, `STORE_UNREACHABLE`. */
export async function openParts(options: RegistryOptions): Promise<RegistryParts> {
  const { dataDir, mirrorOf } = options;
  if (mirrorOf && options.authorise) {
    throw new Error('MIRROR_TAKES_NO_UPLOADS: it has what its peers have; upload to one of them');
  }
  await mkdir(dataDir, { recursive: true });
  const now = options.now ?? Date.now;
  const store = openStore(options);
  const shelf = openShelf(dataDir);
  const room = await DiskRoom.open([store, shelf.store], options.disk ?? {});
  const metrics = new Metrics(now());
  const changes = new ChangeStreams(options.watchChain ?? null);
  const rate = options.requestRate;
  return {
    ...{ options, store, shelf, room, metrics, changes, now },
    denylist: openDenylist(dataDir),
    index: openIndex(dataDir),
    press: new BlobPress(),
    parts: new PartShelf(join(dataDir, 'parts')),
    slots: new UploadSlots(options.uploadsAtOnceMax),
    quota: await QuotaBook.open(dataDir, options.quotas?.bytesPerAccount ?? bytesPerAccountMax),
    mirror: mirrorOf
      ? openMirror(options, { peers: mirrorOf, store, room, metrics, changes, now })
      : null,
    limit: rate === null ? null : new RateLimit(rate ?? rateDefault),
    times: { idleMs, drainMs, headersMs, answerGraceMs, ...options.connectionTimes },
    live: { connections: 0, stopping: false, hosts: options.hosts ?? [] },
  };
}

function openStore({ dataDir, bucket }: RegistryOptions): ReceivingStore {
  if (!bucket) return new FolderStore(join(dataDir, 'blobs'));
  return new BucketStore({ ...bucket, stagingFolder: join(dataDir, 'receiving') });
}

/** On this disk even where the others are in a bucket: that may be one that anybody reads. */
function openShelf(dataDir: string): PrivateShelf {
  const folder = join(dataDir, 'private');
  return new PrivateShelf(folder, new FolderStore(join(folder, 'blobs')));
}

const rateDefault: Rate = { perSecond: requestsPerSecond, burst: requestsBurst };

function openMirror(
  options: RegistryOptions,
  it: Pick<RegistryParts, 'store' | 'room' | 'metrics' | 'changes' | 'now'> & {
    peers: readonly string[];
  },
): Mirror {
  const { metrics, changes, ...others } = it;
  return new Mirror({
    ...others,
    blobBytesMax: options.maxBlobBytes ?? blobBytesMax,
    patienceMs: options.mirrorPatienceMs ?? mirrorPatienceMs,
    onAnswer: ({ peer, digest, outcome, bytes }) => {
      metrics.peerAsked(outcome, bytes);
      if (outcome === 'fetched') {
        metrics.blobStored(bytes);
        changes.blobStored();
      }
      const at = new Date(it.now()).toISOString();
      options.log?.({ at, event: 'peer', peer, digest, outcome, bytes });
    },
  });
}
