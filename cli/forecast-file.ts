/** What `run rehearse --json` printed, as a file that a proposal names. */
import { isDigest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Forecast } from '@commonweights/trainer/run/rehearse.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/**
 * Only what a proposal relies on is checked: the version and the spec that it is of. The rest is a
 * claim for voters to read. Error: `BAD_REHEARSAL`.
 */
export function readForecast(document: unknown): Forecast {
  const { version, spec } = (document ?? {}) as { version?: unknown; spec?: unknown };
  if (version === 1 && isDigest(spec)) return document as Forecast;
  throw new CliError(
    exitCodes.badInput,
    'BAD_REHEARSAL: the file is not what "commonweights run rehearse --json" prints; make it again',
  );
}
