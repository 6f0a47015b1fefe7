/** `commonweights bounty publish`: accepted items as a dataset, its contributors on record. */
import type { Command } from 'commander';
import { readBountyRecords } from '@commonweights/dao-contracts/client/bounties.js';
import {
  datasetOfBounty,
  requireProposer,
} from '@commonweights/dao-contracts/rules/bounty/dataset-of-bounty.js';
import { decodeDatasetRecord } from '@commonweights/dataset-registry/lineage/record.js';
import { storeItems } from '@commonweights/dataset-registry/transforms/derive.js';
import type { TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { openBlobs, publishing } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readItem } from '@commonweights/dataset-registry/transforms/bounty-item.js';
import { readBounty } from './bounty-record.js';
import { refuseTaken } from './dataset-add.js';
import { readDataset } from './dataset-record.js';

export function addBountyPublish(bounty: Command, terminal: Terminal): void {
  does<{ title?: string }>(
    withExamples(
      withJson(bounty.command('publish <bounty> <id>'))
        .description(
          'register the accepted items as dataset <name>@<version>, as who proposed the bounty',
        )
        .option('--title <text>', "what it is (default: the bounty's title)"),
      'commonweights bounty publish 1 spam-labels@1',
    ),
    terminal,
    (session, [number, id], flags) =>
      publish(session, { bounty: parseId('bounty', number), id: id! }, flags),
  );
}

async function publish(
  session: Session,
  it: { bounty: number; id: string },
  flags: { title?: string },
): Promise<void> {
  const client = await session.signer();
  const view = await readBounty(client, it.bounty);
  await refuseTaken(client, it.id);
  // Before anything is stored.
  const proposal = await client.getProposal({ proposal: view.proposal });
  requireProposer({ caller: client.accountId!, proposer: proposal!.proposer, bounty: it.bounty });
  const [batches, contributors] = await Promise.all([
    readBountyRecords(client, { bounty: it.bounty, kind: 'batch' }),
    readBountyRecords(client, { bounty: it.bounty, kind: 'contributor' }),
  ]);
  const { material } = view.terms;
  const labelled = material === null ? null : await readDataset(client, material);
  const decided = datasetOfBounty(view, view.terms, contributors, labelled);
  const accepted = batches.flatMap(({ items, outcome }) =>
    (items ?? []).filter((_, i) => outcome?.[i] === '1'),
  );
  const blobs = await openBlobs(session, 'write');
  const items: TextItem[] = [];
  for (const digest of accepted) {
    const item = await readItem(blobs, digest);
    if (!item) {
      throw new CliError(
        exitCodes.notFound,
        `ITEM_MISSING: nobody has accepted item ${digest}; ask who handed it in`,
      );
    }
    items.push(item);
  }
  const measure = await storeItems(publishing(blobs), items);
  const record = decodeDatasetRecord({
    ...{ id: it.id, version: it.id.slice(it.id.indexOf('@') + 1) },
    title: flags.title ?? view.terms.title,
    source: `bounty:${client.contract}/${it.bounty}`,
    collectedAt: new Date(view.nowMs).toISOString().slice(0, 10),
    evidence: view.terms.instructions,
    ...measure,
    ...decided,
  });
  if (measure.itemsRoot !== view.itemsRoot) {
    throw new CliError(
      exitCodes.badInput,
      `WRONG_ITEMS_ROOT: these items are not what bounty ${it.bounty} accepted; do not use them`,
    );
  }
  const depositYocto = storageDeposit(record);
  await client.registerDataset({ record, bounty: it.bounty, depositYocto });
  session.print(record, () => `${record.id} is registered with ${record.items} items\n`);
}
