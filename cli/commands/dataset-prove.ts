/**
 * `commonweights dataset prove` and `check-proof`: that a document is among a dataset's items, shown
 * without the dataset. A proof is the way from the item's digest to the root that is on chain. It says
 * "these exact bytes": another copy with a comma more is another item. Held against a bare root it
 * says less: a root names no dataset, and does not bind the number of items or the place of one.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  digestTreeRoot,
  proveDigest,
  verifyDigest,
} from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf, isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readDataset } from './dataset-record.js';

/** What a proof file holds, beside `version` 1. */
interface ItemProof {
  dataset: string;
  itemsRoot: Digest;
  /** How many the dataset has: part of what is proven. */
  items: number;
  item: Digest;
  /** Its place among them, from 0. */
  index: number;
  proof: Digest[];
}

export function addDatasetProve(dataset: Command, terminal: Terminal): void {
  does<{ out?: string }>(
    withExamples(
      withJson(dataset.command('prove <id> <item>'))
        .description(
          'show that an item is in a dataset: its digest, or a file with the item as JSON; ' +
            'prints the proof, which needs nothing but the record on chain to be checked',
        )
        .option('--out <file>', 'write the proof there'),
      'commonweights dataset prove letters@1 letter.json --out proof.json',
    ),
    terminal,
    (session, [id, item], flags) => prove(session, { id: id!, item: item! }, flags),
  );
  does<{ root?: string }>(
    withExamples(
      withJson(dataset.command('check-proof <file>'))
        .description(
          "check such a proof against the dataset's record on chain, or that the item is in some " +
            'tree with a root that you know',
        )
        .option(
          '--root <digest>',
          'a root, in place of asking the chain; says nothing of datasets',
        ),
      'commonweights dataset check-proof proof.json',
      'commonweights dataset check-proof proof.json --root sha256:…',
    ),
    terminal,
    (session, [file], flags) => check(session, file!, flags),
  );
}

async function prove(
  session: Session,
  it: { id: string; item: string },
  flags: { out?: string },
): Promise<void> {
  const item = await itemOf(session, it.item);
  const record = await readDataset(session.reader(), it.id);
  const store = await openBlobs(session, 'read');
  const { readContent } = await import('@commonweights/dataset-registry/transforms/derive.js');
  const { digests } = await readContent(store, await getManifest(store, record.manifest));
  if (digestTreeRoot(digests) !== record.itemsRoot) {
    throw new CliError(
      exitCodes.badInput,
      `WRONG_ITEMS_ROOT: the items of ${it.id} are not its record's; do not use it, and dispute it`,
    );
  }
  const index = digests.indexOf(item);
  if (index < 0) {
    throw new CliError(
      exitCodes.notFound,
      `NOT_AN_ITEM: none of the ${digests.length} items of ${it.id} has exactly these bytes; ` +
        'a text that differs in one character may still be in it',
    );
  }
  const { itemsRoot } = record;
  const proven: ItemProof = {
    ...{ dataset: it.id, itemsRoot, items: digests.length, item, index },
    proof: proveDigest(digests, index),
  };
  const json = { version: 1, ...proven };
  if (flags.out !== undefined) {
    await writeFile(resolve(session.terminal.cwd, flags.out), `${JSON.stringify(json)}\n`);
  }
  session.print(json, () =>
    flags.out === undefined ? `${JSON.stringify(json)}\n` : `${describe(proven)}: ${flags.out}\n`,
  );
}

/** Error: `PROOF_FAILED`. */
async function check(session: Session, file: string, flags: { root?: string }): Promise<void> {
  const proven = readProof(await readJsonFile(session.terminal.cwd, file));
  const fails = (why: string) =>
    new CliError(exitCodes.badInput, `PROOF_FAILED: ${why}; ask for another proof`);
  const { dataset, item, index, items: size, proof, itemsRoot: root } = proven;
  if (!verifyDigest({ leaf: item, index, size, proof, root })) {
    throw fails(`${file} does not lead from ${item} to ${root}`);
  }
  if (flags.root !== undefined) {
    if (flags.root !== root) throw fails(`it leads to ${root}, not to ${flags.root}`);
    session.print({ item, itemsRoot: root, checked: 'root' }, () => inSomeTree(item, root));
    return;
  }
  const record = await readDataset(session.reader(), dataset);
  if (record.itemsRoot !== root || record.items !== size) {
    throw fails(`${dataset} has ${record.items} items under ${record.itemsRoot} on chain`);
  }
  session.print({ ...proven, checked: 'chain' }, () => `${describe(proven)}\n`);
}

function inSomeTree(item: Digest, root: Digest): string {
  return (
    `${item} is in a tree with the root ${root}; whether that is the root of a dataset that the DAO ` +
    'knows was not asked: leave out --root for that\n'
  );
}

function describe({ dataset, item, index, items }: ItemProof): string {
  return `${item} is item ${index + 1} of ${items} in ${dataset}`;
}

/** A digest as it is; a file's JSON as the item that it is. */
async function itemOf(session: Session, text: string): Promise<Digest> {
  if (isDigest(text)) return text;
  const path = resolve(session.terminal.cwd, text);
  const { encodeItem } = await import('@commonweights/dataset-registry/transforms/text-item.js');
  const { itemLimits } = await import('@commonweights/dataset-registry/transforms/limits.js');
  if ((await stat(path)).size > 2 * itemLimits.itemBytesMax) {
    throw new CliError(exitCodes.badInput, `BAD_FILE: ${path} is larger than any item; check it`);
  }
  try {
    const json = JSON.parse(await readFile(path, 'utf8')) as Parameters<typeof encodeItem>[0];
    return digestOf(encodeItem(json));
  } catch (error) {
    throw new CliError(
      exitCodes.badInput,
      `BAD_FILE: ${path} is no item as JSON, like {"text":"…"}: ${(error as Error).message}`,
    );
  }
}

function readProof(json: unknown): ItemProof {
  const it = (json ?? {}) as Partial<ItemProof> & { version?: unknown };
  const { dataset, itemsRoot, items, item, index, proof } = it;
  const isProof =
    it.version === 1 &&
    typeof dataset === 'string' &&
    isDigest(itemsRoot) &&
    isDigest(item) &&
    Number.isSafeInteger(items) &&
    Number.isSafeInteger(index) &&
    Array.isArray(proof) &&
    proof.length <= proofNodesMax &&
    proof.every(isDigest);
  if (isProof) return { dataset, itemsRoot, items: items!, item, index: index!, proof };
  throw new CliError(
    exitCodes.badInput,
    'BAD_FILE: that is no proof that "commonweights dataset prove" wrote; ask for another one',
  );
}

/** Of a tree of 2^32 leaves, more than any dataset has. */
const proofNodesMax = 32;
