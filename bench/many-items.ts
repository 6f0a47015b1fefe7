/**
 * A dataset of as many items as asked for: imported, checked, one of them proven, each in a process of its own,
 * whose peak of memory is told.
 *
 *   npm run bench -- many-items [--items 10000000] [--dir DIR]
 */
import { fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { verifyDigest } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { ProvingTree } from '@commonweights/dataset-registry/digest/proving-tree.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import {
  verifyDataset,
  type DatasetMeasure,
} from '@commonweights/dataset-registry/transforms/derive.js';
import { ImportSource } from '@commonweights/dataset-registry/transforms/import-source.js';
import { readItemDigests } from '@commonweights/dataset-registry/transforms/read-items.js';
import { storeItemStream } from '@commonweights/dataset-registry/transforms/store-item-stream.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';

interface Told {
  readonly measure?: DatasetMeasure;
  readonly proofNodes?: number;
  readonly peakBytes: number;
}

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '10000000' },
    dir: { type: 'string' },
    child: { type: 'string' },
    record: { type: 'string' },
  },
});
const itemAt = (number: number) => ({ number, text: `What was said as number ${number}.` });

if (values.child === undefined) await compare(Number(values.items));
else await workThere(values.child, values.dir!, values.record!);

async function compare(items: number): Promise<void> {
  const dir = values.dir ?? (await mkdtemp(join(tmpdir(), 'cw-bench-items-')));
  try {
    await mkdir(join(dir, 'source'), { recursive: true });
    const lines = function* () {
      for (let at = 0; at < items;) {
        let piece = '';
        for (const end = Math.min(items, at + 1_000); at < end; at++) {
          piece += `${JSON.stringify(itemAt(at))}\n`;
        }
        yield piece;
      }
    };
    await pipeline(Readable.from(lines()), createWriteStream(join(dir, 'source', 'items.jsonl')));
    const { measure } = await run('import', dir, null);
    if (measure!.items !== items) throw new Error(`${measure!.items} items came of ${items}`);
    await run('verify', dir, measure!);
    const proven = await run('prove', dir, measure!);
    console.log(`a proof of one item is ${proven.proofNodes} digests`);
  } finally {
    if (values.dir === undefined) await rm(dir, { recursive: true });
  }
}

async function run(what: string, dir: string, measure: DatasetMeasure | null): Promise<Told> {
  const began = performance.now();
  const flags = ['--child', what, '--dir', dir, '--items', values.items];
  const child = fork(
    fileURLToPath(import.meta.url),
    [...flags, '--record', JSON.stringify(measure)],
    { execArgv: ['--import', 'tsx'] },
  );
  let told: Told | undefined;
  child.on('message', (message) => (told = message as Told));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0 || !told) throw new Error(`${what} ended with ${code}`);
  const seconds = (performance.now() - began) / 1_000;
  const items = Number(values.items);
  console.log(
    `${what}: ${seconds.toFixed(0)} s, ${(items / seconds / 1e3).toFixed(0)} thousand items a second, ` +
      `peak ${(told.peakBytes / 1e6).toFixed(0)} MB`,
  );
  return told;
}

async function workThere(what: string, dir: string, record: string): Promise<void> {
  const store = new FolderStore(join(dir, 'blobs'));
  let told: Omit<Told, 'peakBytes'> = {};
  if (what === 'import') {
    const source = await ImportSource.open(join(dir, 'source'));
    told = { measure: await storeItemStream(store, source.items()) };
  } else {
    const measure = JSON.parse(record) as DatasetMeasure;
    if (what === 'verify') {
      const { differences } = await verifyDataset(store, { id: 'many@1', ...measure });
      if (differences.length > 0) throw new Error(differences.join());
    } else told = { proofNodes: await prove(store, measure) };
  }
  process.send!({ ...told, peakBytes: process.resourceUsage().maxRSS * 1_024 });
}

async function prove(store: FolderStore, measure: DatasetMeasure): Promise<number> {
  const leaf: Digest = digestOf(encodeItem(itemAt(Math.floor(measure.items / 3))));
  const tree = new ProvingTree(leaf);
  const manifest = await getManifest(store, measure.manifest);
  for await (const digest of readItemDigests(store, manifest)) tree.add(digest);
  const { proof, index } = tree.proof()!;
  const root = measure.itemsRoot;
  if (!verifyDigest({ leaf, index, size: measure.items, proof, root })) {
    throw new Error('the proof does not lead to the root');
  }
  return proof.length;
}
