/**
 * `commonweights dispute`: who disagrees about a run's work, what a jury said, and until when the
 * loser may appeal. A worker that is at work appeals and challenges by itself; these commands are
 * for owners whose machine has a lesser key or is gone, and for whoever wants to look.
 */
import type { Command } from 'commander';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { seatName } from '@commonweights/dao-contracts/rules/seat-name.js';
import { parseDigest } from '@commonweights/dataset-registry/digest/digest.js';
import { parseId, wholeNumber, withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts, formatTable, formatTime } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { withWorker, workerOf, type WorkerFlag } from '../worker-flag.js';
import { readRun } from './run-record.js';

type DisputeView = RunView['disputes'][number];

interface ChallengeFlags extends WorkerFlag {
  readonly root?: string;
  readonly update?: number;
}

export function addDisputeCommands(program: Command, terminal: Terminal): void {
  const dispute = program
    .command('dispute')
    .description('what is disputed in a run: juries, verdicts, appeals, challenges');
  does(
    withExamples(
      withJson(dispute.command('list <run>')).description('open disputes of a run'),
      'commonweights dispute list 1',
    ),
    terminal,
    (session, [run]) => list(session, parseId('run', run)),
  );
  does(
    withExamples(
      withJson(dispute.command('show <run> <dispute>')).description(
        'one dispute: who says what, who judges, what it costs to appeal',
      ),
      'commonweights dispute show 1 3',
    ),
    terminal,
    (session, [run, id]) => show(session, parseId('run', run), parseId('dispute', id)),
  );
  does<WorkerFlag>(
    withExamples(
      withWorker(dispute.command('appeal <run> <dispute>')).description(
        'put the last verdict before a larger jury; costs a bond, which returns if you are right',
      ),
      'commonweights dispute appeal 1 3 --worker rack-2',
    ),
    terminal,
    (session, [run, id], flags) =>
      appeal(session, {
        ...{ run: parseId('run', run), dispute: parseId('dispute', id) },
        ...workerOf(flags),
      }),
  );
  does<ChallengeFlags>(
    withExamples(
      withWorker(dispute.command('challenge <run>'))
        .description(
          'challenge the provisional round; costs a bond, which returns if you are right',
        )
        .option('--root <digest>', 'the root that you computed instead')
        .option('--update <seat>', 'whose update cannot be had or decoded', wholeNumber(0, 1023)),
      `commonweights dispute challenge 1 --root sha256:${'5'.repeat(64)}`,
      'commonweights dispute challenge 1 --update 4',
    ),
    terminal,
    (session, [run], flags) => challenge(session, parseId('run', run), flags),
  );
}

async function list(session: Session, run: number): Promise<void> {
  const { view, seats } = await readStory(session.reader(), run);
  session.print(view.disputes, () => {
    if (view.disputes.length === 0) return `Nothing is disputed in run ${run}.\n`;
    const rows = view.disputes.map((one) => [
      one.id,
      one.round,
      subjectOf(one, seats),
      one.stage,
      one.verdict,
      formatTime(one.deadlineMs),
      formatNear(one.lockedYocto),
    ]);
    return formatTable(['id', 'round', 'about', 'stage', 'verdict', 'until', 'locked'], rows);
  });
}

async function show(session: Session, run: number, id: number): Promise<void> {
  const { view, seats } = await readStory(session.reader(), run);
  const it = find(view, id);
  session.print(it, () =>
    formatFacts([
      ['dispute', `${it.id} of run ${run}, round ${it.round}`],
      ['about', subjectOf(it, seats)],
      ['claimed', it.claimed],
      ['against it', it.other],
      ['says so', it.plaintiff],
      ['defended by', it.defendants.map((seat) => nameOf(seats, seat)).join(', ')],
      ['stage', `${it.stage}, ${panelNames[it.level] ?? 'the DAO'}; ${stageMeanings[it.stage]}`],
      ['until', formatTime(it.deadlineMs)],
      [
        'judged by',
        it.panel
          .map(({ seat, answered }) => `${nameOf(seats, seat)}${answered ? ' ✔' : ''}`)
          .join(', ') || null,
      ],
      ['verdict', it.verdict && `${it.verdict} the claim`],
      ['locked', it.lockedYocto],
      ['bonds', it.bondsYocto],
      ['an appeal costs', it.appealYocto],
    ]),
  );
}

const panelNames = ['3 jurors', '7 jurors', 'all seats'];
const stageMeanings: Record<DisputeView['stage'], string> = {
  jury: 'jurors compute it again',
  window: 'who lost may appeal',
  dao: 'members decide by a proposal',
};

async function appeal(
  session: Session,
  it: { run: number; dispute: number; worker?: string },
): Promise<void> {
  const client = await session.signer();
  const { appealYocto, stage } = find(await readRun(client, it.run), it.dispute);
  if (appealYocto === null) {
    throw new CliError(
      exitCodes.refused,
      `NO_APPEAL_NOW: dispute ${it.dispute} is at stage "${stage}"; only the verdict of a jury can ` +
        `be appealed; see "commonweights dispute show ${it.run} ${it.dispute}"`,
    );
  }
  await client.appeal({ ...it, depositYocto: appealYocto });
  session.note(
    `Appealed dispute ${it.dispute} with ${formatNear(appealYocto)}; the next panel is drawn now`,
  );
}

async function challenge(session: Session, run: number, flags: ChallengeFlags): Promise<void> {
  if ((flags.root === undefined) === (flags.update === undefined)) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: say what is wrong: --root DIGEST for the root, or --update SEAT for an update',
    );
  }
  const root = flags.root === undefined ? null : parseDigest(flags.root);
  const client = await session.signer();
  const { provisional } = await readRun(client, run);
  if (!provisional) {
    throw new CliError(
      exitCodes.refused,
      `NOTHING_TO_CHALLENGE: no round of run ${run} is provisional; what is final stays final`,
    );
  }
  const { round, challengeYocto: depositYocto } = provisional;
  const it = { run, round, depositYocto, ...workerOf(flags) };
  if (root !== null) await client.challengeRoot({ ...it, root });
  else await client.challengeUpdate({ ...it, seat: flags.update! });
  session.note(
    `Challenged round ${round} with ${formatNear(depositYocto)}; ` +
      `see "commonweights dispute list ${run}"`,
  );
}

async function readStory(
  client: DaoClient,
  run: number,
): Promise<{ view: RunView; seats: SeatView[] }> {
  return { view: await readRun(client, run), seats: await client.getSeats({ run }) };
}

function find(view: RunView, id: number): DisputeView {
  const found = view.disputes.find((one) => one.id === id);
  if (found) return found;
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_DISPUTE: run ${view.id} has no open dispute ${id}; ` +
      `see "commonweights dispute list ${view.id}"`,
  );
}

function subjectOf({ kind, seat, segment }: DisputeView, seats: readonly SeatView[]): string {
  switch (kind) {
    case 'audit':
      return `segment ${segment} of ${nameOf(seats, seat!)}`;
    case 'root':
      return 'the root';
    case 'update':
      return `the update of ${nameOf(seats, seat!)}`;
  }
}

function nameOf(seats: readonly SeatView[], seat: number): string {
  const it = seats[seat];
  if (!it) return `seat ${seat}`;
  return `${seatName(it)} (${seat})`;
}
