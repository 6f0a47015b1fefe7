/** A relayer over HTTP: `POST /relay` with one signed call as JSON, answered with what it did. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Relayer } from '@commonweights/dao-contracts/client/relayer.js';

/** A call is below four kilobytes; what is larger is none. */
const bodyBytesMax = 16_384;

export interface RelayServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startRelayServer(
  relayer: Relayer,
  it: { port: number; host?: string },
): Promise<RelayServer> {
  const server = createServer((request, response) => {
    void answer(relayer, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  const host = it.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(it.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  relayer: Relayer,
  request: IncomingMessage,
): Promise<{ status: number; body: object }> {
  if (request.method !== 'POST' || request.url !== '/relay') {
    return refusal(404, 'POST a signed call to /relay');
  }
  try {
    const body = await relayer.relay(JSON.parse(await readBody(request)));
    return { status: 'code' in body ? 422 : 200, body };
  } catch (error) {
    return refusal(400, (error as Error).message.slice(0, 200));
  }
}

function refusal(status: number, facts: string): { status: number; body: object } {
  return { status, body: { code: 'NOT_RELAYED', facts, remedy: null } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bodyBytesMax) throw new Error(`a body of more than ${bodyBytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
