/**
 * The process that `node-calls` measures: an embedded node that keeps its chain on disk, or the least
 * that HTTP in Node costs, a server that reads JSON and answers. It tells its URL, and whenever it is
 * asked what it has used and holds.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startLocalnet } from '@commonweights/dao-contracts/localnet/localnet.js';

export interface Used {
  cpuMs: number;
  /** Once garbage is gone. */
  heapMb: number;
  rssMb: number;
}

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;
const [kind, dataDir] = process.argv.slice(2);

process.on('message', (asked) => {
  const { user, system } = process.cpuUsage();
  if (asked === 'held') collect();
  const mb = (bytes: number): number => Math.round(bytes / 2 ** 20);
  const { heapUsed, rss } = process.memoryUsage();
  process.send!({ cpuMs: (user + system) / 1000, heapMb: mb(heapUsed), rssMb: mb(rss) });
});
process.on('disconnect', () => process.exit(0));
process.send!({ url: kind === 'node' ? await startNode() : await startEcho() });

async function startNode(): Promise<string> {
  return (await startLocalnet({ seed: 'node-calls', dataDir: dataDir! })).url;
}

function startEcho(): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(parts).toString()) as { id: number };
      const body = JSON.stringify({ jsonrpc: '2.0', id, result: null });
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
