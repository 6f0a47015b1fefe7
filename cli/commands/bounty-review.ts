/** `commonweights bounty apply`, `review`, `vote`, `open`: judging what others handed in. */
import type { Command } from 'commander';
import { readBountyRecords, readPanel } from '@commonweights/dao-contracts/client/bounties.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { sealVotes } from '@commonweights/dao-contracts/rules/bounty/sealed.js';
import { platform } from '@commonweights/dao-contracts/rules/commitment.js';
import { reviewerBytes, storageYoctoPerByte } from '@commonweights/dao-contracts/rules/limits.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { findNearDuplicates } from '@commonweights/dataset-registry/transforms/near-duplicates.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import { plainText } from '../output.js';
import { newSalt, readSealed, writeSealed } from '../sealed-file.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readItem } from './bounty-item.js';
import { numberIn, readBounty } from './bounty-record.js';

export function addBountyReview(bounty: Command, terminal: Terminal): void {
  does<{ payout?: string }>(
    withExamples(
      withJson(bounty.command('apply <bounty>'))
        .description('ask to be drawn as a reviewer; costs a stake, which returns at the end')
        .option('--payout <account>', 'who is paid (default: the account itself)'),
      'commonweights bounty apply 1 --account rae.near',
    ),
    terminal,
    (session, [id], flags) => apply(session, parseId('bounty', id), flags),
  );
  does(
    withExamples(
      withJson(bounty.command('review <bounty>')).description(
        'the items that you were drawn to judge, and which nearly repeat others',
      ),
      'commonweights bounty review 1 --account rae.near --json > items.json',
    ),
    terminal,
    (session, [id]) => review(session, parseId('bounty', id)),
  );
  does(
    withExamples(
      withJson(bounty.command('vote <bounty> <file>')).description(
        'seal your votes: a JSON file {"sha256:…": true or false} with every item that you judge',
      ),
      'commonweights bounty vote 1 votes.json --account rae.near',
    ),
    terminal,
    (session, [id, file]) => vote(session, parseId('bounty', id), file!),
  );
  does(
    withExamples(
      withJson(bounty.command('open <bounty>')).description(
        'open the votes that you sealed from this folder; silence costs a tenth of the stake',
      ),
      'commonweights bounty open 1 --account rae.near',
    ),
    terminal,
    (session, [id]) => open(session, parseId('bounty', id)),
  );
}

async function apply(session: Session, id: number, flags: { payout?: string }): Promise<void> {
  const client = await session.signer();
  const { terms } = await readBounty(client, id);
  const depositYocto = terms.stakeYocto + BigInt(reviewerBytes) * storageYoctoPerByte;
  await client.applyAsReviewer({ bounty: id, payout: flags.payout ?? null, depositYocto });
  session.print(
    { bounty: id, stakeYocto: terms.stakeYocto },
    () => `Applied with a stake of ${formatNear(terms.stakeYocto)}; the draw follows the reveals\n`,
  );
}

interface Judged {
  batch: number;
  items: readonly Digest[];
}

/** Batches that the account was drawn for and that were revealed. */
async function batchesOf(client: DaoClient, id: number, account: string): Promise<Judged[]> {
  const view = await readBounty(client, id);
  const number = await numberIn(client, { bounty: id, kind: 'reviewer', account });
  if (number === null) {
    throw new CliError(
      exitCodes.refused,
      `NOT_ENROLLED: ${account} did not apply to judge bounty ${id}`,
    );
  }
  const batches = await readBountyRecords(client, { bounty: id, kind: 'batch' });
  return batches.flatMap(({ items }, batch) =>
    items && readPanel(view, batch).includes(number) ? [{ batch, items }] : [],
  );
}

const similarity = { shingleWords: 3, hashes: 64, bands: 16, similarBpsMin: 8_000 };

/** Near-duplicates are looked for among all items of the bounty, whose order is that of payment. */
async function review(session: Session, id: number): Promise<void> {
  const client = session.reader();
  const mine = await batchesOf(client, id, session.accountId);
  const blobs = await openBlobs(session, 'read');
  const all = await readBountyRecords(client, { bounty: id, kind: 'batch' });
  const digests = [...new Set(all.flatMap(({ items }) => items ?? []))];
  const items = await Promise.all(digests.map((digest) => readItem(blobs, digest)));
  const readable = digests.flatMap((digest, i) => (items[i] ? [{ digest, item: items[i]! }] : []));
  const repeated = findNearDuplicates(
    readable.map(({ item }) => item.text),
    similarity,
  );
  const repeats = new Set(readable.filter((_, i) => repeated.has(i)).map(({ digest }) => digest));
  const shown = mine.flatMap(({ batch, items: list }) =>
    list.map((digest) => ({
      batch,
      digest,
      item: items[digests.indexOf(digest)] ?? null,
      repeats: repeats.has(digest),
    })),
  );
  session.print(shown, () => {
    if (shown.length === 0) return 'You were not drawn for any batch that was revealed.\n';
    return shown.map(describeItem).join('\n');
  });
}

interface Shown {
  batch: number;
  digest: Digest;
  item: TextItem | null;
  repeats: boolean;
}

function describeItem({ batch, digest, item, repeats }: Shown): string {
  if (!item) return `batch ${batch}  ${digest}\n  (no such bytes: they were not published)\n`;
  const { text, ...fields } = item;
  const about = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const warning = repeats ? ['nearly repeats an earlier item'] : [];
  const lines = [...about, ...warning, text].map((line) => `  ${plainText(line)}\n`);
  return `batch ${batch}  ${digest}\n${lines.join('')}`;
}

/** Sealed on disk before on chain; a batch that is sealed there keeps its votes. */
async function vote(session: Session, id: number, file: string): Promise<void> {
  const client = await session.signer();
  const votes = (await readJsonFile(session.terminal.cwd, file)) as Record<string, unknown>;
  const mine = await batchesOf(client, id, session.accountId);
  const missing = mine
    .flatMap(({ items }) => items)
    .filter((one) => typeof votes[one] !== 'boolean');
  if (missing.length > 0) {
    throw new CliError(
      exitCodes.badInput,
      `VOTES_INCOMPLETE: ${file} says neither true nor false of ${missing[0]} and ` +
        `${missing.length - 1} more; judge every item`,
    );
  }
  const sealed = await readSealed(session, id);
  const records = await readBountyRecords(client, { bounty: id, kind: 'batch' });
  const number = await numberIn(client, {
    bounty: id,
    kind: 'reviewer',
    account: session.accountId,
  });
  const due = mine.filter(
    ({ batch }) => !records[batch]!.reviews.some(({ reviewer }) => reviewer === number),
  );
  for (const { batch, items } of due) {
    sealed.votes = sealed.votes.filter((one) => one.batch !== batch);
    const text = items.map((item) => (votes[item] === true ? '1' : '0')).join('');
    sealed.votes.push({ batch, salt: newSalt(), votes: text });
  }
  await writeSealed(session, id, sealed);
  for (const { batch } of due) {
    const { salt, votes: text } = sealed.votes.find((one) => one.batch === batch)!;
    const where = { contract: client.contract, bounty: id, account: session.accountId, salt };
    await client.sealReview({
      bounty: id,
      batch,
      sealed: sealVotes({ ...where, batch, votes: text }, platform),
    });
  }
  session.print(
    { bounty: id, sealed: due.map(({ batch }) => batch) },
    () => `Votes on ${due.length} batches are sealed; open them in the next phase\n`,
  );
}

async function open(session: Session, id: number): Promise<void> {
  const client = await session.signer();
  const { votes } = await readSealed(session, id);
  const records = await readBountyRecords(client, { bounty: id, kind: 'batch' });
  const number = await numberIn(client, {
    bounty: id,
    kind: 'reviewer',
    account: session.accountId,
  });
  const due = votes.filter(({ batch }) => {
    const mine = records[batch]?.reviews.find(({ reviewer }) => reviewer === number);
    return mine !== undefined && mine.votes === null;
  });
  for (const it of due) await client.openReview({ bounty: id, ...it });
  session.print(
    { bounty: id, opened: due.map(({ batch }) => batch) },
    () => `Votes on ${due.length} batches are opened\n`,
  );
}
