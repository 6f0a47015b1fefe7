/**
 * A machine's status over HTTP, read only: `/` for people, `/status.json` for programs, `/metrics` for
 * Prometheus. To this machine alone, since it tells what the machine earns: it listens on no other
 * address, and answers to no other name, so that no page that a browser here has open can read it by
 * letting a name of its own point here. Whatever fails in it must not stop the work beside it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Status } from '@commonweights/trainer/worker/work-status.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';
import { formatJson } from './output.js';
import {
  statusStyle,
  waitingMetrics,
  waitingPage,
  writeMetrics,
  writeStatusPage,
} from './status-page.js';

export interface StatusServer {
  readonly url: string;
  stop(): Promise<void>;
}

const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'";

const host = '127.0.0.1';
const names = new Set([host, 'localhost']);

interface Shown {
  /** Null: no run is at work yet. */
  read(): Promise<Status> | null;
}

/** Error: `PORT_IN_USE`. */
export async function startStatusServer(
  status: Shown,
  { port: wanted }: { port: number },
): Promise<StatusServer> {
  const server = createServer((request, response) => {
    answer(status, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, plain).end('This page cannot be written now.\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(startFailure(error, wanted)));
    server.listen(wanted, host, resolve);
  });
  // Too many open files, for instance: the page is away for a moment, the work goes on.
  server.on('error', () => {});
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

const plain = { 'content-type': 'text/plain; charset=utf-8' };

async function answer(
  status: Shown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!names.has(hostnameOf(request.headers.host))) {
    response.writeHead(421, plain).end('This page is for this machine alone.\n');
    return;
  }
  const page = request.method === 'GET' ? pages.get(request.url ?? '') : undefined;
  if (!page) {
    response.writeHead(404, plain).end('Here are /, /status.json and /metrics.\n');
    return;
  }
  const shown = await status.read();
  // A machine that waits for a run is no failure to a monitor, and a page to come back to for people.
  const text = shown ? page.write(shown) : page.waiting;
  response.writeHead(text === null ? 503 : 200, {
    'content-type': text === null ? plain['content-type'] : page.type,
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    ...(text === null ? { 'retry-after': '5' } : {}),
  });
  response.end(text ?? 'No run is at work yet.\n');
}

/** Without the port. */
function hostnameOf(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '').toLowerCase();
}

function startFailure(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  const sentence = `PORT_IN_USE: port ${port} is in use; give --status another`;
  return new CliError(exitCodes.usage, sentence, { cause: error });
}

interface Page {
  readonly type: string;
  readonly write: (status: Status) => string;
  /** While no run is at work; null: there is nothing to say. */
  readonly waiting: string | null;
}

const pages = new Map<string, Page>([
  ['/', { type: 'text/html; charset=utf-8', write: writeStatusPage, waiting: waitingPage }],
  [
    '/style.css',
    { type: 'text/css; charset=utf-8', write: () => statusStyle, waiting: statusStyle },
  ],
  ['/status.json', { type: 'application/json', write: formatJson, waiting: null }],
  [
    '/metrics',
    {
      type: 'text/plain; version=0.0.4; charset=utf-8',
      write: writeMetrics,
      waiting: waitingMetrics,
    },
  ],
]);
