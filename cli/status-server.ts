/**
 * A machine's status over HTTP, read only: `/` for people, `/status.json` for programs, `/metrics` for
 * Prometheus. On this machine alone unless a host is named: it tells what the machine earns.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Status } from '@commonweights/trainer/worker/work-status.js';
import { formatJson } from './output.js';
import { statusStyle, writeMetrics, writeStatusPage } from './status-page.js';

export interface StatusServer {
  readonly url: string;
  stop(): Promise<void>;
}

const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'";

/** Error: the port is taken (`EADDRINUSE`). */
export async function startStatusServer(
  /** Null: no run is at work yet. */
  status: { read(): Promise<Status> | null },
  it: { port: number; host?: string },
): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const page = request.method === 'GET' ? pages[request.url ?? ''] : undefined;
    if (!page) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('Here are /, /status.json and /metrics.\n');
      return;
    }
    void Promise.resolve(status.read()).then(
      (shown) => {
        if (!shown) {
          response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '5' });
          response.end('No run is at work yet.\n');
          return;
        }
        response.writeHead(200, {
          'content-type': page.type,
          'cache-control': 'no-store',
          'content-security-policy': policy,
          'x-content-type-options': 'nosniff',
        });
        response.end(page.write(shown));
      },
      () => response.writeHead(500).end(),
    );
  });
  const host = it.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(it.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const pages: Record<string, { type: string; write: (status: Status) => string } | undefined> = {
  '/': { type: 'text/html; charset=utf-8', write: writeStatusPage },
  '/style.css': { type: 'text/css; charset=utf-8', write: () => statusStyle },
  '/status.json': { type: 'application/json', write: formatJson },
  '/metrics': { type: 'text/plain; version=0.0.4; charset=utf-8', write: writeMetrics },
};
