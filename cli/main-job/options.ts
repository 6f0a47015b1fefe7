/** The main job's own flags: `npm start -- --exit --data DIR --json FILE --seed TEXT --port N`. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';

export interface MainJobOptions {
  /** Ends when the job is done, instead of staying up for looking around. */
  readonly exit: boolean;
  readonly dataDir: string;
  readonly jsonFile: string | null;
  /** Everything that is decided before people decide follows from it. */
  readonly seed: string;
  /** Of the chain's RPC; the registry takes the next one. 0: any free ones. */
  readonly port: number;
}

export const mainJobHelp = `npm start -- [options]

Trains a small model with several workers, pays for it, votes it into a release,
downloads and verifies it, all on this machine.

  --exit         end when done (default: stay up until Ctrl-C)
  --data DIR     where state lives, emptied first (default: .commonweights/main-job)
  --json FILE    write the summary for machines
  --seed TEXT    same seed, same state roots and same release (default: commonweights)
  --port N       port of the local chain; the registry takes the next (default: 3030)
  --help         this text
`;

/** Null when help was asked for. Error: `USAGE`. */
export function parseMainJobOptions(argv: readonly string[]): MainJobOptions | null {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        exit: { type: 'boolean', default: false },
        data: { type: 'string', default: '.commonweights/main-job' },
        json: { type: 'string' },
        seed: { type: 'string', default: 'commonweights' },
        port: { type: 'string', default: '3030' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    const facts = (error as Error).message.split('.')[0];
    throw new CliError(exitCodes.usage, `USAGE: ${facts}; see "npm start -- --help"`);
  }
  if (values.help) return null;
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_534) {
    throw new CliError(exitCodes.usage, `USAGE: --port ${values.port} is not a port; try 3030`);
  }
  if (values.seed.length === 0 || values.seed.length > 200) {
    throw new CliError(exitCodes.usage, 'USAGE: --seed is a text of 1 to 200 characters');
  }
  return {
    exit: values.exit,
    dataDir: resolve(values.data),
    jsonFile: values.json === undefined ? null : resolve(values.json),
    seed: values.seed,
    port,
  };
}
