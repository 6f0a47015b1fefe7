/** `commonweights seat`: whose a seat is, who works for it, who is paid. */
import type { Command } from 'commander';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { seatName } from '@commonweights/dao-contracts/rules/seat-name.js';
import { parseId, withExamples } from '../arguments.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { withWorker, workerOf, type WorkerFlag } from '../worker-flag.js';
import { readRun } from './run-record.js';

interface EnrolFlags extends WorkerFlag {
  readonly auditor?: boolean;
  readonly payout?: string;
  readonly earnStake?: boolean;
}

export function addSeatCommands(program: Command, terminal: Terminal): void {
  const seat = program
    .command('seat')
    .description('whose a seat is, who works for it, who is paid');
  does<EnrolFlags>(
    withExamples(
      withWorker(seat.command('enrol <run>'))
        .description('take a seat; the machine that works for it may have a lesser key')
        .option('--auditor', 'only re-execute the work of others')
        .option('--payout <account>', 'who is paid (default: the account itself)')
        .option('--earn-stake', 'stake nothing: pay becomes stake until it is whole'),
      'commonweights seat enrol 1 --worker rack-2 --payout cold.founder.local',
    ),
    terminal,
    (session, [id], flags) => enrol(session, parseId('run', id), flags),
  );
  does<WorkerFlag>(
    withExamples(
      withWorker(seat.command('payout <run> <account>')).description(
        'who gets everything that the seat earns or gets back from now on',
      ),
      'commonweights seat payout 1 cold.founder.local --worker rack-2',
    ),
    terminal,
    async (session, [id, name], flags) => {
      const client = await session.signer();
      const payout = parseAccountId(name!);
      await client.setPayout({ run: parseId('run', id), payout, ...workerOf(flags) });
      session.note(`The seat of ${nameOf(session, flags)} pays to ${payout}`);
    },
  );
  does<WorkerFlag>(
    withExamples(
      withWorker(seat.command('operator <run> <account>')).description(
        'who acts for the seat from now on, instead of who did (your own name takes it back)',
      ),
      'commonweights seat operator 1 machine.founder.local --worker rack-2',
    ),
    terminal,
    async (session, [id, name], flags) => {
      const client = await session.signer();
      const operator = parseAccountId(name!);
      await client.setOperator({ run: parseId('run', id), operator, ...workerOf(flags) });
      session.note(`${operator} works for the seat of ${nameOf(session, flags)}`);
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
    ...workerOf(flags),
    ...(flags.payout === undefined ? {} : { payout: parseAccountId(flags.payout) }),
  });
  session.note(`${nameOf(session, flags)} enrolled in run ${run} with ${formatNear(depositYocto)}`);
}

function nameOf(session: Session, flags: WorkerFlag): string {
  return seatName({ account: session.accountId, ...workerOf(flags) });
}
