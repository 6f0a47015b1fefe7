/** Which of an account's machines a command is about. */
import type { Command } from 'commander';
import { workerLabel } from './arguments.js';

export interface WorkerFlag {
  readonly worker?: string;
}

export function withWorker(command: Command): Command {
  return command.option('--worker <name>', "which of the account's machines", workerLabel);
}

/** As the contract's calls take it: without the field where the flag was not given. */
export function workerOf({ worker }: WorkerFlag): WorkerFlag {
  return worker === undefined ? {} : { worker };
}
