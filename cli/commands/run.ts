/** `commonweights run`: training runs, from proposal to the last round. */
import type { Command } from 'commander';
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { seatName } from '@commonweights/dao-contracts/rules/seat-name.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { formatFacts, formatJsonLine, formatTable, formatTime } from '../output.js';
import { pause } from '../pause.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { addRunCheck } from './run-check.js';
import { addRunPropose } from './run-propose.js';
import { readRun } from './run-record.js';
import { addRunRehearse } from './run-rehearse.js';
import { addRunVotes } from './run-votes.js';
import { describeSpec } from './spec-words.js';

export function addRunCommands(program: Command, terminal: Terminal): void {
  const run = program.command('run').description('training runs');
  addRunPropose(run, terminal);
  addRunCheck(run, terminal);
  addRunRehearse(run, terminal);
  addRunVotes(run, terminal);
  does(
    withExamples(
      withJson(run.command('list')).description('all runs that were funded'),
      'commonweights run list',
    ),
    terminal,
    list,
  );
  does(
    withExamples(
      withJson(run.command('show <run>')).description('where a run stands, and its seats'),
      'commonweights run show 1',
      'commonweights run show 1 --json',
    ),
    terminal,
    (session, [id]) => show(session, parseId('run', id)),
  );
  does(
    withExamples(
      withJson(run.command('watch <run>')).description(
        'follow a run until it ends (with --json: one line per change)',
      ),
      'commonweights run watch 1',
    ),
    terminal,
    (session, [id]) => watch(session, parseId('run', id)),
  );
}

async function list(session: Session): Promise<void> {
  const runs = await readRuns(session.reader());
  session.print(runs, () => {
    if (runs.length === 0) return 'No runs yet; propose one with "commonweights run propose".\n';
    const rows = runs.map((one) => [
      one.id,
      one.status,
      `${one.closedRounds} of ${one.terms.rounds}`,
      formatNear(one.paidYocto),
      formatNear(one.escrowYocto),
      one.finalRoot,
    ]);
    return formatTable(['id', 'status', 'rounds', 'paid', 'in escrow', 'final root'], rows);
  });
}

async function show(session: Session, id: number): Promise<void> {
  const client = session.reader();
  const view = await readRun(client, id);
  const seats = await client.getSeats({ run: id });
  const spec = session.wantsJson ? '' : await describeSpec(session, view.terms.spec);
  session.print({ ...view, seats }, () => `${factsOfRun(view)}\n${spec}\n${tableOfSeats(seats)}`);
}

async function watch(session: Session, id: number): Promise<void> {
  const client = session.reader();
  const { signal } = session.terminal;
  let view = await readRun(client, id);
  const total = view.terms.rounds;
  const bar = session.wantsJson
    ? null
    : session.startProgress(`run ${id}`, { total, unit: 'rounds' });
  let shown = '';
  for (;;) {
    const line = JSON.stringify([view.status, view.closedRounds, view.finalRound, view.open]);
    if (session.wantsJson && line !== shown) {
      const { status, closedRounds, finalRound, finalRoot, open } = view;
      session.terminal.stdout.write(
        formatJsonLine({ run: id, status, closedRounds, finalRound, finalRoot, open }),
      );
    }
    shown = line;
    bar?.update(view.closedRounds, describeProgress(view));
    if (view.status === 'completed' || view.status === 'stopped') break;
    if (signal.aborted) break;
    await pause(500, signal);
    view = await readRun(client, id);
  }
  const end = `${view.status}, ${view.closedRounds} rounds, final root ${view.finalRoot}`;
  if (view.status === 'stopped') bar?.fail(end);
  else bar?.finish(end);
}

function factsOfRun(view: RunView): string {
  const { terms, open } = view;
  return formatFacts([
    ['run', `${view.id} (proposal ${view.proposal} of ${view.proposer})`],
    ['status', view.status + (view.pausedBecause ? `: ${view.pausedBecause}` : '')],
    ['rounds', `${view.closedRounds} of ${terms.rounds}, final up to ${view.finalRound}`],
    ['now', describeProgress(view)],
    ['deadline', open ? formatTime(open.deadlineMs) : '–'],
    ['final root', view.finalRoot],
    ['log head', view.logHead],
    ['spec', terms.spec],
    ['datasets', terms.datasets.join(', ')],
    ['workers', `${terms.minWorkers} to ${terms.maxWorkers}, auditors up to ${terms.maxAuditors}`],
    ['reward', `${formatNear(terms.rewardYocto)} per verified update`],
    ['stake', terms.stakeYocto],
    ['amendment', view.amendment ? `waits: ${view.amendment.spec}` : '–'],
    ['rewinds', view.rewinds.map(({ at, to }) => `${at} back to ${to}`).join(', ') || '–'],
    ['paid', `${formatNear(view.paidYocto)} of ${formatNear(view.budgetYocto)}`],
  ]);
}

function describeProgress(view: RunView): string {
  const { open } = view;
  if (!open) return view.status;
  const acted = {
    train: 'committed',
    reveal: 'revealed',
    certify: 'certified',
    aggregate: 'submitted',
  };
  const count = open[acted[open.phase] as 'committed'].length;
  const audits = view.audits.filter(
    (one) => one.state !== 'passed' && one.state !== 'failed',
  ).length;
  return (
    `round ${open.round}, ${open.phase}: ${count} of ${open.slices.length} ${acted[open.phase]}` +
    (audits ? `, ${audits} audits open` : '')
  );
}

function tableOfSeats(seats: readonly SeatView[]): string {
  if (seats.length === 0) return 'No seats yet.\n';
  const head = ['seat', 'account', 'role', 'status', 'verified', 'audits', 'earned', 'slashed'];
  const rows = seats.map((seat) => [
    seat.seat,
    seatName(seat),
    seat.role,
    seat.status,
    seat.verifiedRounds,
    `${seat.auditsRight} right, ${seat.auditsWrong} wrong`,
    seat.earnedYocto,
    seat.slashedYocto,
  ]);
  return formatTable(head, rows);
}
