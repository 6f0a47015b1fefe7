/**
 * A line to a node that is cut at one transaction: before it arrives, or after it was carried out and
 * before the answer comes back. Whoever sends it learns only that it failed.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class CutLine {
  /** Which transaction from now on, counted from 1; 0: none. */
  #at = 0;
  #when: 'before' | 'after' = 'before';
  /** Transactions that arrived. */
  sent = 0;

  private constructor(
    private readonly server: Server,
    private readonly nodeUrl: string,
  ) {}

  static async open(nodeUrl: string): Promise<CutLine> {
    const server = createServer();
    const line = new CutLine(server, nodeUrl);
    server.on('request', (request, response) => {
      void (async () => {
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        response.setHeader('content-type', 'application/json');
        response.end(await line.#answer(Buffer.concat(pieces)));
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  cut(when: 'before' | 'after', transaction: number): void {
    this.#at = transaction;
    this.#when = when;
    this.sent = 0;
  }

  mend(): void {
    this.cut('before', 0);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async #answer(body: Buffer): Promise<string> {
    const { id, method } = JSON.parse(body.toString()) as { id: string; method: string };
    const isCut = method === 'send_tx' && ++this.sent === this.#at;
    if (!isCut || this.#when === 'after') {
      const answer = await fetch(this.nodeUrl, {
        ...{ method: 'POST', body: new Uint8Array(body) },
        headers: { 'content-type': 'application/json' },
      });
      const text = await answer.text();
      if (!isCut) return text;
    }
    // An answer that is final for the client, so that no test waits for its patience to end.
    const error = { name: 'HANDLER_ERROR', cause: { name: 'INVALID_TRANSACTION', info: {} } };
    return JSON.stringify({ jsonrpc: '2.0', id, error });
  }
}
