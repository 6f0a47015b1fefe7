/**
 * `commonweights run pause|resume|amend|rewind|stop`: what the DAO can do with a run under way. Each
 * only proposes; members vote on it like on anything else.
 */
import type { Command } from 'commander';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { Action, Amendment } from '@commonweights/dao-contracts/client/views.js';
import { duration, nearAmount, parseId, wholeNumber } from '../arguments.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { submitProposal } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { describeAction } from './proposal-words.js';
import { readRun } from './run-record.js';

interface VoteFlags {
  readonly description?: string;
}

interface AmendFlags extends VoteFlags {
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
    withJson(run.command(usage))
      .description(`propose to ${what}`)
      .option('--description <text>', 'why, for the voters');
  does<VoteFlags & { for?: number }>(
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
    does<VoteFlags>(
      withExamples(command(`${verb} <run>`, what), `commonweights run ${verb} 1`),
      terminal,
      (session, [id], flags) => propose(session, flags, { kind, run: parseId('run', id) }),
    );
  }
  does<VoteFlags & { to: number; budget: bigint }>(
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

/** The spec says the same as the terms, so an amendment publishes a new one. */
async function amend(session: Session, run: number, flags: AmendFlags): Promise<void> {
  const client = await session.signer();
  const { terms } = await readRun(client, run);
  const { decodeRunSpec } = await import('@commonweights/trainer/run/run-spec.js');
  const blobs = await openBlobs(session, 'write');
  const bytes = await blobs.get(terms.spec, { maxBytes: 1 << 20 });
  const old = decodeRunSpec(JSON.parse(new TextDecoder().decode(bytes)));
  const economics = {
    ...old.economics,
    rewardYocto: `${flags.reward ?? terms.rewardYocto}`,
    auditFeeYocto: `${flags.auditFee ?? terms.auditFeeYocto}`,
  };
  const deadlinesMs = {
    ...old.deadlinesMs,
    train: flags.trainDeadline ?? old.deadlinesMs.train,
  };
  const spec = decodeRunSpec({
    ...old,
    rounds: flags.rounds ?? terms.rounds,
    maxWorkers: flags.maxWorkers ?? terms.maxWorkers,
    auditedClaimsBps: flags.auditShare ?? terms.auditedClaimsBps,
    deadlinesMs,
    economics,
  });
  const digest = await blobs.publish(canonicalBytes(spec));
  if (digest === terms.spec) {
    throw new CliError(exitCodes.usage, 'USAGE: nothing would change; name what is to');
  }
  const { rounds, maxWorkers, auditedClaimsBps, flopsPerRound } = spec;
  const { rewardYocto, auditFeeYocto } = economics;
  const amended = {
    spec: digest,
    rounds,
    maxWorkers,
    auditedClaimsBps,
    deadlinesMs,
    flopsPerRound,
  };
  const changes: Amendment = { ...amended, rewardYocto, auditFeeYocto };
  const budgetYocto = `${flags.budget ?? 0n}`;
  await propose(session, flags, { kind: 'amend-run', run, changes, budgetYocto });
}

async function propose(session: Session, flags: VoteFlags, action: Action): Promise<void> {
  const client = await session.signer();
  const what = describeAction(action);
  if ('run' in action) await readRun(client, action.run);
  const blobs = await openBlobs(session, 'write');
  const text = flags.description ?? what;
  const description = await blobs.publish(canonicalBytes({ text, title: what }));
  const proposal = await submitProposal(client, { action, description });
  const { bondYocto } = await client.getPolicy();
  session.print(
    { proposal, action },
    () =>
      `Proposal ${proposal} asks to ${what} (bond ${formatNear(bondYocto)}); vote with ` +
      `"commonweights proposal vote ${proposal} yes"\n`,
  );
}
