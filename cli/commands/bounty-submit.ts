/** `commonweights bounty submit` and `reveal`: handing items in, sealed first. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readBountyRecords } from '@commonweights/dao-contracts/client/bounties.js';
import { newSalt } from '@commonweights/dao-contracts/client/sealed-votes.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { sealBatch } from '@commonweights/dao-contracts/rules/bounty/sealed.js';
import { platform } from '@commonweights/dao-contracts/rules/commitment.js';
import { batchItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeBountyItem } from '@commonweights/dataset-registry/transforms/bounty-item.js';
import { importJsonLines } from '@commonweights/dataset-registry/transforms/import-text.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readSealed, writeSealed } from '../sealed-file.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readBounty } from './bounty-record.js';

interface SubmitFlags {
  readonly payout?: string;
}

export function addBountySubmit(bounty: Command, terminal: Terminal): void {
  does<SubmitFlags>(
    withExamples(
      withJson(bounty.command('submit <bounty> <file>'))
        .description(
          'hand in the items of a .jsonl file ({"text": …}, with "label" where labels are wanted), ' +
            'sealed, with a bond for every 16; what was handed in before is not again',
        )
        .option('--payout <account>', 'who is paid (default: the account itself)'),
      'commonweights bounty submit 1 labels.jsonl --account ada.near',
    ),
    terminal,
    (session, [id, file], flags) =>
      submit(session, { id: parseId('bounty', id), file: file! }, flags),
  );
  does(
    withExamples(
      withJson(bounty.command('reveal <bounty>')).description(
        'publish and reveal what was handed in from this folder; without it the bond is lost',
      ),
      'commonweights bounty reveal 1 --account ada.near',
    ),
    terminal,
    (session, [id]) => reveal(session, parseId('bounty', id)),
  );
}

const digestOfItem = (item: TextItem) => digestOf(encodeBountyItem(item));

async function submit(
  session: Session,
  it: { id: number; file: string },
  { payout }: SubmitFlags,
): Promise<void> {
  const client = await session.signer();
  const { terms } = await readBounty(client, it.id);
  const sealed = await readSealed(session, it.id);
  const known = new Set(sealed.batches.flatMap(({ items }) => items.map(digestOfItem)));
  const fresh = new Map<string, TextItem>();
  for (const item of await importJsonLines(resolve(session.terminal.cwd, it.file))) {
    const digest = digestOfItem(item);
    if (!known.has(digest)) fresh.set(digest, item);
  }
  const items = [...fresh.values()];
  for (let at = 0; at < items.length; at += batchItemsMax) {
    const batch = items.slice(at, at + batchItemsMax);
    const salt = newSalt();
    const where = { contract: client.contract, bounty: it.id, account: client.accountId!, salt };
    const commitment = sealBatch({ ...where, items: batch.map(digestOfItem) }, platform);
    sealed.batches.push({ commitment, salt, items: batch });
  }
  await writeSealed(session, it.id, sealed);
  const there = new Set(
    (await readBountyRecords(client, { bounty: it.id, kind: 'batch' })).map(
      (one) => one.commitment,
    ),
  );
  const due = sealed.batches.filter(({ commitment }) => !there.has(commitment));
  for (const { commitment } of due) {
    const paid = { payout: payout ?? null, depositYocto: terms.bondYocto };
    await client.commitBatch({ bounty: it.id, commitment, ...paid });
  }
  const count = due.reduce((sum, batch) => sum + batch.items.length, 0);
  session.print(
    { bounty: it.id, batches: due.length, items: count },
    () =>
      `${count} items in ${due.length} batches are handed in, sealed, with a bond of ` +
      `${formatNear(terms.bondYocto)} each; reveal them in the next phase with ` +
      `"commonweights bounty reveal ${it.id}"\n`,
  );
}

async function reveal(session: Session, id: number): Promise<void> {
  const client = await session.signer();
  await readBounty(client, id);
  const { batches } = await readSealed(session, id);
  const onChain = await readBountyRecords(client, { bounty: id, kind: 'batch' });
  const mine = batches.map((batch) => ({
    ...batch,
    number: onChain.findIndex(({ commitment }) => commitment === batch.commitment),
  }));
  const due = mine.filter(({ number }) => number >= 0 && onChain[number]!.items === null);
  if (mine.every(({ number }) => number < 0)) {
    throw new CliError(
      exitCodes.notFound,
      `NOT_FOUND: nothing was handed in to bounty ${id} from this folder; ` +
        'reveal where you submitted',
    );
  }
  const blobs = await openBlobs(session, 'write');
  for (const { number, salt, items } of due) {
    for (const item of items) await blobs.publish(encodeBountyItem(item));
    await client.revealBatch({ bounty: id, batch: number, items: items.map(digestOfItem), salt });
  }
  session.print(
    { bounty: id, revealed: due.map(({ number }) => number) },
    () => `${due.length} batches are revealed and their items published\n`,
  );
}
