/** `commonweights release`: checkpoints that the DAO voted for. */
import type { Command } from 'commander';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import type { ReleaseView } from '@commonweights/dao-contracts/client/views.js';
import { isDigest } from '@commonweights/dataset-registry/digest/digest.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts, formatTable, formatTime } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export function addReleaseCommands(program: Command, terminal: Terminal): void {
  const release = program.command('release').description('checkpoints that the DAO voted for');
  does(
    withExamples(
      withJson(release.command('list')).description('all releases'),
      'commonweights release list',
    ),
    terminal,
    list,
  );
  does(
    withExamples(
      withJson(release.command('show <release>')).description(
        'a release, by its number or the digest of its manifest',
      ),
      'commonweights release show 1',
    ),
    terminal,
    async (session, [name]) => {
      const view = await readRelease(session.reader(), name!);
      session.print(view, () => factsOfRelease(view));
    },
  );
}

async function list(session: Session): Promise<void> {
  const releases = await readAll((page) => session.reader().listReleases(page));
  session.print(releases, () => {
    if (releases.length === 0) return 'No releases yet.\n';
    const rows = releases.map((it) => [
      it.id,
      it.status,
      it.title,
      it.version,
      it.run,
      it.manifest,
    ]);
    return formatTable(['id', 'status', 'title', 'version', 'run', 'manifest'], rows);
  });
}

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

function factsOfRelease(view: ReleaseView): string {
  return formatFacts([
    ['release', `${view.id}: ${view.title} ${view.version}`],
    ['status', view.status],
    ['published', formatTime(view.publishedAtMs)],
    ['by proposal', view.proposal],
    ['from', `run ${view.run}, round ${view.round}`],
    ['manifest', view.manifest],
    ['state root', view.root],
    ['log head', view.logHead],
    ['evaluation', view.evaluation],
  ]);
}
