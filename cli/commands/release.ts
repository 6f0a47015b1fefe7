/** `commonweights release`: checkpoints that the DAO voted for. */
import type { Command } from 'commander';
import { readBlockedData } from '@commonweights/dao-contracts/client/dataset-effects.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import type { ReleaseView } from '@commonweights/dao-contracts/client/views.js';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { proposeAction, type ProposeFlags } from '../propose-action.js';
import { withExamples, withJson } from '../arguments.js';
import { formatFacts, formatTable, formatTime } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { addReleaseEvidence } from './release-evidence.js';
import { addReleaseExport } from './release-export.js';
import { addReleasePropose } from './release-propose.js';
import { readRelease } from './release-record.js';

interface RevokeFlags extends ProposeFlags {
  readonly reason: string;
}

export function addReleaseCommands(program: Command, terminal: Terminal): void {
  const release = program.command('release').description('checkpoints that the DAO voted for');
  addReleasePropose(release, terminal);
  addReleaseExport(release, terminal);
  addReleaseEvidence(release, terminal);
  does(
    withExamples(
      withJson(release.command('list')).description('all releases'),
      'commonweights release list',
    ),
    terminal,
    list,
  );
  does<RevokeFlags>(
    withExamples(
      withJson(release.command('revoke <release>'))
        .description('propose to disown a release, for good; by its number or its manifest')
        .requiredOption('--reason <text>', 'why, for the voters and for whoever pulls it')
        .option('--dry-run', 'show what would be proposed'),
      'commonweights release revoke 1 --reason "It repeats a private letter"',
    ),
    terminal,
    (session, [name], flags) => revoke(session, name!, flags),
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
      const client = session.reader();
      const view = await readRelease(client, name!);
      const blocked = (await readBlockedData(client, view)).map(
        ({ id, status }) => `${id} (${status})`,
      );
      session.print({ ...view, blockedData: blocked }, () => {
        const warning = `\nWarning: it descends from ${blocked.join(', ')}\n`;
        return factsOfRelease(view) + (blocked.length > 0 ? warning : '');
      });
    },
  );
}

/** The reason is published first: the vote is on its digest. */
async function revoke(session: Session, name: string, flags: RevokeFlags): Promise<void> {
  const { id, title, version, status } = await readRelease(session.reader(), name);
  if (status !== 'published') {
    throw new CliError(exitCodes.refused, `ALREADY_ACTED: release ${id} is ${status} already`);
  }
  const text = canonicalBytes({ text: flags.reason, title: `Revoke ${title} ${version}` });
  const reason = digestOf(text);
  if (!flags.dryRun) await (await session.registryWriter()).put(text);
  const facts = formatFacts([
    ['release', `${id}: ${title} ${version}`],
    ['reason', flags.reason],
    ['for good', '"pull" and "verify" will refuse it'],
  ]);
  const action = { kind: 'revoke-release' as const, release: id, reason };
  await proposeAction(session, {
    ...{ action, facts: `${facts}\n` },
    flags: { ...flags, description: flags.reason },
  });
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
