/**
 * What checking costs where blobs are read and taken. Each way is measured beside the same way without any check: a file
 * read into memory, a plain server of Node that sends a file, one that writes what it is sent; and all of it beside
 * hashing the same bytes, which lie in memory, once with the platform's SHA-256. Servers are processes of their own.
 * By the clock, and by the processor's time of all of it, medians of the turns.
 *
 *   npm run bench -- blob-speed [--mb 64] [--times 5]
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { digestOfFile } from '@commonweights/dataset-registry/store/hash-file.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '64' },
    times: { type: 'string', default: '5' },
    'as-registry': { type: 'string' },
    'as-plain': { type: 'string' },
  },
});

const raw = 'hashed in memory';
/** What is measured, and the same unchecked. */
const beside: readonly (readonly [string, string | null])[] = [
  [raw, null],
  ['a file hashed', null],
  ['put into a folder, checked', 'written to a file'],
  ['from a folder, checked', 'a file read'],
  ['uploaded to a registry', 'sent to a plain server'],
  ['from a registry, checked', 'from a plain server'],
];

if (values['as-registry'] !== undefined) await serve(values['as-registry']);
else if (values['as-plain'] !== undefined) servePlainly(values['as-plain']);
else await compare(Number(values.mb) * 2 ** 20, Number(values.times));

async function serve(dataDir: string): Promise<void> {
  const registry = await startRegistry({
    ...{ dataDir, port: 0, authorise: async () => true, requestRate: null },
  });
  console.log(registry.url);
  process.once('SIGTERM', () => void registry.stop().then(() => process.exit(0)));
}

/** A file that is sent and written as it is, by the shortest program. */
function servePlainly(file: string): void {
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void createReadStream(file).pipe(response);
    const flush = { flags: 'w', flush: true } as const;
    request.pipe(createWriteStream(file, flush)).once('close', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

async function compare(bytes: number, times: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cw-bench-blobs-'));
  const registry = await startServer('--as-registry', join(dir, 'registry'));
  const plain = await startServer('--as-plain', join(dir, 'plain'));
  try {
    const authorise = uploadAuthoriser({ accountId: 'ada.near', ...createKey() });
    const http = new HttpStore(registry.url, { authorise, stallMs: 60_000, graceMs: 600_000 });
    const folder = new FolderStore(join(dir, 'folder'));
    const spent = new Map<string, Spent[]>();
    const time = async (what: string, work: () => unknown): Promise<void> => {
      const pids = [registry.child.pid!, plain.child.pid!];
      const [began, before] = [performance.now(), await cpuOf(pids)];
      await work();
      const wall = performance.now() - began;
      const cpu = (await cpuOf(pids)) - before;
      spent.set(what, [...(spent.get(what) ?? []), { wall, cpu }]);
    };
    for (let turn = 0; turn < times; turn++) {
      const blob = new Uint8Array(randomBytes(bytes));
      const digest = digestOf(blob);
      const file = join(dir, 'written');
      await time(raw, () => digestOf(blob));
      await time('written to a file', () => writeFile(file, blob, { flush: true }));
      await time('put into a folder, checked', () => folder.put(blob));
      await time('a file read', () => readFile(file));
      await time('from a folder, checked', () => folder.get(digest));
      await time('a file hashed', () => digestOfFile(file));
      await time('sent to a plain server', async () => {
        const answer = await fetch(plain.url, { method: 'PUT', body: blob });
        await answer.arrayBuffer();
      });
      await time('uploaded to a registry', () => http.put(blob));
      await time('from a plain server', async () => (await fetch(plain.url)).arrayBuffer());
      await time('from a registry, checked', () => http.get(digest));
      await folder.remove(digest);
    }
    tell(bytes, spent);
  } finally {
    for (const { child } of [registry, plain]) {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    await rm(dir, { recursive: true });
  }
}

interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

function tell(bytes: number, spent: ReadonlyMap<string, readonly Spent[]>): void {
  const of = (what: string) => medians(spent.get(what)!);
  for (const [what, unchecked] of beside) {
    const { wall, cpu } = of(what);
    const peer = unchecked === null ? null : of(unchecked);
    console.log(
      `${what.padEnd(28)}${speed(bytes, wall)}, ${(of(raw).wall / wall).toFixed(2)} × sha256` +
        (peer
          ? `; ${unchecked} ${speed(bytes, peer.wall)}: ${(peer.wall / wall).toFixed(2)} × as fast, ` +
            `${(peer.cpu / cpu).toFixed(2)} by the processor's time`
          : ''),
    );
  }
}

function speed(bytes: number, ms: number): string {
  return `${(bytes / 1e3 / ms).toFixed(0)} MB/s`;
}

async function startServer(flag: string, where: string): Promise<{ child: Child; url: string }> {
  const args = ['--import', 'tsx', fileURLToPath(import.meta.url), flag, where];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  return { child, url };
}
type Child = ReturnType<typeof spawn>;

function medians(list: readonly Spent[]): Spent {
  const middle = (of: (one: Spent) => number) =>
    list.map(of).sort((a, b) => a - b)[list.length >> 1]!;
  return { wall: middle(({ wall }) => wall), cpu: middle(({ cpu }) => cpu) };
}

/** Milliseconds of this process and those, as Linux counts them. */
async function cpuOf(pids: readonly number[]): Promise<number> {
  const { user, system } = process.cpuUsage();
  let ms = (user + system) / 1e3;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [utime = '0', stime = '0'] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    ms += 10 * (Number(utime) + Number(stime));
  }
  return ms;
}
