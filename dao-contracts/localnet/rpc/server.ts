/**
 * JSON-RPC over HTTP on the loopback interface. Any page may ask (CORS is open, as on public
 * nodes), by what it says is JSON, so that its browser asks here first; what moves the clock or
 * patches the state is refused to pages that do not come from this machine, and of the rest they
 * get one thing at a time (turns.ts). Bodies, batches and time are bounded, and
 * whatever a client sends, the answer is one clear error.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chain } from '../runtime/chain.js';
import { answer, finalMethods, localMethods } from './methods.js';
import { Parameters } from './parameters.js';
import { internalError, parseError, RpcError } from './rpc-error.js';
import { nextTurn, StrangersTurns } from './turns.js';

/** As on NEAR's nodes: a contract of the largest size fits into a patch of the state. */
const bodyBytesMax = 10 * 1024 * 1024;
const batchMax = 50;
const bodyMs = 30_000;
const keptAliveMs = 600_000;

export interface RpcServer {
  url: string;
  close(): Promise<void>;
}

export async function serveRpc(chain: Chain, port: number, keepsPace: boolean): Promise<RpcServer> {
  const served: Served = { chain, keepsPace, strangers: new StrangersTurns() };
  const server = createServer((request, response) => {
    respond(served, request, response).catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, failure(null, error));
      else response.destroy();
    });
  });
  server.requestTimeout = bodyMs;
  // A command that computes for a minute between two calls would not see that it was hung up.
  server.keepAliveTimeout = keptAliveMs;
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  chain.servedOn = `127.0.0.1:${bound}`;
  return {
    url: `http://${chain.servedOn}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new Error(`PORT_IN_USE: 127.0.0.1:${port} is taken; choose another port, or 0`));
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

interface Served {
  chain: Chain;
  /** Asked for its height, an idle node makes a block now and then. */
  keepsPace: boolean;
  strangers: StrangersTurns;
}

async function respond(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Allow-Headers', '*');
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, OPTIONS');
  if (request.method === 'OPTIONS') {
    response.setHeader('Access-Control-Allow-Private-Network', 'true');
    response.writeHead(204).end();
    return;
  }
  if (request.method === 'GET') {
    const status = await answer(served.chain, 'status', new Parameters(undefined));
    return sendJson(response, status as object);
  }
  if (request.method !== 'POST') {
    response.writeHead(405, { Allow: 'GET, POST, OPTIONS' }).end();
    return;
  }
  const { origin, 'content-type': type } = request.headers;
  if (origin !== undefined && !/^application\/json *(;|$)/i.test(type ?? '')) {
    const said = 'pages send their requests as application/json';
    return sendJson(response, failure(null, parseError(said)), 415);
  }
  const trusted = isFromHere(origin);
  const body = await readBody(request, response);
  if (body === null) return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return sendJson(response, failure(null, parseError('the body is not JSON')));
  }
  const asked: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (asked.length === 0 || asked.length > batchMax) {
    const said = `a batch holds 1 to ${batchMax} requests, not ${asked.length}`;
    return sendJson(response, failure(null, parseError(said)));
  }
  if (!trusted && !served.strangers.admit(asked.length)) {
    const said = 'too many requests of pages from other machines are waiting';
    return sendJson(response, failure(null, internalError(said)), 429);
  }
  const answers = await Promise.all(await answerAll(served, asked, trusted));
  sendJson(response, Array.isArray(parsed) ? answers : answers[0]!);
}

/** Each begins in a turn of its own, and then waits for what it waits for beside the others. */
async function answerAll(
  served: Served,
  asked: readonly unknown[],
  trusted: boolean,
): Promise<Promise<object>[]> {
  const answers: Promise<object>[] = [];
  for (const one of asked) {
    if (!trusted) await served.strangers.take();
    else if (answers.length > 0) await nextTurn();
    answers.push(answerOne(served, one, trusted));
  }
  return answers;
}

async function answerOne(
  { chain, keepsPace }: Served,
  request: unknown,
  trusted: boolean,
): Promise<object> {
  const { id, method, params } = (request ?? {}) as Record<string, unknown>;
  const known = typeof id === 'string' || typeof id === 'number' ? id : null;
  try {
    if (typeof method !== 'string') throw parseError('"method" is missing or not a text');
    if (localMethods.has(method) && !trusted) {
      throw parseError(`"${method}" is refused to pages from other machines`);
    }
    if (finalMethods.has(method) && trusted) chain.finalize();
    if (keepsPace && trusted && (method === 'status' || method === 'block')) chain.keepPace();
    const result = await answer(chain, method, new Parameters(params));
    return { jsonrpc: '2.0', id: known, result };
  } catch (error) {
    return failure(known, error);
  }
}

function failure(id: string | number | null, error: unknown): object {
  const told = error instanceof RpcError ? error : internalError(String(error));
  return { jsonrpc: '2.0', id, error: told.toJson() };
}

/** Programs send no origin; pages of this machine have a loopback one. */
function isFromHere(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname);
  } catch {
    return false;
  }
}

/** The body as text, or null after a refusal was sent. */
async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) {
      response.setHeader('Connection', 'close');
      sendJson(response, failure(null, parseError(`the body exceeds ${bodyBytesMax} bytes`)));
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function sendJson(response: ServerResponse, value: object, status = 200): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}
