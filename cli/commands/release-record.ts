/** Looking a release up for a command that cannot go on without it. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { ReleaseView } from '@commonweights/dao-contracts/client/views.js';
import { isDigest } from '@commonweights/dataset-registry/digest/digest.js';
import { parseId } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';

/** By number or by manifest digest. Error: `NO_SUCH_RELEASE`. */
export async function readRelease(client: DaoClient, name: string): Promise<ReleaseView> {
  const view = isDigest(name)
    ? await client.getReleaseByManifest({ manifest: name })
    : await client.getRelease({ release: parseId('release', name) });
  if (view) return view;
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_RELEASE: ${client.contract} has no release ${name}; see "commonweights release list"`,
  );
}
