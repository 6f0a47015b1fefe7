/**
 * `commonweights dataset earnings`: what a dataset earns by the runs that train on it, what an account
 * has of that, and taking it. The ledger that it goes to is emptied by `commonweights claim`.
 */
import type { Command } from 'commander';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import type { DataShareView } from '@commonweights/dao-contracts/client/views.js';
import { withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatTable } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readDataset } from './dataset-record.js';

interface Flags {
  readonly take?: boolean;
}

/** A share that a run has for the dataset. */
interface RunShare extends DataShareView {
  readonly run: number;
}

export function addDatasetEarnings(dataset: Command, terminal: Terminal): void {
  does<Flags>(
    withExamples(
      withJson(dataset.command('earnings <id>'))
        .description('what a dataset earns by runs that train on it, and what --account has of it')
        .option('--take', "move what is due to --account's ledger, where it had any"),
      'commonweights dataset earnings letters@1 --account me.founder.local',
      'commonweights dataset earnings letters@1 --account me.founder.local --take',
    ),
    terminal,
    (session, [id], { take }) => (take === true ? takeAll(session, id!) : show(session, id!)),
  );
}

async function show(session: Session, id: string): Promise<void> {
  const client = session.reader();
  await readDataset(client, id);
  const account = session.namedAccountId;
  const shares = await sharesOf(client, id, account);
  session.print({ dataset: id, account, shares }, () => {
    if (shares.length === 0) return `No run pays for ${id}.\n`;
    const rows = shares.map((one) => [
      one.run,
      one.standing,
      `${one.weightBps / 100} %`,
      formatNear(one.perRoundYocto),
      one.rounds,
      formatNear(one.accruedYocto),
      formatNear(one.takenYocto),
      one.own === null ? '–' : formatNear(one.own.dueYocto),
    ]);
    const due = `due to ${account ?? 'nobody named'}`;
    const heads = ['run', 'standing', 'share', 'a round', 'rounds', 'earned', 'taken', due];
    return formatTable(heads, rows);
  });
}

/** One call for each run: what was taken before another one failed stays taken. */
async function takeAll(session: Session, id: string): Promise<void> {
  const client = await session.signer();
  const account = client.accountId!;
  await readDataset(client, id);
  const shares = await sharesOf(client, id, account);
  const due = shares.filter(({ standing, own }) => standing === 'due' && own && own.dueYocto > 0n);
  if (due.length === 0) {
    const waits = shares.find(({ standing, own }) => own && standing !== 'due');
    const why = waits ? `; run ${waits.run}'s share is ${waits.standing}` : '';
    throw new CliError(
      exitCodes.refused,
      `NOTHING_TO_CLAIM: nothing of ${id} is due to ${account}${why}`,
    );
  }
  const taken: { run: number; amountYocto: bigint }[] = [];
  for (const { run } of due) {
    const amountYocto = BigInt(await client.claimDataShare({ run, dataset: id }));
    taken.push({ run, amountYocto });
    session.note(`run ${run}: ${formatNear(amountYocto)}`);
  }
  const sum = taken.reduce((all, { amountYocto }) => all + amountYocto, 0n);
  session.print(
    { dataset: id, account, taken },
    () => `${formatNear(sum)} are on the ledger of ${account}; "commonweights claim" sends them\n`,
  );
}

async function sharesOf(
  client: DaoClient,
  id: string,
  account: string | null,
): Promise<RunShare[]> {
  const runs = await readRuns(client);
  const paying = runs.filter(({ terms }) => terms.dataShares.some(({ dataset }) => dataset === id));
  const found: RunShare[] = [];
  for (const { id: run } of paying) {
    const shares = await client.listDataShares({ run, ...(account === null ? {} : { account }) });
    const share = shares.find(({ dataset }) => dataset === id);
    if (share) found.push({ run, ...share });
  }
  return found;
}
