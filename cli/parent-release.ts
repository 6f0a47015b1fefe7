/** The release that a draft goes on from: one that this DAO published and still stands by. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { RunDraft } from '@commonweights/trainer/run/run-draft.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** Errors: `NO_SUCH_RELEASE`, `RELEASE_REVOKED`. What else a parent may be is checked where it is read. */
export async function requirePublished(
  client: Pick<DaoClient, 'getReleaseByManifest'>,
  { parent }: Pick<RunDraft, 'parent'>,
): Promise<void> {
  if (!parent || !('release' in parent) || typeof parent.release !== 'string') return;
  const found = await client.getReleaseByManifest({ manifest: parent.release });
  if (found?.status === 'published') return;
  if (found) {
    throw new CliError(
      exitCodes.refused,
      `RELEASE_REVOKED: release ${found.id} was revoked by a vote; go on from another one`,
    );
  }
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_RELEASE: the DAO has published no release ${parent.release.slice(0, 80)}; take a manifest ` +
      'from "commonweights release list", or name "weights" in its place',
  );
}

/** For voters: what the new weights begin as. */
export function describeParent(spec: RunSpec): string {
  const { parent, initialSeed } = spec;
  if (!parent) return `random weights, seed ${initialSeed}`;
  if (parent.release === null) return `weights ${parent.weights}, from outside`;
  return `release ${parent.release}, trained on ${parent.datasets.join(', ')}`;
}
