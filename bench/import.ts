/**
 * An import as large as asked for: its pace, the memory of its process while a folder grows, and that a
 * process killed again and again comes to the same dataset. Half of the folder is JSON lines of about a
 * kilobyte, a quarter texts, a quarter packed CSV.
 *
 *   npm run bench -- import [--mb 1024] [--kills 5] [--dir DIR]
 */
import { fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import {
  readImportJournal,
  writeImportJournal,
} from '@commonweights/dataset-registry/transforms/import-journal.js';
import { ImportSource } from '@commonweights/dataset-registry/transforms/import-source.js';
import { storeItemStream } from '@commonweights/dataset-registry/transforms/store-item-stream.js';

interface Imported {
  readonly itemsRoot: string;
  readonly items: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly wentOnFrom: number;
}

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '1024' },
    kills: { type: 'string', default: '5' },
    dir: { type: 'string' },
    child: { type: 'string' },
  },
});
const words =
  'the of and a to in is you that it he was for on are as with his they I at be this'.split(' ');

if (values.child !== undefined) await importThere(values.child);
else await compare(Number(values.mb), Number(values.kills));

async function compare(mb: number, kills: number): Promise<void> {
  const dir = values.dir ?? (await mkdtemp(join(tmpdir(), 'cw-bench-import-')));
  try {
    const sizes = [mb / 4, mb];
    const found: Imported[] = [];
    for (const [i, size] of sizes.entries()) {
      const work = join(dir, String(i));
      await fill(join(work, 'source'), size * 1e6);
      const imported = (await run(work))!;
      found.push(imported);
      const { seconds, bytes, items, peakBytes } = imported;
      console.log(
        `${(bytes / 1e9).toFixed(2)} GB, ${items} items: ${seconds.toFixed(1)} s, ` +
          `${(bytes / 1e6 / seconds).toFixed(0)} MB/s, peak ${(peakBytes / 1e6).toFixed(0)} MB`,
      );
      await rm(join(work, 'state'), { recursive: true });
    }
    const [small, large] = found as [Imported, Imported];
    const slope = (large.peakBytes - small.peakBytes) / ((large.bytes - small.bytes) / 1e9) / 1e6;
    console.log(`slope ${slope.toFixed(0)} MB of memory a GB of data`);
    const work = join(dir, '1');
    let wentOn = 0;
    for (let kill = 0; kill < kills; kill++) {
      // Never the same moment twice, and later each time.
      const afterMs = (1_000 * large.seconds * (kill + 1.3)) / (kills + 1);
      const done = await run(work, Math.max(1_500, afterMs));
      if (done) wentOn = done.wentOnFrom;
    }
    const last = (await run(work))!;
    wentOn = Math.max(wentOn, last.wentOnFrom);
    const same = last.itemsRoot === large.itemsRoot;
    console.log(
      `killed ${kills} times: ${same ? 'the same root' : 'ANOTHER ROOT'}, went on from item ${wentOn}`,
    );
    if (!same || (kills > 0 && wentOn === 0)) process.exitCode = 1;
  } finally {
    if (values.dir === undefined) await rm(dir, { recursive: true });
  }
}

/** Null: it was killed. */
async function run(work: string, killAfterMs?: number): Promise<Imported | null> {
  const child = fork(fileURLToPath(import.meta.url), ['--child', work], {
    execArgv: ['--import', 'tsx'],
  });
  let told: Imported | null = null;
  child.on('message', (message) => (told = message as Imported));
  const timer =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  if (code !== 0 && killAfterMs === undefined) throw new Error(`the import ended with ${code}`);
  return told;
}

async function importThere(work: string): Promise<void> {
  const began = performance.now();
  const store = new FolderStore(join(work, 'state', 'blobs'));
  const journal = join(work, 'state', 'journal.json');
  const source = await ImportSource.open(join(work, 'source'));
  const fingerprint = source.fingerprint();
  const before = await readImportJournal(journal, { fingerprint, store });
  const { itemsRoot, items, bytes } = await storeItemStream(store, source.items(before?.place), {
    ...(before ? { from: before.stored } : {}),
    onStored: (stored) => writeImportJournal(journal, { fingerprint, place: source.place, stored }),
  });
  process.send!({
    ...{ itemsRoot, items, bytes, seconds: (performance.now() - began) / 1_000 },
    peakBytes: process.resourceUsage().maxRSS * 1_024,
    wentOnFrom: before?.stored.items ?? 0,
  } satisfies Imported);
}

async function fill(folder: string, bytes: number): Promise<void> {
  await mkdir(join(folder, 'texts'), { recursive: true });
  const draw = seeded(7);
  const text = (length: number): string => {
    let made = '';
    while (made.length < length) made += words[Math.floor(draw() * words.length)]! + ' ';
    return made;
  };
  const lines = function* (total: number, write: (text: string) => string) {
    for (let done = 0; done < total;) {
      const line = write(text(1_000 * (0.5 + draw())));
      done += line.length;
      yield line;
    }
  };
  const json = lines(bytes / 2, (one) => `${JSON.stringify({ text: one })}\n`);
  await pipeline(Readable.from(json), createWriteStream(join(folder, 'lines.jsonl')));
  const rows = lines(bytes / 4, (one) => `${one.slice(0, 4)},"${one}"\n`);
  const csv = async function* () {
    yield 'word,text\n';
    yield* rows;
  };
  await pipeline(
    Readable.from(csv()),
    createGzip({ level: 1 }),
    createWriteStream(join(folder, 'rows.csv.gz')),
  );
  const eachBytes = 1e6;
  for (let i = 0; i < bytes / 4 / eachBytes; i++) {
    await writeFile(join(folder, 'texts', `${i}.txt`), text(eachBytes));
  }
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
