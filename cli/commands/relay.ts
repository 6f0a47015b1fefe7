/** `commonweights relay`: pays the fees of workers that own no NEAR, and gets the run's fee back. */
import type { Command } from 'commander';
import { Relayer } from '@commonweights/dao-contracts/client/relayer.js';
import { wholeNumber, withExamples } from '../arguments.js';
import { untilAborted } from '../pause.js';
import { startRelayServer } from '../relay-server.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

/** Several rounds an hour, each with some ten calls of a seat. */
const callsPerHourDefault = 240;
const portDefault = 3040;
/** Covers the storage of one ledger; what is over comes back. */
const ledgerDepositYocto = 2n * 10n ** 22n;

interface RelayFlags {
  readonly port?: number;
  readonly host?: string;
  readonly callsPerHour?: number;
}

export function addRelayCommand(program: Command, terminal: Terminal): void {
  does<RelayFlags>(
    withExamples(
      program
        .command('relay')
        .description("carry worker calls of the DAO's contract with --account's NEAR, until Ctrl-C")
        .option('--port <n>', `where to listen (default: ${portDefault})`, wholeNumber(0, 65_535))
        .option('--host <name>', 'which of its addresses (default: 127.0.0.1)')
        .option(
          '--calls-per-hour <n>',
          `for each account (default: ${callsPerHourDefault})`,
          wholeNumber(1, 1e6),
        ),
      'commonweights relay --account relay.founder.local',
    ),
    terminal,
    (session, _, flags) => relay(session, flags),
  );
}

async function relay(session: Session, flags: RelayFlags): Promise<void> {
  const client = await session.signer();
  await client.openLedger({ depositYocto: ledgerDepositYocto });
  const { callsPerHour = callsPerHourDefault, port = portDefault, host } = flags;
  const { connection } = client;
  const server = await startRelayServer(new Relayer({ connection, callsPerHour }), {
    port,
    ...(host === undefined ? {} : { host }),
  });
  session.note(
    `Relays calls to ${client.contract} at ${server.url}; workers name it with --relay ${server.url}`,
  );
  await untilAborted(session.terminal.signal);
  await server.stop();
}
