/** `commonweights bounty`: data that the DAO pays for, from the proposal to the dataset. */
import type { Command } from 'commander';
import { readBountyRecords } from '@commonweights/dao-contracts/client/bounties.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import type { BountyView } from '@commonweights/dao-contracts/client/views.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { formatFacts, formatTable, formatTime } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { addBountyPropose } from './bounty-propose.js';
import { addBountyPublish } from './bounty-publish.js';
import { readBounty } from './bounty-record.js';
import { addBountyReview } from './bounty-review.js';
import { addBountySubmit } from './bounty-submit.js';

export function addBountyCommands(program: Command, terminal: Terminal): void {
  const bounty = program
    .command('bounty')
    .description('texts and labels that the DAO pays for, by accepted item');
  addBountyPropose(bounty, terminal);
  does(
    withExamples(
      withJson(bounty.command('list')).description('all bounties'),
      'commonweights bounty list',
    ),
    terminal,
    list,
  );
  does(
    withExamples(
      withJson(bounty.command('show <bounty>')).description(
        'what it asks for and pays, how far it is, who handed in what',
      ),
      'commonweights bounty show 1',
    ),
    terminal,
    (session, [id]) => show(session, parseId('bounty', id)),
  );
  addBountySubmit(bounty, terminal);
  addBountyReview(bounty, terminal);
  does(
    withExamples(
      withJson(bounty.command('tick <bounty>')).description(
        'move a bounty on as far as it can go now: next phase, batches to settle, stakes to return',
      ),
      'commonweights bounty tick 1',
    ),
    terminal,
    (session, [id]) => tick(session, parseId('bounty', id)),
  );
  addBountyPublish(bounty, terminal);
}

async function list(session: Session): Promise<void> {
  const bounties = await readAll((page) => session.reader().listBounties(page));
  session.print(bounties, () => {
    if (bounties.length === 0) {
      return 'No bounties yet; propose one with "commonweights bounty propose".\n';
    }
    const rows = bounties.map((one) => [
      one.id,
      one.phase,
      one.deadlineMs === 0 ? null : formatTime(one.deadlineMs),
      one.terms.title,
      `${one.accepted} of ${one.terms.items}`,
      one.terms.priceYocto,
    ]);
    return formatTable(['id', 'phase', 'until', 'title', 'accepted', 'price'], rows);
  });
}

async function show(session: Session, id: number): Promise<void> {
  const client = session.reader();
  const view = await readBounty(client, id);
  const [batches, contributors] = await Promise.all([
    readBountyRecords(client, { bounty: id, kind: 'batch' }),
    readBountyRecords(client, { bounty: id, kind: 'contributor' }),
  ]);
  session.print({ ...view, batchList: batches, contributorList: contributors }, () => {
    const rows = batches.map((batch, number) => [
      number,
      contributors[batch.contributor]!.account,
      batch.items?.length ?? 'sealed',
      `${batch.reviews.filter(({ votes }) => votes !== null).length} of ${view.terms.reviewers}`,
      batch.outcome === null ? null : batch.outcome.split('1').length - 1,
    ]);
    const table = formatTable(['batch', 'by', 'items', 'judged', 'accepted'], rows);
    return factsOf(view) + (rows.length > 0 ? `\n${table}` : '');
  });
}

function factsOf(view: BountyView): string {
  const { terms } = view;
  return formatFacts([
    ['bounty', `${view.id}: ${terms.title}`],
    ['phase', view.phase],
    ['until', view.deadlineMs === 0 ? null : formatTime(view.deadlineMs)],
    ['instructions', terms.instructions],
    ['to label', terms.material ?? 'nothing: texts are to be written'],
    ['licence', terms.licence],
    ['accepted', `${view.accepted} of ${terms.items} items`],
    ['price of an item', terms.priceYocto],
    ['bond of a batch', terms.bondYocto],
    ['batches', `${view.batches} of ${terms.batches}, ${terms.batchesPerAccount} of an account`],
    ['reviewers', `${view.reviewers} applied, ${terms.reviewers} judge each batch`],
    ['fee of a vote', terms.reviewFeeYocto],
    ['stake of a reviewer', terms.stakeYocto],
    ['to accept', `${terms.agreementBps / 100} % of the votes`],
    ["agreement (Krippendorff's alpha)", view.alphaBps === null ? null : view.alphaBps / 10_000],
    ['left in escrow', view.escrowYocto],
    ['items root', view.itemsRoot],
  ]);
}

/** Until the contract says that nothing is due; every tick makes progress, so it ends. */
async function tick(session: Session, id: number): Promise<void> {
  const client = await session.signer();
  let view = await readBounty(client, id);
  const progress = session.startProgress(`moving bounty ${id} on`);
  let ticks = 0;
  while (view.phase !== 'closed') {
    try {
      await client.tickBounty({ bounty: id });
    } catch (error) {
      if (isDaoError(error) && error.code === 'WRONG_PHASE') break;
      progress.fail('not moved');
      throw error;
    }
    view = (await client.getBounty({ bounty: id }))!;
    progress.update(++ticks, view.phase);
  }
  progress.finish(`${ticks} ticks`);
  session.print(view, () => {
    const until = view.deadlineMs === 0 ? '' : ` until ${formatTime(view.deadlineMs)}`;
    return `Bounty ${id} is in phase "${view.phase}"${until}\n`;
  });
}
