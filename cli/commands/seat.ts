/** `commonweights seat`: whose a seat is, who works for it, who is paid. */
import type { Command } from 'commander';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { parseId, withExamples, workerLabel } from '../arguments.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readRun } from './run-record.js';

interface SeatFlags {
  readonly worker?: string;
}

interface EnrolFlags extends SeatFlags {
  readonly auditor?: boolean;
  readonly payout?: string;
  readonly earnStake?: boolean;
}

export function addSeatCommands(program: Command, terminal: Terminal): void {
  const seat = program
    .command('seat')
    .description('whose a seat is, who works for it, who is paid');
  const labelled = (command: Command) =>
    command.option('--worker <name>', "which of the account's machines", workerLabel);
  does<EnrolFlags>(
    withExamples(
      labelled(seat.command('enrol <run>'))
        .description('take a seat; the machine that works for it may have a lesser key')
        .option('--auditor', 'only re-execute the work of others')
        .option('--payout <account>', 'who is paid (default: the account itself)')
        .option('--earn-stake', 'stake nothing: pay becomes stake until it is whole'),
      'commonweights seat enrol 1 --worker rack-2 --payout cold.founder.local',
    ),
    terminal,
    (session, [id], flags) => enrol(session, parseId('run', id), flags),
  );
  does<SeatFlags>(
    withExamples(
      labelled(seat.command('payout <run> <account>')).description(
        'who gets everything that the seat earns or gets back from now on',
      ),
      'commonweights seat payout 1 cold.founder.local --worker rack-2',
    ),
    terminal,
    async (session, [id, name], { worker }) => {
      const client = await session.signer();
      const payout = parseAccountId(name!);
      await client.setPayout({ run: parseId('run', id), payout, ...of(worker) });
      session.note(`The seat of ${nameOf(session, worker)} pays to ${payout}`);
    },
  );
  does<SeatFlags>(
    withExamples(
      labelled(seat.command('operator <run> <account>')).description(
        'who acts for the seat from now on, instead of who did (your own name takes it back)',
      ),
      'commonweights seat operator 1 machine.founder.local --worker rack-2',
    ),
    terminal,
    async (session, [id, name], { worker }) => {
      const client = await session.signer();
      const operator = parseAccountId(name!);
      await client.setOperator({ run: parseId('run', id), operator, ...of(worker) });
      session.note(`${operator} works for the seat of ${nameOf(session, worker)}`);
    },
  );
}

async function enrol(session: Session, run: number, flags: EnrolFlags): Promise<void> {
  const client = await session.signer();
  const { terms } = await readRun(client, run);
  const depositYocto = flags.earnStake ? 0n : BigInt(terms.stakeYocto);
  await client.enrol({
    run,
    role: flags.auditor ? 'auditor' : 'trainer',
    depositYocto,
    ...of(flags.worker),
    ...(flags.payout === undefined ? {} : { payout: parseAccountId(flags.payout) }),
  });
  session.note(
    `${nameOf(session, flags.worker)} enrolled in run ${run} with ${formatNear(depositYocto)}`,
  );
}

function of(worker: string | undefined): { worker?: string } {
  return worker === undefined ? {} : { worker };
}

function nameOf(session: Session, worker = ''): string {
  return worker === '' ? session.accountId : `${session.accountId}:${worker}`;
}
