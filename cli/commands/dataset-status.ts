/**
 * `commonweights dataset withdraw|opt-out|dispute|lapse|resolve|approve`: what can happen to a dataset
 * after it was registered. The first are calls; the last two only propose.
 */
import { disputeBondYocto } from '@commonweights/dao-contracts/rules/dataset-dispute.js';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { digestOf, isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { storageDeposit } from '../proposal-bond.js';
import { proposeAction, withProposeFlags, type ProposeFlags } from '../propose-action.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { nameOptOut } from './dataset-opt-out.js';
import { readDataset } from './dataset-record.js';

interface EvidenceFlag {
  readonly evidence: string;
}

export function addDatasetStatus(dataset: Command, terminal: Terminal): void {
  const command = (usage: string, what: string, example: string) =>
    withExamples(
      withJson(dataset.command(usage)).description(what),
      `commonweights dataset ${example}`,
    );
  const evidence = [
    '--evidence <file>',
    'what shows it: a file, which is published, or a digest',
  ] as const;
  does(
    command('withdraw <id>', 'withdraw a dataset that you published, for good', 'withdraw sotu@1'),
    terminal,
    async (session, [id]) => {
      const client = await session.signer();
      await client.withdrawDataset({ id: id!, depositYocto: storageDeposit('') });
      session.print({ id, status: 'withdrawn' }, () => `${id} is withdrawn; its record stays\n`);
    },
  );
  does(
    command(
      'opt-out <id> <list>',
      'name all items to leave out of what is derived from now on: a file with a digest of an ' +
        'item, or an item as JSON, on each line; it replaces the list before',
      'opt-out sotu@1 opt-out.txt',
    ),
    terminal,
    (session, [id, list]) => nameOptOut(session, { id: id!, list: list! }),
  );
  does<EvidenceFlag>(
    command(
      'dispute <id>',
      'dispute a dataset; costs a bond, which returns if the DAO agrees',
      'dispute sotu@1 --evidence letter.txt',
    ).requiredOption(...evidence),
    terminal,
    (session, [id], flags) => dispute(session, id!, flags),
  );
  does(
    command(
      'lapse <id>',
      'end a dispute that the DAO did not decide within 30 days; the bond goes back',
      'lapse sotu@1',
    ),
    terminal,
    async (session, [id]) => {
      const client = await session.signer();
      await client.lapseDatasetDispute({ id: id!, depositYocto: storageDeposit('') });
      const { status } = await readDataset(client, id!);
      session.print({ id, status }, () => `${id} is ${status} again\n`);
    },
  );
  does<EvidenceFlag & ProposeFlags>(
    withProposeFlags(
      command(
        'resolve <id> <verdict>',
        'propose to decide the open dispute of a dataset: "upheld" or "dismissed"',
        'resolve sotu@1 upheld --evidence report.md',
      ).requiredOption(...evidence),
    ),
    terminal,
    (session, [id, verdict], flags) =>
      resolveDispute(session, { id: id!, verdict: verdict! }, flags),
  );
  does<ProposeFlags>(
    withProposeFlags(
      command(
        'approve <id>',
        "propose to vouch for a dataset and for its contributors' shares",
        'approve sotu@1',
      ),
    ),
    terminal,
    async (session, [id], flags) => {
      await readDataset(session.reader(), id!);
      const action = { kind: 'approve-dataset', dataset: id! } as const;
      await proposeAction(session, { action, flags });
    },
  );
}

async function dispute(session: Session, id: string, flags: EvidenceFlag): Promise<void> {
  const client = await session.signer();
  const dataset = await readDataset(client, id);
  const evidence = await publishEvidence(session, flags.evidence);
  const policy = await client.getPolicy();
  const bondYocto = disputeBondYocto(policy.bondYocto, dataset);
  const depositYocto = bondYocto + storageDeposit('');
  const number = await client.disputeDataset({ id, evidence, depositYocto });
  session.print(
    { id, dispute: number, bondYocto },
    () =>
      `Dispute ${number} of ${id} is open, with a bond of ${formatNear(bondYocto)}; ask the DAO ` +
      `with "commonweights dataset resolve ${id} upheld --evidence FILE"\n`,
  );
}

async function resolveDispute(
  session: Session,
  it: { id: string; verdict: string },
  flags: EvidenceFlag & ProposeFlags,
): Promise<void> {
  const { id, verdict } = it;
  if (verdict !== 'upheld' && verdict !== 'dismissed') {
    throw new CliError(exitCodes.usage, 'USAGE: the verdict is "upheld" or "dismissed"');
  }
  const { disputes } = await readDataset(session.reader(), id);
  const evidence = await publishEvidence(session, flags.evidence, flags);
  const about = { dataset: id, dispute: disputes, verdict, evidence } as const;
  const action = { kind: 'resolve-dataset-dispute', ...about } as const;
  await proposeAction(session, { action, flags });
}

/** A digest as it is; a file is named by its own, and published unless nothing is to be sent. */
async function publishEvidence(
  session: Session,
  name: string,
  { dryRun = false }: ProposeFlags = {},
): Promise<Digest> {
  if (isDigest(name)) return name;
  const bytes = await readFile(resolve(session.terminal.cwd, name));
  if (dryRun) return digestOf(bytes);
  return (await openBlobs(session, 'write')).publish(bytes);
}
