/**
 * A NEAR node as far as a page that only reads can tell: `query` for views, accounts and code, and
 * `block` for the time.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { noCode } from '@commonweights/dao-contracts/client/accounts.js';
import { baseEncode } from 'near-api-js';
import { nowMs, type DaoFixture } from './dao-fixture.js';

/** Nobody runs it: pages hash it. */
const codeBytes = Buffer.from('the code of a contract');
const at = { block_height: 7, block_hash: '1'.repeat(32) };

export class FixtureNode {
  port = 0;
  readonly calls: string[] = [];
  #server: Server | null = null;

  constructor(readonly dao: DaoFixture) {}

  get rpcUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Started again, it listens where it listened before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = JSON.parse(Buffer.concat(pieces).toString()) as {
      id: string;
      method: string;
      params: Record<string, unknown>;
    };
    response.setHeader('content-type', 'application/json');
    const reply = this.#reply(body.method, body.params);
    response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id, ...reply }));
  }

  #reply(method: string, params: Record<string, unknown>): object {
    if (method === 'block') {
      const timestamp = nowMs * 1_000_000;
      const header = { height: 7, hash: '1'.repeat(32), timestamp };
      return { result: { header: { ...header, timestamp_nanosec: String(timestamp) } } };
    }
    if (params['request_type'] === 'view_account') {
      const isContract = params['account_id'] === 'dao.local';
      const code = isContract
        ? baseEncode(createHash('sha256').update(codeBytes).digest())
        : noCode;
      const account = { amount: `${10n ** 26n}`, locked: '0', storage_usage: 1, code_hash: code };
      return { result: { ...account, storage_paid_at: 0, ...at } };
    }
    if (params['request_type'] === 'view_code') {
      return { result: { code_base64: codeBytes.toString('base64'), hash: noCode, ...at } };
    }
    const name = String(params['method_name']);
    this.calls.push(name);
    const args = JSON.parse(atob(String(params['args_base64']))) as Record<string, unknown>;
    const answer = this.dao.answer(name, args);
    if (answer === undefined) {
      return { error: { name: 'INTERNAL_ERROR', cause: { info: { error_message: name } } } };
    }
    const result = [...Buffer.from(JSON.stringify(answer))];
    return { result: { result, logs: [], ...at } };
  }
}
