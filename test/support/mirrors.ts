/** Mirrors over HTTP for benches: good ones, and one of each kind of bad. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';
import type { ReleaseSource } from '@commonweights/trainer/release/pull.js';

const slowBytesPerSecond = 65_536;

export interface Mirrors {
  readonly good: string[];
  /** Lying, slow, silent, dead. */
  readonly bad: string[];
}

export function sourceAt(url: string): ReleaseSource {
  return { name: url, store: new HttpStore(url) };
}

export async function startMirrors(dataDir: string): Promise<Mirrors> {
  const one = await startRegistry({ dataDir, port: 0, connectionsPerAddressMax: null });
  const two = await startRegistry({ dataDir, port: 0, connectionsPerAddressMax: null });
  const lying = await listen(async (request, response) => {
    await pass(one.url, request, response, async (bytes) => {
      bytes[bytes.length >> 1]! ^= 1;
      response.end(bytes);
    });
  });
  const slow = await listen(async (request, response) => {
    await pass(one.url, request, response, async (bytes) => {
      for (let at = 0; at < bytes.length && !response.destroyed; at += slowBytesPerSecond / 10) {
        response.write(bytes.subarray(at, at + slowBytesPerSecond / 10));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      response.end();
    });
  });
  const silent = await listen(async () => {});
  const dead = await listen(async () => {});
  const bad = [lying, slow, silent, dead].map(urlOf);
  dead.close();
  return { good: [one.url, two.url], bad };
}

/** What the good mirror answers, its bytes given to `send`. */
async function pass(
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  send: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  const { range } = request.headers;
  // As it is: a length of packed bytes would be none of those that are passed on.
  const headers = { 'accept-encoding': 'identity', ...(range && { range }) };
  const answer = await fetch(`${url}${request.url}`, { headers });
  for (const name of ['content-length', 'content-range']) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.statusCode = answer.status;
  await send(Buffer.from(await answer.arrayBuffer()));
}

function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
