/** What a registry answers, route by route; `openapi.ts` describes the same for clients. */
import express, { type NextFunction, type Request, type Response } from 'express';
import { BlobError } from '../store/blob-errors.js';
import { readersHeader } from '../store/http-store.js';
import { acceptUpload } from './accept-upload.js';
import { groupOf } from './connection-counts.js';
import { missTokens, uploadTokens } from './limits.js';
import { mirrorHeader } from './mirror.js';
import { describeApi } from './openapi.js';
import { Refusal, sendRefusal } from './refusal.js';
import type { RegistryParts } from './registry-parts.js';
import { observeRequests } from './request-log.js';
import { setReaders, storeFor } from './private-reads.js';
import { privateHeaders, readDigest, readManifest, sendBlob } from './serve-blob.js';
import { endUnread } from './unread-body.js';

export function buildRoutes(it: RegistryParts): express.Express {
  const { options, metrics, live, times } = it;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', options.behindProxy ? 1 : false);
  app.use(observeRequests({ metrics, log: options.log ?? null, now: it.now }));
  app.use((request, response, next) => {
    if (live.stopping) response.set('connection', 'close');
    // Only an upload has a body that anybody reads.
    if (request.method !== 'PUT') endUnread(request, response, times.drainMs);
    next();
  });
  app.use(allowEveryOrigin);
  app.use((request, _response, next) => {
    limitRate(it, request);
    next();
  });
  app.get('/health', (_request, response) => {
    response.json({
      status: live.stopping ? 'stopping' : 'ok',
      service: 'commonweights-registry',
      uploads: !!options.authorise,
      mirror: it.mirror !== null,
    });
  });
  app.get('/metrics', (_request, response) => {
    response.type('text/plain; version=0.0.4; charset=utf-8').send(writeMetrics(it));
  });
  app.get('/openapi.json', (_request, response) => {
    response.json(describeApi());
  });
  app.get('/events', (request, response) => {
    it.changes.open(request, response, addressOf(request));
  });
  app.get('/index', async (_request, response) => {
    const names = Object.fromEntries(await it.index());
    response.json({ trust: 'hints only', names });
  });
  app.use(['/blobs/:digest', '/manifests/:digest'], async (request, _response, next) => {
    const why = (await it.denylist()).get(readDigest(request));
    if (why === undefined) return next();
    throw new Refusal(451, 'BLOB_DENIED', `the operator denies this blob: ${why}`, 'ask elsewhere');
  });
  app.get('/blobs/:digest', async (request, response) => {
    await bring(it, request);
    await sendBlob({ ...it, ...(await storeFor(it, request, response)) }, request, response);
  });
  app.put('/blobs/:digest', async (request, response) => {
    await acceptUpload(it, request, response);
  });
  app.get('/manifests/:digest', async (request, response) => {
    await bring(it, request);
    const { store, isPrivate } = await storeFor(it, request, response);
    if (isPrivate) response.set(privateHeaders);
    response.json(await readManifest(store, readDigest(request)));
  });
  app.put('/readers/:owner/:name', async (request, response) => {
    await setReaders(it, request, response);
  });
  for (const { mount, dir, headers } of options.staticDirs ?? []) {
    const setHeaders = (response: Response) => void response.set({ ...headers?.() });
    app.use(mount, express.static(dir, { setHeaders }));
  }
  app.use((request: Request) => {
    throw new Refusal(404, 'NO_SUCH_PATH', `no ${request.path} here`, 'see GET /openapi.json');
  });
  app.use(answerErrors(it));
  return app;
}

function addressOf(request: Request): string {
  return groupOf(request.ip ?? '');
}

function limitRate({ limit, now }: RegistryParts, request: Request): void {
  const tokens = request.method === 'PUT' ? uploadTokens : 1;
  const waitMs = limit?.take(addressOf(request), tokens, now()) ?? null;
  if (waitMs === null) return;
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  throw new Refusal(
    429,
    'TOO_MANY_REQUESTS',
    'your address asks more often than this registry answers',
    `try again in ${retryAfterSeconds} s, with fewer requests at once`,
    { retryAfterSeconds },
  );
}

/** A mirror looks for what it has not; another mirror's question is answered as things are. */
async function bring(it: RegistryParts, request: Request): Promise<void> {
  if (!it.mirror || request.headers[mirrorHeader] !== undefined) return;
  if (await it.mirror.bring(readDigest(request))) return;
  // Peers were asked in vain: whoever makes up digests is soon refused.
  it.limit?.take(addressOf(request), missTokens, it.now());
}

function writeMetrics({ metrics, live, slots, room, changes, now }: RegistryParts): string {
  const gauges = {
    connections: () => live.connections,
    uploads: () => slots.taken,
    diskBytes: () => room.usedBytes,
    eventStreams: () => changes.count,
  };
  return metrics.write(gauges, now());
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
    'access-control-allow-headers': `authorization, content-type, content-range, range, ${readersHeader}`,
    'access-control-max-age': '86400',
  });
  response.status(204).end();
}

function storeAway(): Refusal {
  const why = 'the bucket that keeps the blobs does not answer';
  const remedy = 'ask again in a moment, or ask another registry';
  return new Refusal(503, 'STORE_AWAY', why, remedy, { retryAfterSeconds: 5 });
}

function answerErrors({ options, times, now }: RegistryParts) {
  const tell = (request: Request, error: unknown): void => {
    const at = new Date(now()).toISOString();
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (options.log) options.log({ at, event: 'failure', what: request.method, error: told });
    else console.error(error);
  };
  return (error: unknown, request: Request, response: Response, _: NextFunction): void => {
    endUnread(request, response, times.drainMs);
    if (error instanceof Refusal) return sendRefusal(response, error);
    if (error instanceof BlobError && error.code === 'STORE_UNREACHABLE') {
      tell(request, error);
      return sendRefusal(response, storeAway());
    }
    if (error instanceof URIError || (error as { status?: number }).status === 400) {
      const why = 'the path is not valid';
      return sendRefusal(response, new Refusal(400, 'BAD_PATH', why, 'encode it as a URL'));
    }
    tell(request, error);
    const why = 'the registry failed on this request';
    sendRefusal(response, new Refusal(500, 'REGISTRY_FAILED', why, 'tell its operator'));
  };
}
