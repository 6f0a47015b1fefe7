/**
 * The registry: an express service that keeps content-addressed blobs for a DAO and hands them to
 * anybody. It decides nothing and nobody has to trust it: readers check digests, and what a name
 * means is said on chain. What it must do well is stay up: every body, time and count is bounded,
 * and only signed uploads of accounts that the operator's `authorise` accepts are stored.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Digest } from '../digest/digest.js';
import type { ReceivingStore } from '../store/blob-store.js';
import { limitConnections } from './connection-counts.js';
import { connectionsPerAddressMax } from './limits.js';
import { openParts, type RegistryOptions, type RegistryParts } from './registry-parts.js';
import { buildRoutes } from './routes.js';

export type { RegistryOptions, StaticDir } from './registry-parts.js';
export { recipientDefault } from './authenticate.js';

export interface RunningRegistry {
  url: string;
  /** Of a mirror: fetches a blob before anybody asks for it. Whether it is here then. */
  fetchAhead(digest: Digest): Promise<boolean>;
  store: ReceivingStore;
  /** At once; what runs has `graceMs` to end by itself. */
  stop(it?: { graceMs: number }): Promise<void>;
}

/**
 * Serves on `port` (0: any free one) of `host` (default: this machine only). Errors:
 * `REGISTRY_NOT_STARTED`, those of `openParts`.
 */
export async function startRegistry(
  options: RegistryOptions & { port: number; host?: string },
): Promise<RunningRegistry> {
  const parts = await openParts(options);
  const { headersMs, idleMs } = parts.times;
  const server = createServer(
    {
      headersTimeout: headersMs,
      // Looked at so often: a head that drips is no different from one that never comes.
      connectionsCheckingInterval: Math.min(1_000, headersMs),
      requestTimeout: 0,
      keepAliveTimeout: 30_000,
      maxHeaderSize: 16_384,
    },
    buildRoutes(parts),
  );
  server.maxConnections = 1_024;
  server.timeout = idleMs;
  const perAddress = options.connectionsPerAddressMax;
  if (perAddress !== null) limitConnections(server, perAddress ?? connectionsPerAddressMax);
  server.on('connection', (socket) => {
    parts.live.connections++;
    socket.once('close', () => parts.live.connections--);
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy =
        error.code === 'EADDRINUSE'
          ? 'stop what uses it or name another port'
          : 'name an address of this machine, and a port that you may use';
      reject(new Error(`REGISTRY_NOT_STARTED: ${host}:${options.port}: ${error.code}; ${remedy}`));
    });
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  if (!options.hosts) parts.live.hosts = [`${name}:${port}`, `localhost:${port}`];
  return {
    url: `http://${name}:${port}`,
    fetchAhead: async (digest) => {
      // What its operator has erased and denies does not come back by itself.
      if ((await parts.denylist()).has(digest)) return false;
      return (await parts.mirror?.fetch(digest)) ?? parts.store.has(digest);
    },
    store: parts.store,
    stop: (it) => stop(server, parts, it?.graceMs ?? 0),
  };
}

function stop(server: Server, { live, changes }: RegistryParts, graceMs: number): Promise<void> {
  live.stopping = true;
  changes.close();
  return new Promise((resolve) => {
    const cutOff = () => server.closeAllConnections();
    const timer = graceMs > 0 ? setTimeout(cutOff, graceMs) : undefined;
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    if (graceMs === 0) cutOff();
  });
}
