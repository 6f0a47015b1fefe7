/** `commonweights dataset croissant`: a record as Croissant metadata, for those who know nothing of the DAO. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { withExamples } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { writeCroissant } from '../describe-dataset.js';
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
  const text = await writeCroissant(record, {
    ...{ store, network: session.network.name, contract: session.contract },
    registryUrl: session.registryUrl,
  });
  if (flags.out === undefined) return session.terminal.stdout.write(text);
  await writeFile(resolve(session.terminal.cwd, flags.out), text);
  session.note(`${id} as Croissant: ${flags.out}`);
}
