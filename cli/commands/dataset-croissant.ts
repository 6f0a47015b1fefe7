/** `commonweights dataset croissant`: a record as Croissant metadata, for those who know nothing of the DAO. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { describeCroissant } from '@commonweights/dataset-registry/lineage/croissant.js';
import {
  croissantLimits,
  readCroissant,
  type CroissantPlan,
} from '@commonweights/dataset-registry/lineage/read-croissant.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { withExamples } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readDataset } from './dataset-record.js';

export function addDatasetCroissant(dataset: Command, terminal: Terminal): void {
  does<{ out?: string }>(
    withExamples(
      dataset
        .command('croissant <id>')
        .description(
          'the record as Croissant 1.1 (JSON-LD): files with digests, lineage in PROV, and what it ' +
            'can answer of responsible AI; for catalogues and loaders',
        )
        .option('--out <file>', 'write it there'),
      'commonweights dataset croissant letters@1 --out croissant.json',
    ),
    terminal,
    (session, [id], flags) => exportCroissant(session, id!, flags),
  );
}

async function exportCroissant(
  session: Session,
  id: string,
  flags: { out?: string },
): Promise<void> {
  const record = await readDataset(session.reader(), id);
  const store = await openBlobs(session, 'read');
  const { files } = await getManifest(store, record.manifest);
  const described = describeCroissant({
    ...{ record, files },
    network: session.network.name,
    contract: session.contract,
    registryUrl: session.registryUrl.replace(/\/+$/, ''),
    transform: await nameTransform(store, record),
    carried: await readCarried(store, record),
  });
  const text = `${JSON.stringify(described, null, 2)}\n`;
  if (flags.out === undefined) return session.terminal.stdout.write(text);
  await writeFile(resolve(session.terminal.cwd, flags.out), text);
  session.note(`${id} as Croissant: ${flags.out}`);
}

/** What the description says that it was imported with, where its evidence is one. */
async function readCarried(
  store: BlobStore,
  { evidence }: DatasetView,
): Promise<CroissantPlan['rai']> {
  if (evidence === null) return {};
  try {
    const bytes = await store.get(evidence, { maxBytes: croissantLimits.bytesMax });
    return readCroissant(JSON.parse(new TextDecoder().decode(bytes))).rai;
  } catch {
    // Evidence of another kind, or gone.
    return {};
  }
}

/** Null where its blob is gone or was written by something newer: its digest says as much then. */
async function nameTransform(store: BlobStore, { parents }: DatasetView): Promise<string | null> {
  const [first] = parents;
  if (!first) return null;
  const { decodeTransform, transformBytesMax } =
    await import('@commonweights/dataset-registry/transforms/transform.js');
  try {
    const bytes = await store.get(first.transform, { maxBytes: transformBytesMax });
    const { name, version } = decodeTransform(JSON.parse(new TextDecoder().decode(bytes)));
    return `${name} ${version}`;
  } catch {
    return null;
  }
}
