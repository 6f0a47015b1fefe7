/**
 * The registry: an express service that keeps content-addressed blobs for a DAO and hands them to
 * anybody. It decides nothing and nobody has to trust it: readers check digests, and what a name
 * means is said on chain. What it must do well is stay up: every body, time and count is bounded,
 * and only signed uploads of accounts that the operator's `authorise` accepts are stored.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type NextFunction, type Request, type Response } from 'express';
import { isDigest, type Digest } from '../digest/digest.js';
import { manifestLimits, parseManifest } from '../digest/manifest.js';
import { FolderStore } from '../store/folder-store.js';
import { authenticate, type Authority } from './authenticate.js';
import { limitConnections } from './connection-counts.js';
import {
  blobBytesMax,
  bytesPerAccountMax,
  connectionsPerAddressMax,
  drainMs,
  idleMs,
} from './limits.js';
import { openDenylist, openIndex } from './operator-files.js';
import { QuotaBook } from './quota.js';
import { Refusal, sendRefusal } from './refusal.js';
import { checkTotal, PartShelf, readContentRange } from './resumable.js';
import { announcedBytes, receiveBlob, uploadTimesDefault, type UploadTimes } from './upload.js';
import { endUnread } from './unread-body.js';
import { UploadSlots, type RunningUpload } from './upload-slots.js';

export interface StaticDir {
  readonly mount: string;
  readonly dir: string;
  /** Sent with each of its files; asked for each time, since the server's own address may be in it. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

export interface RegistryOptions extends Authority {
  /** Blobs, quota book and the operator's files live here. */
  dataDir: string;
  quotas?: { bytesPerAccount?: number };
  maxBlobBytes?: number;
  /** Folders served as they are, e.g. the web pages. */
  staticDirs?: readonly StaticDir[];
  uploadTimes?: UploadTimes;
  uploadsAtOnceMax?: number;
  connectionTimes?: { idleMs: number; drainMs: number };
  /**
   * Null: any number. That is for a registry behind a proxy, for which all connections have the
   * proxy's address: then the proxy is to count, by the addresses that it sees.
   */
  connectionsPerAddressMax?: number | null;
}

export { recipientDefault } from './authenticate.js';

export function createRegistry(options: RegistryOptions): express.Express {
  const store = new FolderStore(join(options.dataDir, 'blobs'));
  const denylist = openDenylist(options.dataDir);
  const index = openIndex(options.dataDir);
  const parts = new PartShelf(join(options.dataDir, 'parts'));
  const slots = new UploadSlots(options.uploadsAtOnceMax);
  const quota = openQuota(options);
  quota.catch(() => {}); // Reported by startRegistry and by every upload.
  const app = express();
  app.disable('x-powered-by');
  const { drainMs } = timesOf(options);
  // Only an upload has a body that anybody reads.
  app.use((request, response, next) => {
    if (request.method !== 'PUT') endUnread(request, response, drainMs);
    next();
  });
  app.use(allowEveryOrigin);
  app.get('/health', (_request, response) => {
    response.json({
      status: 'ok',
      service: 'commonweights-registry',
      uploads: !!options.authorise,
    });
  });
  app.get('/index', async (_request, response) => {
    response.json({ trust: 'hints only', names: Object.fromEntries(await index()) });
  });
  app.use(['/blobs/:digest', '/manifests/:digest'], async (request, _response, next) => {
    const why = (await denylist()).get(readDigest(request));
    if (why === undefined) return next();
    throw new Refusal(451, 'BLOB_DENIED', `the operator denies this blob: ${why}`, 'ask elsewhere');
  });
  app.get('/blobs/:digest', async (request, response) => {
    await sendBlob(store, readDigest(request), response);
  });
  app.put('/blobs/:digest', async (request, response) => {
    await acceptUpload({ request, response, store, parts, slots, quota: await quota, options });
  });
  app.get('/manifests/:digest', async (request, response) => {
    response.json(await readManifest(store, readDigest(request)));
  });
  for (const { mount, dir, headers } of options.staticDirs ?? []) {
    const setHeaders = (response: Response) => void response.set({ ...headers?.() });
    app.use(mount, express.static(dir, { setHeaders }));
  }
  app.use((request: Request) => {
    throw new Refusal(404, 'NO_SUCH_PATH', `no ${request.path} here`, 'see GET /health');
  });
  app.use(answerErrors(drainMs));
  return app;
}

const timesOf = ({ connectionTimes }: RegistryOptions) => connectionTimes ?? { idleMs, drainMs };

export interface RunningRegistry {
  url: string;
  stop(): Promise<void>;
}

/** Serves on `port` (0: any free one) of `host` (default: this machine only). */
export async function startRegistry(
  options: RegistryOptions & { port: number; host?: string },
): Promise<RunningRegistry> {
  await openQuota(options);
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 30_000, maxHeaderSize: 16_384 },
    createRegistry(options),
  );
  server.maxConnections = 1_024;
  server.timeout = timesOf(options).idleMs;
  const perAddress = options.connectionsPerAddressMax;
  if (perAddress !== null) limitConnections(server, perAddress ?? connectionsPerAddressMax);
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy = error.code === 'EADDRINUSE' ? 'stop what uses it or name another port' : '';
      reject(new Error(`REGISTRY_NOT_STARTED: ${host}:${options.port}: ${error.code}; ${remedy}`));
    });
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${port}`, stop: () => stop(server) };
}

async function openQuota(options: RegistryOptions): Promise<QuotaBook> {
  await mkdir(options.dataDir, { recursive: true });
  return QuotaBook.open(options.dataDir, options.quotas?.bytesPerAccount ?? bytesPerAccountMax);
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function readDigest(request: Request): Digest {
  const text: unknown = request.params['digest'];
  if (isDigest(text)) return text;
  throw new Refusal(
    400,
    'BAD_DIGEST',
    'the path does not end in a digest',
    'write sha256: and 64 lower-case hex digits',
  );
}

function missingBlob(digest: Digest): Refusal {
  return new Refusal(404, 'BLOB_MISSING', `${digest} is not here`, 'try another registry');
}

/** A blob never changes, so it may be cached for ever; ranges and HEAD are express's own. */
async function sendBlob(store: FolderStore, digest: Digest, response: Response): Promise<void> {
  if (!(await store.has(digest))) throw missingBlob(digest);
  response.set({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    etag: `"${digest}"`,
  });
  await new Promise<void>((resolve, reject) => {
    const path = store.pathOf(digest);
    const sending = { cacheControl: false, lastModified: false, dotfiles: 'allow' as const };
    response.sendFile(path, sending, (error?: Error & { status?: number }) => {
      if (!error || response.destroyed) return resolve();
      if (error.status === 416) {
        return reject(
          new Refusal(416, 'BAD_RANGE', 'no such range in this blob', 'ask HEAD first'),
        );
      }
      reject(error);
    });
  });
}

async function readManifest(store: FolderStore, digest: Digest): Promise<unknown> {
  const size = await store.size(digest);
  if (size === null) throw missingBlob(digest);
  const what = 'this blob is not a manifest';
  const remedy = 'fetch it as a blob';
  if (size > manifestLimits.bytesMax) throw new Refusal(422, 'NOT_A_MANIFEST', what, remedy);
  const bytes = await store.get(digest);
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw new Refusal(422, 'NOT_A_MANIFEST', `${what}: ${(error as Error).message}`, remedy);
  }
}

async function acceptUpload(upload: {
  request: Request;
  response: Response;
  store: FolderStore;
  parts: PartShelf;
  slots: UploadSlots;
  quota: QuotaBook;
  options: RegistryOptions;
}): Promise<void> {
  const { request, response, store, parts, slots, quota, options } = upload;
  const digest = readDigest(request);
  const range = readContentRange(request);
  const sent = announcedBytes(request, options.maxBlobBytes ?? blobBytesMax);
  const bytes = range ? checkTotal(range, sent, options.maxBlobBytes ?? blobBytesMax) : sent;
  const accountId = await authenticate(request, digest, options);
  // A blob of another size has rotted here: it is received again, and so mended.
  if ((await store.size(digest)) === bytes) {
    endUnread(request, response, timesOf(options).drainMs);
    response.json({ digest, stored: false });
    return;
  }
  const times = options.uploadTimes ?? uploadTimesDefault;
  const held = await parts.bytesHeld(accountId, digest);
  const reservation = quota.reserve(accountId, bytes, held);
  let leave: (() => void) | undefined;
  try {
    const nowMs = (options.now ?? Date.now)();
    // Last, so that only an upload that may begin takes another's slot.
    leave = slots.take(accountId, watch(request), nowMs);
    if (range) {
      const piece = { request, store, accountId, digest, range, times, nowMs };
      if (!(await parts.receive(piece)).complete) {
        response.status(202).json({ digest, stored: false, offset: range.end });
        return;
      }
    } else await receiveBlob(request, store, { digest, bytes }, times);
    await reservation.use();
  } finally {
    leave?.();
    reservation.release();
  }
  response.status(201).json({ digest, stored: true });
}

/** The socket counts for us; on a reused one, the slot takes the difference. */
function watch(request: Request): RunningUpload {
  return {
    receivedBytes: () => request.socket.bytesRead,
    isReceived: () => request.complete,
    cutOff: () => void request.destroy(),
  };
}

/** Pages from anywhere read blobs, also pages that are cross-origin isolated (threads in WASM). */
function allowEveryOrigin(request: Request, response: Response, next: NextFunction): void {
  response.set({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'content-length, content-range, etag, retry-after',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  });
  if (request.method !== 'OPTIONS') return next();
  response.set({
    'access-control-allow-methods': 'GET, HEAD, PUT',
    'access-control-allow-headers': 'authorization, content-type, content-range, range',
    'access-control-max-age': '86400',
  });
  response.status(204).end();
}

function answerErrors(drainMs: number) {
  return (error: unknown, request: Request, response: Response, _: NextFunction): void => {
    endUnread(request, response, drainMs);
    if (error instanceof Refusal) return sendRefusal(response, error);
    if (error instanceof URIError || (error as { status?: number }).status === 400) {
      const why = 'the path is not valid';
      return sendRefusal(response, new Refusal(400, 'BAD_PATH', why, 'encode it as a URL'));
    }
    console.error(error);
    const why = 'the registry failed on this request';
    sendRefusal(response, new Refusal(500, 'REGISTRY_FAILED', why, 'tell its operator'));
  };
}
