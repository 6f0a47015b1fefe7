/** `commonweights earnings` and `claim`: what work was worth, and taking it. */
import type { Command } from 'commander';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { SeatView } from '@commonweights/dao-contracts/client/views.js';
import { withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts, formatTable } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export function addEarningsCommands(program: Command, terminal: Terminal): void {
  does(
    withExamples(
      withJson(program.command('earnings [account]')).description(
        'what an account earned: to claim, claimed, and locked in each run',
      ),
      'commonweights earnings',
      'commonweights earnings worker.near --network mainnet --contract dao.near --json',
    ),
    terminal,
    (session, [name]) =>
      showEarnings(session, name === undefined ? session.accountId : parseAccountId(name)),
  );
  does<{ token?: string }>(
    withExamples(
      withJson(program.command('claim'))
        .description('send what can be claimed to the account')
        .option('--token <account>', 'claim what was granted of this token, not NEAR'),
      'commonweights claim --account worker.founder.local',
      'commonweights claim --token usdt.tether-token.near',
    ),
    terminal,
    (session, _, { token }) =>
      token === undefined ? claim(session) : claimToken(session, parseAccountId(token)),
  );
}

async function showEarnings(session: Session, account: string): Promise<void> {
  const client = session.reader();
  const earnings = await client.getEarnings({ account });
  const seats = await readSeats(client, earnings.seats);
  const tokens = (await client.listTokens({ account })).filter(
    (one) => one.account!.ledgerUnits + one.account!.inFlightUnits > 0n,
  );
  session.print({ ...earnings, seats, tokens }, () => {
    const facts = formatFacts([
      ['account', account],
      ['to claim', earnings.ledgerYocto],
      ['on its way', earnings.inFlightYocto],
      ['claimed', earnings.claimedYocto],
      ...tokens.map(
        ({ token, account: its }) =>
          [
            `units of ${token}`,
            `${its!.ledgerUnits} to claim, ${its!.inFlightUnits} on their way`,
          ] as const,
      ),
    ]);
    if (seats.length === 0) return `${facts}No seat in any run yet.\n`;
    const head = ['run', 'seat', 'role', 'status', 'verified', 'earned', 'held back', 'slashed'];
    const rows = seats.map(({ run, seat }) => [
      run,
      seat.seat,
      seat.role,
      seat.status,
      `${seat.verifiedRounds} rounds`,
      seat.earnedYocto,
      seat.heldBackYocto,
      seat.slashedYocto,
    ]);
    return `${facts}\n${formatTable(head, rows)}`;
  });
}

async function readSeats(client: DaoClient, where: readonly { run: number; seat: number }[]) {
  const seats: { run: number; seat: SeatView }[] = [];
  for (const { run, seat } of where) {
    const view = (await client.getSeats({ run })).find((one) => one.seat === seat);
    if (view) seats.push({ run, seat: view });
  }
  return seats;
}

async function claim(session: Session): Promise<void> {
  const client = await session.signer();
  const account = session.accountId;
  const { sent, amountYocto } = await client.claim();
  if (!sent) {
    throw new CliError(
      exitCodes.refused,
      `NOT_SENT: ${formatNear(amountYocto)} could not be sent to ${account} and is back on its ` +
        'ledger; claim it again later',
    );
  }
  session.print({ account, amountYocto }, () => `${formatNear(amountYocto)} went to ${account}\n`);
}

async function claimToken(session: Session, token: string): Promise<void> {
  const client = await session.signer();
  const account = session.accountId;
  const { sent, amountUnits, needsYocto } = await client.claimToken({ token });
  if (!sent) {
    const why = needsYocto ? `registering with it takes ${formatNear(needsYocto)}` : 'it refused';
    throw new CliError(
      exitCodes.refused,
      `NOT_SENT: ${amountUnits} units of ${token} could not be sent to ${account} (${why}) and ` +
        'are back on its ledger; claim them again later',
    );
  }
  session.print(
    { account, token, amountUnits },
    () => `${amountUnits} units of ${token} went to ${account}\n`,
  );
}
