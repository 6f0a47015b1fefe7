/** `commonweights network`: a DAO of one's own on this machine, to try everything with. */
import type { Command } from 'commander';
import { accountList, duration, wholeNumber, withExamples } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts } from '../output.js';
import { untilAborted } from '../pause.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface UpFlags {
  readonly data: string;
  readonly port: number;
  readonly members?: string[];
  readonly voting?: number;
  readonly timelock?: number;
  readonly seed?: string;
}

export function addNetworkCommands(program: Command, terminal: Terminal): void {
  const network = program.command('network').description('a local chain, registry and DAO');
  does<UpFlags>(
    withExamples(
      network
        .command('up')
        .description('start a local network with a DAO on it; stays until Ctrl-C')
        .option('--data <dir>', 'where it is kept', '.commonweights/network')
        .option(
          '--port <n>',
          "the chain's; the registry takes the next",
          wholeNumber(0, 65_534),
          3030,
        )
        .option('--members <list>', 'voters, by comma (default: founder.local)', accountList)
        .option('--voting <time>', 'how long votes last (default: 1m)', duration)
        .option('--timelock <time>', 'wait before execution (default: 10s)', duration)
        .option('--seed <text>', 'accounts and keys follow from it (default: random, kept)'),
      'commonweights network up',
      'commonweights network up --data ./net --port 4000 --members mia.local,noa.local',
    ),
    terminal,
    up,
  );
  does(
    withExamples(
      network
        .command('forward <time>')
        .description("move the local chain's clock, past a vote or a deadline"),
      'commonweights network forward 70s',
      'commonweights network forward 2d',
    ),
    terminal,
    (session, [time]) => forward(session, time!),
  );
}

async function up(session: Session, _: string[], flags: UpFlags): Promise<void> {
  if (session.network.name !== 'localnet') {
    throw new CliError(
      exitCodes.usage,
      `USAGE: ${session.network.name} is there already; "network up" starts a local one`,
    );
  }
  const { startLocalNetwork } = await import('../local-network.js');
  const { cwd, signal } = session.terminal;
  const { data: dataDir, port, members = ['founder.local'], seed } = flags;
  const { voting = 60_000, timelock = 10_000 } = flags;
  const running = await startLocalNetwork({
    ...{ dataDir, cwd, port, clock: 'system', members },
    ...(seed === undefined ? {} : { seed }),
    policy: { votingPeriodMs: voting, timelockMs: timelock },
    withToken: true,
    startProgress: (label, options) => session.startProgress(label, options),
  });
  try {
    session.terminal.stdout.write(
      formatFacts([
        ['chain', running.network.rpcUrl],
        ['contract', running.contract],
        ['registry', running.registryUrl],
        ['web page', running.webUrl],
        ['wallet', running.walletUrl],
        ['acts by default', members[0]],
        ['keys', running.keys.folder],
      ]),
    );
    const { cutBytes } = running.localnet;
    if (cutBytes > 0) {
      session.note(
        `It was killed while it wrote a block: ${cutBytes} bytes of that were cut off. ` +
          'Nobody was told of it, so nothing is lost that anybody knows of.',
      );
    }
    session.note('Commands in this folder find it by themselves. Ctrl-C stops it.');
    await untilAborted(signal);
  } finally {
    await running.stop();
  }
  session.note('Stopped. Start it again with the same --data to go on.');
}

async function forward(session: Session, time: string): Promise<void> {
  if (session.network.name !== 'localnet') {
    throw new CliError(
      exitCodes.usage,
      `USAGE: nobody can move the clock of ${session.network.name}; wait instead`,
    );
  }
  const ms = parseTime(time);
  await session.reader().connection.rpc('sandbox_fast_forward', { duration: ms });
  session.note(`The chain's clock is ${time} further`);
}

function parseTime(text: string): number {
  try {
    return duration(text);
  } catch {
    throw new CliError(
      exitCodes.usage,
      `USAGE: ${JSON.stringify(text)} is not a time; write it like 30s, 5m, 2h or 1d`,
    );
  }
}
