/**
 * `commonweights dataset opt-out`: which items are to be left out of what is derived from now on. The
 * list is a blob that anybody can read: its digest goes on chain, and `derive` keeps to it.
 */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { digestOf, isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { storageDeposit } from '../proposal-bond.js';
import type { Session } from '../session.js';

/** Errors: `FILE_MISSING`, `BAD_FILE`, `BAD_OPT_OUT`. */
export async function nameOptOut(
  session: Session,
  it: { id: string; list: string },
): Promise<void> {
  const { encodeOptOut } = await import('@commonweights/dataset-registry/transforms/opt-out.js');
  const { encodeItem } = await import('@commonweights/dataset-registry/transforms/text-item.js');
  const digests = await readLines(resolve(session.terminal.cwd, it.list), (line) => {
    if (isDigest(line)) return line;
    return digestOf(encodeItem(JSON.parse(line) as Parameters<typeof encodeItem>[0]));
  });
  const items = new Set(digests).size;
  const client = await session.signer();
  const optOut = await (await openBlobs(session, 'write')).publish(encodeOptOut(digests));
  await client.setOptOut({ id: it.id, optOut, depositYocto: storageDeposit('') });
  session.print(
    { id: it.id, optOut, items },
    () =>
      `${it.id} names ${items} items in ${optOut} as what is to be left out; what is derived from ` +
      'it leaves them out with "--transform leave-out"\n',
  );
}

/** As large a list of items as anybody has to write by hand. */
const fileBytesMax = 2 ** 26;

/** Of each line that is not empty: the digest that is written there, or that of the item. */
async function readLines(file: string, read: (line: string) => Digest): Promise<Digest[]> {
  const bad = (why: string) =>
    new CliError(exitCodes.badInput, `BAD_FILE: ${file} ${why}; mend it and try again`);
  const { size } = await stat(file);
  if (size > fileBytesMax) throw bad(`has ${size} bytes, at most ${fileBytesMax} are read`);
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [read(line.trim())];
    } catch {
      throw bad(`line ${i + 1} is neither the digest of an item nor an item as JSON`);
    }
  });
}
