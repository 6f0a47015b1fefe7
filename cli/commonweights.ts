/**
 * The `commonweights` command: `commonweights <noun> <verb>`. It only reads flags and prints; what
 * it does lies in the packages. Whatever fails below ends here as one sentence and an exit code.
 */
import { Command } from 'commander';
import { addAccountCommands } from './commands/account.js';
import { addAttestCommands } from './commands/attest.js';
import { addBountyCommands } from './commands/bounty.js';
import { addCheckpointCommands } from './commands/checkpoint.js';
import { addDaoCommands } from './commands/dao.js';
import { addDatasetCommands } from './commands/dataset.js';
import { addDisputeCommands } from './commands/dispute.js';
import { addEarningsCommands } from './commands/earnings.js';
import { addExplainCommand } from './commands/explain.js';
import { addContractCommands } from './commands/contract.js';
import { addEngineCommands } from './commands/engine.js';
import { addGenerateCommand } from './commands/generate.js';
import { addMirrorCommands } from './commands/mirror.js';
import { addNetworkCommands } from './commands/network.js';
import { addOmsCommands } from './commands/oms.js';
import { addProposalCommands } from './commands/proposal.js';
import { addPullCommands } from './commands/pull.js';
import { addReplayCommand } from './commands/replay.js';
import { addReleaseCommands } from './commands/release.js';
import { addRegistryCommands } from './commands/registry.js';
import { addRelayCommand } from './commands/relay.js';
import { addRunCommands } from './commands/run.js';
import { addSeatCommands } from './commands/seat.js';
import { addWorkCommand } from './commands/work.js';
import { formatTimeFlag } from './arguments.js';
import { describeFailure, UsageOf } from './errors.js';
import { exitCodeMeanings, exitCodes } from './exit-codes.js';
import { openTerminal, type RawTerminal, type Terminal } from './terminal.js';

/** Runs one command and returns its exit code. `argv`: without `node` and the script. */
export async function runCommonweights(argv: readonly string[], raw: RawTerminal): Promise<number> {
  const terminal = openTerminal(raw);
  const program = buildProgram(terminal);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCodes.success;
  } catch (error) {
    if (terminal.signal.aborted) return exitCodes.interrupted;
    const { exitCode, sentence } = describeFailure(error);
    if (sentence) terminal.stderr.writeLine(sentence);
    if (terminal.env.COMMONWEIGHTS_DEBUG && error instanceof Error) {
      terminal.stderr.write(`${error.stack ?? ''}\n${showCause(error.cause)}`);
    }
    return exitCode;
  }
}

export function buildProgram(terminal: Terminal): Command {
  const program = new Command('commonweights')
    .description('Fund compute, train in the open, vote checkpoints into releases.')
    .version('0.1.0', '--version')
    .option('--network <name>', 'localnet, testnet or mainnet (default: localnet)')
    .option('--rpc <url>', "another node's JSON-RPC address")
    .option('--contract <account>', "the DAO contract's account")
    .option('--account <account>', 'who acts; its key is read from the credentials folder')
    .option('--registry <url>', 'where blobs are fetched from and uploaded to')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // Commander's own wording of errors is not printed: runCommonweights prints one sentence.
      outputError: () => {},
      writeErr: (text) => terminal.stderr.write(text),
    })
    .addHelpText('after', `\n${exitCodesHelp()}`);
  addNetworkCommands(program, terminal);
  addAccountCommands(program, terminal);
  addDatasetCommands(program, terminal);
  addBountyCommands(program, terminal);
  addAttestCommands(program, terminal);
  addRunCommands(program, terminal);
  addProposalCommands(program, terminal);
  addDaoCommands(program, terminal);
  addWorkCommand(program, terminal);
  addSeatCommands(program, terminal);
  addDisputeCommands(program, terminal);
  addRelayCommand(program, terminal);
  addRegistryCommands(program, terminal);
  addReleaseCommands(program, terminal);
  addPullCommands(program, terminal);
  addExplainCommand(program, terminal);
  addMirrorCommands(program, terminal);
  addReplayCommand(program, terminal);
  addOmsCommands(program, terminal);
  addCheckpointCommands(program, terminal);
  addContractCommands(program, terminal);
  addEngineCommands(program, terminal);
  addGenerateCommand(program, terminal);
  addEarningsCommands(program, terminal);
  explainCommands(program, 'commonweights');
  return program;
}

/** What the commands have in common: a refusal names its own help, defaults read like flags. */
function explainCommands(command: Command, name: string): void {
  command.exitOverride((error) => {
    throw new UsageOf(name, error);
  });
  for (const option of command.options) {
    const { defaultValue, flags } = option as { defaultValue?: unknown; flags: string };
    if (typeof defaultValue !== 'number' || !flags.includes('<time>')) continue;
    option.defaultValueDescription = formatTimeFlag(defaultValue);
  }
  for (const one of command.commands) explainCommands(one, `${name} ${one.name()}`);
}

function exitCodesHelp(): string {
  const lines = exitCodeMeanings.map(
    ([code, meaning]) => `  ${String(code).padStart(2)}  ${meaning}`,
  );
  const release =
    '  20–28  a release that failed verification, 40–50 one that breaks your own policy: see\n' +
    '         "commonweights verify --help"';
  return `Exit codes:\n${lines.join('\n')}\n${release}\n`;
}

function showCause(cause: unknown): string {
  return cause instanceof Error ? `caused by ${cause.stack ?? cause.message}\n` : '';
}
