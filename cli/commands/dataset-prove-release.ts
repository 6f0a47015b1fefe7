/**
 * `dataset prove ITEM RELEASE` and the check of it: whether a document went into a model, by a stranger, offline.
 * What is checked leads to the release's digest and no further; the sentences say so.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  isDigest,
  parseDigest,
  type Digest,
} from '@commonweights/dataset-registry/digest/digest.js';
import type { ItemVerdict } from '@commonweights/trainer/release/item-proof.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts } from '../output.js';
import type { Session } from '../session.js';
import { readRelease } from './release-record.js';

/** Errors: `NO_SUCH_RELEASE`, `BLOB_MISSING`, `PROOF_FAILED` where the release is not in order. */
export async function proveForRelease(
  session: Session,
  it: { item: { digest: Digest; line: Uint8Array | null }; release: string },
  flags: { out?: string; text?: boolean },
): Promise<void> {
  const release = isDigest(it.release)
    ? it.release
    : parseDigest((await readRelease(session.reader(), it.release)).manifest);
  const [{ proveItem }, { checkItemProof }, { encodeItemProof }] = await Promise.all([
    import('@commonweights/trainer/release/prove-item.js'),
    import('@commonweights/trainer/release/item-proof.js'),
    import('@commonweights/trainer/release/item-proof-file.js'),
  ]);
  const { line } = it.item;
  // To show that a text gives its tokens takes those beside them, which are of others.
  const showsOthers = line !== null && (await isSaltedLine(line));
  if (showsOthers) session.note('Not for everybody: the proof leaves texts and tokens out.');
  const proof = await proveItem({
    ...{ store: await openBlobs(session, 'read'), release, item: it.item.digest },
    line: flags.text === false || showsOthers ? undefined : (line ?? undefined),
  });
  // Whoever gets it will check it: better here than there.
  const verdict = failing(() => checkItemProof(proof, release));
  const text = `${encodeItemProof(proof, release)}\n`;
  if (flags.out === undefined) return session.terminal.stdout.write(text);
  await writeFile(resolve(session.terminal.cwd, flags.out), text);
  session.print(verdict, () => `${describe(verdict)}proof: ${flags.out}\n`);
}

/** Against the digest that was given, or the release on chain. Errors: `PROOF_FAILED`, `NO_SUCH_RELEASE`. */
export async function checkReleaseProof(
  session: Session,
  json: unknown,
  flags: { release?: string },
): Promise<void> {
  const [{ checkItemProof }, { decodeItemProof }] = await Promise.all([
    import('@commonweights/trainer/release/item-proof.js'),
    import('@commonweights/trainer/release/item-proof-file.js'),
  ]);
  const { proof, release: named } = failing(() => decodeItemProof(json));
  // Without a digest of one's own, the one in the file is asked about on chain.
  const release =
    flags.release === undefined
      ? parseDigest((await readRelease(session.reader(), named)).manifest)
      : parseDigest(flags.release);
  const verdict = failing(() => checkItemProof(proof, release));
  session.print(verdict, () => describe(verdict));
}

async function isSaltedLine(line: Uint8Array): Promise<boolean> {
  const [{ isSalted }, { decodeItem }] = await Promise.all([
    import('@commonweights/dataset-registry/transforms/salt.js'),
    import('@commonweights/dataset-registry/transforms/text-item.js'),
  ]);
  return isSalted(decodeItem(line));
}

function failing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new CliError(exitCodes.badInput, (error as Error).message, { cause: error });
  }
}

function describe(it: ItemVerdict): string {
  const { verdict, item, items, dataset, release } = it;
  if (verdict === 'absent') {
    return (
      `${item} is none of the ${items} items of ${dataset}, which release ${release} was trained on: ` +
      `not these exact bytes. A text that differs in one character may be among them.\n${packers}${beyond(it)}`
    );
  }
  if (verdict === 'held-out') {
    return `${item} is held out in ${dataset}: release ${release} was measured on it, not trained.\n${packers}${beyond(it)}`;
  }
  if (verdict === 'unused') {
    const what = 'in the training data, and in no accepted update of the run';
    return `${item} is ${what} of release ${release}.\n${packers}${beyond(it)}`;
  }
  return `${item} was trained on for release ${release}.\n${formatFacts(factsOf(it))}${beyond(it)}`;
}

/** That a text is *not* among the tokens trained on cannot be shown with a part of them. */
const packers =
  'That the tokens trained on are not of this text is the word of whoever packed the data; ' +
  '"commonweights dataset verify ID --reproduce" derives it again and compares.\n';

function factsOf(it: ItemVerdict): [string, string][] {
  const { tokens, places, dataset, sequences, tokensShown, root, rootIsWeights } = it;
  const rounds = [...new Set(places.map(({ round }) => round))];
  const who = [...new Set(places.map(({ account }) => account))];
  const [first] = places;
  const audited = places.filter((one) => one.audited).length;
  const tainted = places.filter((one) => one.tainted).length;
  const wrong = tainted > 0 ? `, ${tainted} in updates found wrong that stayed in` : '';
  const weights = rootIsWeights ? 'the digest of its weights' : 'of its weights and momentum';
  return [
    ['tokens', `${tokens!.start} to ${tokens!.end} of ${dataset}`],
    ['shown', tokensShown ? 'its text gives these tokens' : "these tokens are the packing's word"],
    ['sequences', String(sequences)],
    [
      'trained',
      `${places.length} times, in rounds ${few(rounds)}, by ${few(who)}; ${audited} audited${wrong}`,
    ],
    [
      'first',
      `round ${first!.round}, seat ${first!.seat}, slice ${first!.slice}, step ${first!.step}`,
    ],
    ['log', `${it.rounds} rounds that stand, to ${root}, ${weights}`],
  ];
}

function few(list: readonly (number | string)[]): string {
  const named = list.slice(0, 8).join(', ');
  return list.length > 8 ? `${named} and ${list.length - 8} more` : named;
}

function beyond({ parent }: ItemVerdict): string {
  const before = parent === null ? '' : ' The model that the run went on from was not looked into.';
  return (
    'Not asked: whether the DAO voted for this release ("verify"), and whether its updates are what ' +
    `training gives ("replay").${before}\n`
  );
}
