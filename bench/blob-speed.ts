/**
 * What checking costs where blobs are read and taken: beside hashing the same bytes once with the platform's SHA-256,
 * reading them checked from a folder and from a registry on loopback, and uploading them to one. The
 * registry is a process of its own. By the clock, and by the processor's time of all of it, medians of the turns.
 *
 *   npm run bench -- blob-speed [--mb 64] [--times 5]
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { uploadAuthoriser } from '@commonweights/dao-contracts/client/uploads.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '64' },
    times: { type: 'string', default: '5' },
    'as-registry': { type: 'string' },
  },
});

if (values['as-registry'] !== undefined) await serve(values['as-registry']);
else await compare(Number(values.mb) * 2 ** 20, Number(values.times));

async function serve(dataDir: string): Promise<void> {
  const registry = await startRegistry({
    ...{ dataDir, port: 0, authorise: async () => true, requestRate: null },
  });
  console.log(registry.url);
  process.once('SIGTERM', () => void registry.stop().then(() => process.exit(0)));
}

async function compare(bytes: number, times: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cw-bench-blobs-'));
  const self = fileURLToPath(import.meta.url);
  const flags = ['--import', 'tsx', self, '--as-registry', join(dir, 'registry')];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    const authorise = uploadAuthoriser({ accountId: 'ada.near', ...createKey() });
    const http = new HttpStore(url, { authorise, stallMs: 60_000, graceMs: 600_000 });
    const folder = new FolderStore(join(dir, 'folder'));
    const spent = new Map<string, { wall: number; cpu: number }[]>();
    const time = async (what: string, work: () => unknown): Promise<void> => {
      const [began, before] = [performance.now(), await cpuOf(child.pid!)];
      await work();
      const wall = performance.now() - began;
      const cpu = (await cpuOf(child.pid!)) - before;
      spent.set(what, [...(spent.get(what) ?? []), { wall, cpu }]);
    };
    for (let turn = 0; turn < times; turn++) {
      const blob = new Uint8Array(randomBytes(bytes));
      const digest = digestOf(blob);
      await time('sha256', () => digestOf(blob));
      await time('upload to a registry', () => http.put(blob));
      await time('from a registry, checked', () => http.get(digest));
      await time('into a folder', () => folder.put(blob));
      await time('from a folder, checked', () => folder.get(digest));
      await folder.remove(digest);
    }
    const raw = medians(spent.get('sha256')!);
    for (const [what, list] of spent) {
      const { wall, cpu } = medians(list);
      console.log(
        `${what.padEnd(26)}${(bytes / 1e3 / wall).toFixed(0)} MB/s, ${(raw.wall / wall).toFixed(2)} × sha256; ` +
          `by the processor's time ${(raw.cpu / cpu).toFixed(2)}`,
      );
    }
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(dir, { recursive: true });
  }
}

function medians(list: readonly { wall: number; cpu: number }[]): { wall: number; cpu: number } {
  const middle = (of: (one: { wall: number; cpu: number }) => number) =>
    list.map(of).sort((a, b) => a - b)[list.length >> 1]!;
  return { wall: middle(({ wall }) => wall), cpu: middle(({ cpu }) => cpu) };
}

/** Milliseconds of this process and that one, as Linux counts them. */
async function cpuOf(pid: number): Promise<number> {
  const { user, system } = process.cpuUsage();
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [utime = '0', stime = '0'] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (user + system) / 1e3 + 10 * (Number(utime) + Number(stime));
}
