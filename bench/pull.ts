/**
 * Pulling a release from two good mirrors, and from the same two behind four bad ones that are named
 * first: one flips a bit in every answer, one sends 64 KB a second, one takes connections and says
 * nothing, one is not there. The ratio of both, medians of runs that take turns; each pulled folder is
 * complete, or it would have no name. The mirrors run in a process of their own.
 *
 * `npm run bench -- pull [--mb 512] [--times 5]`
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { sourceAt, startMirrors, type Mirrors } from '@commonweights/test/support/mirrors.js';
import { makeLargeRelease } from '@commonweights/test/trainer/release/large-release.js';
import { MirrorFolder } from '@commonweights/trainer/release/mirror-folder.js';
import { pullRelease } from '@commonweights/trainer/release/pull.js';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '512' },
    times: { type: 'string', default: '5' },
    serve: { type: 'string' },
  },
});
if (values.serve !== undefined) process.send!(await startMirrors(values.serve));
else await compare();

async function compare(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cw-pull-'));
  let child: ChildProcess | null = null;
  try {
    await makeLargeRelease(join(dir, 'made'), { gb: Number(values.mb) / 1000, momentum: false });
    const mirror = new MirrorFolder(join(dir, 'mirror'));
    const { manifest, bytes } = await mirror.add(join(dir, 'made'), 'made');
    await rm(join(dir, 'made'), { recursive: true });
    child = fork(fileURLToPath(import.meta.url), ['--serve', mirror.dataDir], {
      execArgv: ['--import', 'tsx'],
    });
    const { good, bad } = await new Promise<Mirrors>((resolve) =>
      child!.once('message', (it) => resolve(it as Mirrors)),
    );
    const times: Record<'good' | 'all', number[]> = { good: [], all: [] };
    const dropped = new Map<string, string>();
    const pull = async (urls: readonly string[]): Promise<number> => {
      const targetDir = join(dir, 'pulled');
      await rm(targetDir, { recursive: true, force: true });
      const startedAt = performance.now();
      await pullRelease({
        release: manifest,
        sources: urls.map(sourceAt),
        targetDir,
        onSourceDropped: ({ name, why }) => void dropped.set(name, why),
      });
      return performance.now() - startedAt;
    };
    await pull(good);
    for (let time = 0; time < Number(values.times); time++) {
      times.good.push(await pull(good));
      times.all.push(await pull([...bad, ...good]));
    }
    const [alone, among] = [median(times.good), median(times.all)];
    console.log(
      `${(bytes / 1e6).toFixed(0)} MB from two good mirrors ${speed(bytes, alone)}, ` +
        `behind four bad ones ${speed(bytes, among)}: ${(among / alone).toFixed(2)} × the time`,
    );
    for (const [i, what] of ['lying', 'slow', 'silent', 'dead'].entries()) {
      console.log(`  ${what.padEnd(7)} ${dropped.get(bad[i]!)?.slice(0, 70) ?? 'not dropped'}`);
    }
    const lost = good.filter((url) => dropped.has(url));
    console.log(`  good mirrors dropped: ${lost.length}`);
  } finally {
    child?.kill();
    await rm(dir, { recursive: true, force: true });
  }
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1]!;
}

function speed(bytes: number, ms: number): string {
  return `${(bytes / 1e3 / ms).toFixed(0)} MB/s`;
}
