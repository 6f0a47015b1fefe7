/**
 * A node that answers JSON-RPC from a script, so that the client can be met with what a healthy
 * chain never shows: lost answers, used nonces, refusals. It keeps no state of its own beyond the
 * transactions that a script chose to accept.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  baseEncode,
  decodeSignedTransaction,
  encodeTransaction,
  type SignedTransaction,
} from 'near-api-js';

export interface Sent {
  readonly hash: string;
  readonly nonce: bigint;
  readonly signed: SignedTransaction;
}

/** What to do with one request: answer it, answer half of it, or drop the connection. */
export type Reply =
  | { result: unknown }
  | { error: unknown }
  | { status: number }
  | 'cut-off'
  | 'drop'
  | 'accept-and-drop';

export class ScriptedNode {
  readonly sent: Sent[] = [];
  readonly accepted = new Map<string, unknown>();
  /** Replies to `send_tx`, in order; when empty, transactions succeed. */
  readonly replies: Reply[] = [];
  /** What is said of a transaction that nobody accepted. */
  lookUp: (hash: string) => Reply = (hash) =>
    handlerError('UNKNOWN_TRANSACTION', { requested_transaction_hash: hash });
  view: (method: string, args: unknown) => Reply = () => ({ result: { ok: true } });
  keyNonce = 7n;
  key: () => Reply = () => ({
    result: { nonce: Number(this.keyNonce), permission: 'FullAccess' },
  });
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ScriptedNode> {
    const server = createServer();
    const node = new ScriptedNode(server);
    server.on('request', (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(pieces).toString()) as {
          id: string;
          method: string;
          params: Record<string, unknown>;
        };
        const reply = node.#answer(body.method, body.params);
        if (reply === 'drop' || reply === 'accept-and-drop') {
          request.socket.destroy();
          return;
        }
        if (reply === 'cut-off') {
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': 99 });
          response.write('{"jsonrpc":"2.0",', () => request.socket.destroy());
          return;
        }
        if ('status' in reply) {
          response.writeHead(reply.status).end('busy');
          return;
        }
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id, ...reply }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return node;
  }

  get rpcUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(method: string, params: Record<string, unknown>): Reply {
    if (method === 'block') return { result: { header: { hash: baseEncode(new Uint8Array(32)) } } };
    if (method === 'query') return this.#query(params);
    if (method === 'tx') {
      const known = this.accepted.get(params.tx_hash as string);
      if (known) return { result: known };
      return this.lookUp(params.tx_hash as string);
    }
    if (method === 'send_tx') return this.#send(params.signed_tx_base64 as string);
    return { error: { name: 'INTERNAL_ERROR', cause: { info: { error_message: method } } } };
  }

  #query(params: Record<string, unknown>): Reply {
    if (params.request_type === 'view_access_key') {
      return this.key();
    }
    if (params.request_type === 'call_function') {
      const args = JSON.parse(atob(params.args_base64 as string)) as unknown;
      const reply = this.view(params.method_name as string, args);
      if (typeof reply === 'string' || !('result' in reply)) return reply;
      const result = [...Buffer.from(JSON.stringify(reply.result))];
      return { result: { result, logs: [], block_height: 1, block_hash: 'x' } };
    }
    return handlerError('UNKNOWN_ACCOUNT', { requested_account_id: params.account_id });
  }

  #send(base64: string): Reply {
    const signed = decodeSignedTransaction(new Uint8Array(Buffer.from(base64, 'base64')));
    const hash = baseEncode(sha256(encodeTransaction(signed.transaction)));
    const nonce = BigInt(signed.transaction.nonce);
    this.sent.push({ hash, nonce, signed });
    const reply = this.replies.shift() ?? { result: success({ nonce: Number(nonce) }) };
    if (reply === 'accept-and-drop') {
      this.accepted.set(hash, success('landed'));
      this.keyNonce = nonce;
    }
    if (typeof reply === 'object' && 'result' in reply) this.keyNonce = nonce;
    return reply;
  }
}

export function success(value: unknown): unknown {
  return {
    status: { SuccessValue: Buffer.from(JSON.stringify(value)).toString('base64') },
    receipts_outcome: [{ outcome: { logs: ['EVENT_JSON:{}'] } }],
  };
}

export function failure(kind: unknown): unknown {
  return { status: { Failure: { ActionError: { index: 0, kind } } }, receipts_outcome: [] };
}

export function handlerError(name: string, info: unknown): Reply {
  return { error: { name: 'HANDLER_ERROR', cause: { name, info } } };
}

export function invalidTransaction(error: unknown): Reply {
  return {
    error: {
      name: 'HANDLER_ERROR',
      cause: { name: 'INVALID_TRANSACTION', info: {} },
      data: { TxExecutionError: { InvalidTxError: error } },
    },
  };
}
