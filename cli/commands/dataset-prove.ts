/**
 * `commonweights dataset prove` and `check-proof`: that a document is among a dataset's items, shown
 * without the dataset. A proof is the way from the item's digest to the root that is on chain. It says
 * "these exact bytes": another copy with a comma more is another item. With a release in place of the dataset,
 * that it was trained on (dataset-prove-release.ts). Held against a bare root it
 * says less: a root names no dataset, and does not bind the number of items or the place of one.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { verifyDigest } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { digestOf, isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { ProvingTree } from '@commonweights/dataset-registry/digest/proving-tree.js';
import type { Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { isDatasetId } from '@commonweights/dataset-registry/lineage/record.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { checkReleaseProof, proveForRelease } from './dataset-prove-release.js';
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
  /** Of an item that is not for everybody: with it, and without any other, the text gives `item`. */
  salt?: string;
}

interface ProveFlags {
  readonly out?: string;
  /** False: `--no-text`. */
  readonly text?: boolean;
}
interface CheckFlags {
  readonly root?: string;
  readonly release?: string;
  readonly item?: string;
}

export function addDatasetProve(dataset: Command, terminal: Terminal): void {
  does<ProveFlags>(
    withExamples(
      withJson(dataset.command('prove <item> <where>'))
        .description(
          'show whether an item, its digest or a file with it as JSON, was trained on for a release, by ' +
            'number or manifest digest; or, with the id of a dataset before the item, that it is in that',
        )
        .option('--out <file>', 'write the proof there (default: print it)')
        .option('--no-text', 'leave the text out of the proof for a release'),
      'commonweights dataset prove letter.json 1 --out proof.json',
      'commonweights dataset prove letters@1 letter.json --out proof.json',
    ),
    terminal,
    async (session, [first, second], flags) => {
      // An id is no digest and, with its "@", hardly a file.
      if (isDatasetId(first!)) return prove(session, { id: first!, item: second! }, flags);
      const item = await itemOf(session, first!);
      await proveForRelease(session, { item, release: second! }, flags);
    },
  );
  does<CheckFlags>(
    withExamples(
      withJson(dataset.command('check-proof <file>'))
        .description(
          'check such a proof against the chain, or with nothing but the digest of the release, or a ' +
            "root of a dataset's items, that you know",
        )
        .option('--release <digest>', 'the manifest of the release, in place of asking the chain')
        .option('--item <file>', 'of a proof for a dataset: that the item is this one, as JSON')
        .option(
          '--root <digest>',
          'of a proof for a dataset: its root, in place of the chain; says nothing of datasets',
        ),
      'commonweights dataset check-proof proof.json',
      'commonweights dataset check-proof proof.json --item letter.json',
      'commonweights dataset check-proof proof.json --release sha256:…',
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
  const asked = await itemOf(session, it.item);
  const record = await readDataset(session.reader(), it.id);
  const store = await openBlobs(session, 'read');
  const { readItemDigests } =
    await import('@commonweights/dataset-registry/transforms/read-items.js');
  const manifest = await getManifest(store, record.manifest);
  const { digest: item, salt } = await withItsSalt(asked, { store, manifest });
  const tree = new ProvingTree(item);
  for await (const digest of readItemDigests(store, manifest)) tree.add(digest);
  if (tree.root() !== record.itemsRoot) {
    throw new CliError(
      exitCodes.badInput,
      `WRONG_ITEMS_ROOT: the items of ${it.id} are not its record's; do not use it, and dispute it`,
    );
  }
  const found = tree.proof();
  if (!found) {
    throw new CliError(
      exitCodes.notFound,
      `NOT_AN_ITEM: none of the ${tree.count} items of ${it.id} has exactly these bytes; ` +
        'a text that differs in one character may still be in it',
    );
  }
  const { itemsRoot } = record;
  const proven: ItemProof = {
    ...{ dataset: it.id, itemsRoot, items: tree.count, item, ...found },
    ...(salt === undefined ? {} : { salt }),
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
async function check(session: Session, file: string, flags: CheckFlags): Promise<void> {
  const json = await readJsonFile(session.terminal.cwd, file, proofBytesMax);
  const isOfRelease = (json as { version?: unknown } | null)?.version === 2;
  if (isOfRelease && flags.root === undefined) return checkReleaseProof(session, json, flags);
  if (isOfRelease || flags.release !== undefined) {
    const of = isOfRelease ? 'a release: give --release' : 'a dataset: give --root';
    throw new CliError(exitCodes.usage, `USAGE: the proof in ${file} is for ${of}, or nothing`);
  }
  const proven = readProof(json);
  const fails = (why: string) =>
    new CliError(exitCodes.badInput, `PROOF_FAILED: ${why}; ask for another proof`);
  const { dataset, item, index, items: size, proof, itemsRoot: root } = proven;
  if (flags.item !== undefined && (await digestWithSalt(session, flags.item, proven)) !== item) {
    throw fails(`it is of ${item}, and ${flags.item} is another item`);
  }
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

/** Of a dataset that is not for everybody, the item that has this text: who asks may not know its salt. */
async function withItsSalt(
  asked: { digest: Digest; line: Uint8Array | null },
  it: { store: BlobStore; manifest: Manifest },
): Promise<{ digest: Digest; salt?: string }> {
  const [{ isPacked, readItems }, { digestWithoutSalt, isSalted, saltField }, { decodeItem }] =
    await Promise.all([
      import('@commonweights/dataset-registry/transforms/read-items.js'),
      import('@commonweights/dataset-registry/transforms/salt.js'),
      import('@commonweights/dataset-registry/transforms/text-item.js'),
    ]);
  if (isPacked(it.manifest)) return asked;
  const wanted = asked.line && digestWithoutSalt(decodeItem(asked.line));
  for await (const { item, digest } of readItems(it.store, it.manifest)) {
    // Salted are all of them, or none that is asked for here.
    if (!isSalted(item)) return asked;
    const isIt = wanted === null ? digest === asked.digest : digestWithoutSalt(item) === wanted;
    if (isIt) return { digest, salt: item[saltField] as string };
  }
  return asked;
}

/** What the file's item is, with the salt that the proof shows. */
async function digestWithSalt(
  session: Session,
  file: string,
  { salt }: ItemProof,
): Promise<Digest> {
  const { line } = await itemOf(session, file);
  if (line === null) {
    throw new CliError(exitCodes.usage, 'USAGE: --item names a file with the item as JSON');
  }
  const [{ saltField }, { decodeItem, encodeItem }] = await Promise.all([
    import('@commonweights/dataset-registry/transforms/salt.js'),
    import('@commonweights/dataset-registry/transforms/text-item.js'),
  ]);
  const item = decodeItem(line);
  return digestOf(encodeItem(salt === undefined ? item : { ...item, [saltField]: salt }));
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

/** A digest as it is; a file's JSON as the item that it is, with its bytes. */
async function itemOf(
  session: Session,
  text: string,
): Promise<{ digest: Digest; line: Uint8Array | null }> {
  if (isDigest(text)) return { digest: text, line: null };
  const path = resolve(session.terminal.cwd, text);
  const { encodeItem } = await import('@commonweights/dataset-registry/transforms/text-item.js');
  const { itemLimits } = await import('@commonweights/dataset-registry/transforms/limits.js');
  if ((await stat(path)).size > 2 * itemLimits.itemBytesMax) {
    throw new CliError(exitCodes.badInput, `BAD_FILE: ${path} is larger than any item; check it`);
  }
  try {
    const json = JSON.parse(await readFile(path, 'utf8')) as Parameters<typeof encodeItem>[0];
    const line = encodeItem(json);
    return { digest: digestOf(line), line };
  } catch (error) {
    throw new CliError(
      exitCodes.badInput,
      `BAD_FILE: ${path} is no item as JSON, like {"text":"…"}: ${(error as Error).message}`,
    );
  }
}

function readProof(json: unknown): ItemProof {
  const it = (json ?? {}) as Partial<ItemProof> & { version?: unknown };
  const { dataset, itemsRoot, items, item, index, proof, salt } = it;
  const isProof =
    it.version === 1 &&
    typeof dataset === 'string' &&
    isDigest(itemsRoot) &&
    isDigest(item) &&
    Number.isSafeInteger(items) &&
    Number.isSafeInteger(index) &&
    Array.isArray(proof) &&
    proof.length <= proofNodesMax &&
    proof.every(isDigest) &&
    (salt === undefined || /^[0-9a-f]{32}$/.test(String(salt)));
  if (isProof) {
    const shown = salt === undefined ? {} : { salt };
    return { dataset, itemsRoot, items: items!, item, index: index!, proof, ...shown };
  }
  throw new CliError(
    exitCodes.badInput,
    'BAD_PROOF: that is no proof that "commonweights dataset prove" wrote; ask for another one',
  );
}

/** Of a proof for a release: the packing of its data and the log of its run. */
const proofBytesMax = 2 ** 28;

/** Of a tree of 2^32 leaves, more than any dataset has. */
const proofNodesMax = 32;
