/** `commonweights release`: checkpoints that the DAO voted for. */
import type { Command } from 'commander';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import type { ReleaseView } from '@commonweights/dao-contracts/client/views.js';
import { withExamples, withJson } from '../arguments.js';
import { formatFacts, formatTable, formatTime } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { addReleasePropose } from './release-propose.js';
import { readRelease } from './release-record.js';

export function addReleaseCommands(program: Command, terminal: Terminal): void {
  const release = program.command('release').description('checkpoints that the DAO voted for');
  addReleasePropose(release, terminal);
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
