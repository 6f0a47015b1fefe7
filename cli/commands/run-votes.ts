/**
 * `commonweights run pause|resume|amend|rewind|stop`: what the DAO can do with a run under way. Each
 * only proposes; members vote on it like on anything else.
 */
import type { Command } from 'commander';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import type { Action, Amendment } from '@commonweights/dao-contracts/client/views.js';
import { duration, nearAmount, parseId, wholeNumber } from '../arguments.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { proposeAction, withProposeFlags, type ProposeFlags } from '../propose-action.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readRun } from './run-record.js';

interface AmendFlags extends ProposeFlags {
  readonly rounds?: number;
  readonly maxWorkers?: number;
  readonly reward?: bigint;
  readonly auditFee?: bigint;
  readonly auditShare?: number;
  readonly trainDeadline?: number;
  readonly budget?: bigint;
}

const hourMs = 3_600_000;

export function addRunVotes(run: Command, terminal: Terminal): void {
  const command = (usage: string, what: string) =>
    withProposeFlags(withJson(run.command(usage)).description(`propose to ${what}`));
  does<ProposeFlags & { for?: number }>(
    withExamples(
      command('pause <run>', 'pause a run for a while: no round opens, nothing is lost').option(
        '--for <time>',
        'at most (default: 7d); a vote can resume it earlier',
        duration,
      ),
      'commonweights run pause 1 --for 2d',
    ),
    terminal,
    (session, [id], flags) =>
      propose(session, flags, {
        kind: 'pause-run',
        run: parseId('run', id),
        forMs: flags.for ?? 7 * 24 * hourMs,
      }),
  );
  for (const kind of ['resume-run', 'stop-run'] as const) {
    const verb = kind.slice(0, kind.indexOf('-'));
    const what = kind === 'stop-run' ? 'stop a run and refund it' : 'end a pause that was voted';
    does<ProposeFlags>(
      withExamples(command(`${verb} <run>`, what), `commonweights run ${verb} 1`),
      terminal,
      (session, [id], flags) => propose(session, flags, { kind, run: parseId('run', id) }),
    );
  }
  does<ProposeFlags & { to: number; budget: bigint }>(
    withExamples(
      command('rewind <run>', 'go back to the root of an earlier final round')
        .requiredOption('--to <round>', 'a final round; 0: the start', wholeNumber(0, 2 ** 31))
        .requiredOption('--budget <near>', 'NEAR for doing the rounds again', nearAmount),
      'commonweights run rewind 1 --to 12 --budget 40',
    ),
    terminal,
    (session, [id], { to, budget, ...flags }) =>
      propose(session, flags, {
        kind: 'rewind-run',
        run: parseId('run', id),
        to,
        budgetYocto: `${budget}`,
      }),
  );
  does<AmendFlags>(
    withExamples(
      command('amend <run>', 'change the terms from the next round boundary on')
        .option('--rounds <n>', 'final rounds in all', wholeNumber(1, 100_000))
        .option('--max-workers <n>', 'trainers at a time', wholeNumber(1, 64))
        .option('--reward <near>', 'NEAR for each verified update', nearAmount)
        .option('--audit-fee <near>', 'NEAR for each right audit', nearAmount)
        .option('--audit-share <bps>', 'of claims, in basis points', wholeNumber(0, 10_000))
        .option('--train-deadline <time>', 'for the training of a round', duration)
        .option('--budget <near>', 'NEAR to add to the escrow (default: 0)', nearAmount),
      'commonweights run amend 1 --rounds 60 --budget 25',
    ),
    terminal,
    (session, [id], flags) => amend(session, parseId('run', id), flags),
  );
}

type OnRun = Extract<Action, { run: number }>;

async function propose(session: Session, flags: ProposeFlags, action: OnRun): Promise<void> {
  await readRun(session.reader(), action.run);
  await proposeAction(session, { action, flags });
}

/**
 * The spec says the same as the terms, so an amendment publishes a new one. It carries the whole
 * terms and replaces one that still waits, so it is made of those: else the later would silently
 * undo the earlier.
 */
async function amend(session: Session, run: number, flags: AmendFlags): Promise<void> {
  const client = session.reader();
  const view = await readRun(client, run);
  const terms = { ...view.terms, ...view.amendment };
  const { decodeRunSpec } = await import('@commonweights/trainer/run/run-spec.js');
  const blobs = await openBlobs(session, flags.dryRun ? 'read' : 'write');
  const bytes = await blobs.get(terms.spec, { maxBytes: 1 << 20 });
  const old = decodeRunSpec(JSON.parse(new TextDecoder().decode(bytes)));
  const economics = {
    ...old.economics,
    rewardYocto: `${flags.reward ?? terms.rewardYocto}`,
    auditFeeYocto: `${flags.auditFee ?? terms.auditFeeYocto}`,
  };
  const train = flags.trainDeadline ?? terms.deadlinesMs.train;
  const deadlinesMs = { ...terms.deadlinesMs, train };
  const spec = decodeRunSpec({
    ...old,
    rounds: flags.rounds ?? terms.rounds,
    maxWorkers: flags.maxWorkers ?? terms.maxWorkers,
    auditedClaimsBps: flags.auditShare ?? terms.auditedClaimsBps,
    deadlinesMs,
    economics,
  });
  const document = canonicalBytes(spec);
  const digest = digestOf(document);
  if (digest === terms.spec && flags.budget === undefined) {
    throw new CliError(exitCodes.usage, 'USAGE: nothing would change; name what is to');
  }
  if (!flags.dryRun) await blobs.publish(document);
  const { rounds, maxWorkers, auditedClaimsBps, flopsPerRound } = spec;
  const { rewardYocto, auditFeeYocto } = economics;
  const changes: Amendment = {
    ...{ spec: digest, rounds, maxWorkers, auditedClaimsBps, deadlinesMs, flopsPerRound },
    ...{ rewardYocto, auditFeeYocto },
  };
  await proposeAction(session, {
    action: { kind: 'amend-run', run, changes, budgetYocto: `${flags.budget ?? 0n}` },
    flags,
    facts: warnOfOthers(await readRivals(client, run), run),
  });
}

/** Open proposals that would change the same terms: made before this one, they know nothing of it. */
async function readRivals(client: DaoClient, run: number): Promise<number[]> {
  const proposals = await readAll((page) => client.listProposals(page));
  return proposals.flatMap(({ id, status, action }) =>
    (status === 'voting' || status === 'queued') &&
    action.kind === 'amend-run' &&
    action.run === run
      ? [id]
      : [],
  );
}

function warnOfOthers(rivals: readonly number[], run: number): string {
  if (rivals.length === 0) return '';
  return (
    `Warning: proposal ${rivals.join(', ')} would change the terms of run ${run} too. Whichever is ` +
    'carried out last holds alone: vote on one, then propose the other.\n\n'
  );
}
