/**
 * An import that goes on after a kill: the same command over the same files takes up what it had stored. Its
 * note of that lies beside the blobs of this machine's user, by the name of the dataset, until it is done.
 */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import type { DatasetMeasure } from '@commonweights/dataset-registry/transforms/derive.js';
import type { ImportSource } from '@commonweights/dataset-registry/transforms/import-source.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { countItems } from './output.js';
import type { Session } from './session.js';

export interface ResumableImport {
  readonly measure: DatasetMeasure;
  /** To be called when nothing can go wrong any more. */
  forget(): Promise<void>;
}

/** Errors: `BAD_IMPORT`, those of `storeItemStream` and of the store. */
export async function storeResumably(
  session: Session,
  it: { id: string; label: string; source: ImportSource; store: BlobStore; isSalted: boolean },
): Promise<ResumableImport> {
  const [journal, { storeItemStream }, { saltItem }] = await Promise.all([
    import('@commonweights/dataset-registry/transforms/import-journal.js'),
    import('@commonweights/dataset-registry/transforms/store-item-stream.js'),
    import('@commonweights/dataset-registry/transforms/salt.js'),
  ]);
  const { source, store } = it;
  // What is stored with salts does not go on without.
  const path = journalPath(session, it.isSalted ? `${it.id} salted` : it.id);
  const fingerprint = source.fingerprint();
  const before = await journal.readImportJournal(path, { fingerprint, store });
  if (before) session.note(`Goes on after ${before.stored.items} items that are stored already.`);
  const [megabyte, total] = [1e6, source.totalBytes];
  let items = before?.stored.items ?? 0;
  const pieces = source.items(before?.place);
  const progress = session.startProgress(it.label, {
    ...{ total: total / megabyte, unit: 'MB', timeLeft: true },
    doneBefore: source.readBytes / megabyte,
  });
  async function* counted(): AsyncGenerator<TextItem, void> {
    for await (const item of pieces) {
      yield it.isSalted ? saltItem(item) : item;
      items++;
      progress.update(source.readBytes / megabyte, countItems(items));
    }
  }
  try {
    const measure = await storeItemStream(store, counted(), {
      ...(before ? { from: before.stored } : {}),
      onStored: (stored) =>
        journal.writeImportJournal(path, { fingerprint, place: source.place, stored }),
    });
    progress.finish(`${countItems(measure.items)}, manifest ${measure.manifest}`);
    return { measure, forget: () => journal.removeImportJournal(path) };
  } catch (error) {
    progress.fail('not stored; the same command goes on from here');
    throw error;
  }
}

function journalPath(session: Session, id: string): string {
  const name = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return join(resolve(session.terminal.cwd, '.commonweights'), 'imports', `${name}.json`);
}
