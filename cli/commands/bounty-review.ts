/** `commonweights bounty apply`, `review`, `vote`, `open`: judging what others handed in. */
import type { Command } from 'commander';
import { readBountyRecords, readPanel } from '@commonweights/dao-contracts/client/bounties.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import {
  findOpening,
  keepVotes,
  sealOfVotes,
} from '@commonweights/dao-contracts/client/sealed-votes.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import {
  bountyBatchesMax,
  reviewerBytes,
  storageYoctoPerByte,
} from '@commonweights/dao-contracts/rules/limits.js';
import {
  readJudged,
  type Judged,
  type Shown,
} from '@commonweights/dataset-registry/transforms/bounty-reading.js';
import { parseId, wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import { plainText } from '../inert-text.js';
import { readSealed, writeSealed } from '../sealed-file.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
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
  does<{ batch?: number }>(
    withExamples(
      withJson(bounty.command('review <bounty>'))
        .description('the items that you were drawn to judge, and which nearly repeat others')
        .option('--batch <n>', 'of this batch only', wholeNumber(0, bountyBatchesMax - 1)),
      'commonweights bounty review 1 --account rae.near --json > items.json',
    ),
    terminal,
    (session, [id], flags) => review(session, parseId('bounty', id), flags),
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

async function review(session: Session, id: number, flags: { batch?: number }): Promise<void> {
  const client = session.reader();
  const drawn = await batchesOf(client, id, session.accountId);
  const mine = drawn.filter(({ batch }) => flags.batch === undefined || batch === flags.batch);
  const records = await readBountyRecords(client, { bounty: id, kind: 'batch' });
  const all = records.flatMap(({ items }) => items ?? []);
  const blobs = await openBlobs(session, 'read');
  const shown = mine.length === 0 ? [] : await readJudged(blobs, { mine, all });
  session.print(shown, () => {
    if (shown.length === 0) return 'You were not drawn for any batch that was revealed.\n';
    return shown.map(describeItem).join('\n');
  });
}

function describeItem({ batch, digest, item, repeats }: Shown): string {
  if (!item) {
    return `batch ${batch}  ${digest}\n  (no item: not published, or not in its one spelling)\n`;
  }
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
  const by = { contract: client.contract, bounty: id, account: session.accountId };
  const seals = due.map(({ batch, items }) => {
    const text = items.map((item) => (votes[item] === true ? '1' : '0')).join('');
    const kept = keepVotes(sealed.votes, { batch, votes: text });
    return { batch, sealed: sealOfVotes(kept, by) };
  });
  await writeSealed(session, id, sealed);
  for (const seal of seals) await client.sealReview({ bounty: id, ...seal });
  session.print(
    { bounty: id, sealed: due.map(({ batch }) => batch) },
    () => `Votes on ${due.length} batches are sealed; open them in the next phase\n`,
  );
}

/** What was sealed elsewhere is told of after the rest is opened. Error: `SEALED_ELSEWHERE`. */
async function open(session: Session, id: number): Promise<void> {
  const client = await session.signer();
  const { votes: kept } = await readSealed(session, id);
  const account = session.accountId;
  const records = await readBountyRecords(client, { bounty: id, kind: 'batch' });
  const number = await numberIn(client, { bounty: id, kind: 'reviewer', account });
  const by = { contract: client.contract, bounty: id, account };
  const due = records.flatMap(({ reviews }, batch) => {
    const mine = reviews.find(({ reviewer }) => reviewer === number);
    if (mine?.votes !== null) return [];
    return [{ batch, opening: findOpening(kept, { batch, sealed: mine.sealed }, by) }];
  });
  const opened: number[] = [];
  for (const { batch, opening } of due) {
    if (!opening) continue;
    await client.openReview({ bounty: id, ...opening });
    opened.push(batch);
  }
  const elsewhere = due.filter(({ opening }) => !opening).map(({ batch }) => batch);
  if (elsewhere.length > 0) {
    throw new CliError(
      exitCodes.notFound,
      `SEALED_ELSEWHERE: ${opened.length} batches are opened; the votes on batch ` +
        `${elsewhere.join(', ')} were not sealed from this folder; open them where you sealed`,
    );
  }
  session.print({ bounty: id, opened }, () => `Votes on ${opened.length} batches are opened\n`);
}
