/**
 * `commonweights mirror`: keeps releases and hands them to anybody, from any machine. It needs no key and
 * no standing: whoever pulls checks every byte, so a mirror can only be there or not.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseDigest } from '@commonweights/dataset-registry/digest/digest.js';
import type { MirroredRelease } from '@commonweights/trainer/release/mirror-folder.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import {
  bucketHelp,
  bucketOptions,
  isBucket,
  openBucket,
  withBucket,
  type BucketFlags,
} from '../bucket.js';
import { formatBytes, formatTable } from '../output.js';
import { untilAborted } from '../pause.js';
import { reportVerdicts } from '../print-verdicts.js';
import { mirrorHelp, openSources, type MirrorFlags as SourceFlags } from '../release-sources.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readReleaseChain } from './release-chain.js';
import { readRelease } from './release-record.js';

interface MirrorFlags {
  readonly data: string;
}
type AddFlags = MirrorFlags & SourceFlags;
/** Of a mirror whose blobs lie in a bucket. */
interface StoreFlags extends MirrorFlags, BucketFlags {
  readonly store?: string;
}
interface ServeFlags extends StoreFlags {
  readonly port: number;
  readonly host: string;
}
type ExportFlags = MirrorFlags & BucketFlags;
interface DenyFlags extends StoreFlags {
  readonly reason: string;
}

export function addMirrorCommands(program: Command, terminal: Terminal): void {
  const mirror = program.command('mirror').description('keep releases and hand them to anybody');
  const own = (command: Command) =>
    command.option('--data <dir>', 'where the mirror keeps its blobs', './mirror');
  const stored = (command: Command) =>
    withBucket(
      own(command).option(
        '--store <bucket>',
        'its blobs are in s3://NAME/PREFIX, the rest in --data',
      ),
    );
  does<AddFlags>(
    withExamples(
      withBucket(withJson(own(mirror.command('add <release>'))))
        .description('take in a release: by number, by manifest digest, or a pulled folder')
        .option('--mirror <url...>', mirrorHelp),
      'commonweights mirror add 1',
      'commonweights mirror add ./model --data /srv/mirror',
      'commonweights mirror add 1 --mirror s3://weights/mirror --endpoint https://s3.example',
    ).addHelpText('after', bucketHelp),
    terminal,
    (session, [name], flags) => add(session, name!, flags),
  );
  does<ServeFlags>(
    withExamples(
      stored(mirror.command('serve'))
        .description('serve what was taken in, until Ctrl-C; nobody can upload')
        .option('--port <n>', 'where to listen', wholeNumber(0, 65_535), 3060)
        .option('--host <name>', 'which of its addresses', '127.0.0.1'),
      'commonweights mirror serve --host 0.0.0.0',
      'commonweights mirror serve --store s3://weights/mirror --endpoint https://s3.example',
    ).addHelpText('after', bucketHelp),
    terminal,
    (session, _, flags) => serve(session, flags),
  );
  does<MirrorFlags>(
    withExamples(
      withJson(own(mirror.command('list'))).description(
        'what it has, and what its operator denies',
      ),
      'commonweights mirror list',
    ),
    terminal,
    (session, _, flags) => list(session, flags),
  );
  does<DenyFlags>(
    withExamples(
      withJson(stored(mirror.command('deny <digest>')))
        .description(
          'serve a release, or a blob, no more; take the line off denylist.txt to undo it',
        )
        .requiredOption('--reason <text>', 'why, told to whoever asks for it'),
      `commonweights mirror deny sha256:${'5'.repeat(64)} --reason "a court order"`,
    ),
    terminal,
    (session, [digest], flags) => deny(session, digest!, flags),
  );
  does<ExportFlags>(
    withExamples(
      withBucket(withJson(own(mirror.command('export <to>')))).description(
        'lay it out for a web server, in a folder; or in a bucket, s3://NAME/PREFIX, that anybody may read',
      ),
      'commonweights mirror export ./public',
      'commonweights mirror export s3://weights/mirror --endpoint https://s3.example',
    ).addHelpText('after', bucketHelp),
    terminal,
    (session, [to], flags) => exportTo(session, to!, flags),
  );
}

async function open(session: Session, flags: StoreFlags) {
  const { MirrorFolder } = await import('@commonweights/trainer/release/mirror-folder.js');
  const { data, store } = flags;
  const bucket =
    store === undefined
      ? null
      : await openBucket(session, store, { ...flags, stagingFolder: data });
  return new MirrorFolder(resolve(session.terminal.cwd, data), bucket);
}

/** Whatever it comes from, it is verified against the chain before it is handed on. */
async function add(session: Session, name: string, flags: AddFlags): Promise<void> {
  const { cwd } = session.terminal;
  const folder = resolve(cwd, name);
  if ((await stat(folder).catch(() => null))?.isDirectory())
    return addFolder(session, folder, flags);
  const { pullRelease } = await import('@commonweights/trainer/release/pull.js');
  const release = await readRelease(session.reader(), name);
  const sources = await openSources(session, flags);
  // Beside the blobs, where there is room for them, and by name: the same command goes on after a break.
  const digest = parseDigest(release.manifest);
  const targetDir = join(resolve(cwd, flags.data), 'pulling', digest.slice('sha256:'.length));
  await mkdir(dirname(targetDir), { recursive: true });
  await pullRelease({
    ...{ release, sources, targetDir },
    onSourceDropped: (it) => session.note(`  source dropped: ${it.name}: ${it.why}`),
  });
  try {
    await addFolder(session, targetDir, flags);
  } catch (error) {
    // The disk's own failures pass; what does not verify will not, and takes no more room.
    if (!('syscall' in (error as object))) await rm(targetDir, { recursive: true, force: true });
    throw error;
  }
  await rm(targetDir, { recursive: true, force: true });
}

async function addFolder(session: Session, dir: string, flags: AddFlags): Promise<void> {
  const [{ examineFolder }, { exitCodeOf }, { MANIFEST_FILE }] = await Promise.all([
    import('@commonweights/trainer/release/verify.js'),
    import('@commonweights/trainer/release/exit-codes.js'),
    import('@commonweights/trainer/release/release-files.js'),
  ]);
  const chain = await readReleaseChain(session, join(dir, MANIFEST_FILE), {});
  const verification = await examineFolder({ dir, chain, chunks: true }, null);
  if (exitCodeOf(verification.verdicts) !== 0) {
    reportVerdicts(session, { dir, verification, policy: false });
  }
  const { title, version } = chain!.release!;
  const mirror = await open(session, flags);
  const added = await mirror.add(dir, nameOf(title, version));
  session.print({ ...added, warnings: warningsOf(verification.verdicts) }, () =>
    [
      `${added.name}  ${added.manifest}  ${formatBytes(added.bytes)}\n`,
      ...warningsOf(verification.verdicts).map((warning) => `! ${warning}\n`),
    ].join(''),
  );
}

function warningsOf(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ status }) => status === 'warn')
    .map(({ claim, detail }) => `${claim}: ${detail}`);
}

/** Letters that are nobody's markup or path. */
function nameOf(title: string, version: string): string {
  const [what, which] = [title, version].map((part) =>
    part.replace(/[^A-Za-z0-9.]+/g, '-').slice(0, 50),
  );
  return `${what}-${which}`;
}

async function serve(session: Session, flags: ServeFlags): Promise<void> {
  const { startRegistry } = await import('@commonweights/dataset-registry/server/registry.js');
  const { dataDir } = await open(session, flags);
  const { port, host, store } = flags;
  const bucket = store === undefined ? {} : { bucket: bucketOptions(session, store, flags) };
  const running = await startRegistry({ dataDir, port, host, ...bucket });
  const what = store ?? dataDir;
  session.note(`Serves ${what} at ${running.url}; others pull with --mirror ${running.url}`);
  await untilAborted(session.terminal.signal);
  await running.stop();
}

async function list(session: Session, flags: MirrorFlags): Promise<void> {
  const releases = await (await open(session, flags)).list();
  session.print(releases, () =>
    releases.length === 0
      ? 'Nothing yet: "commonweights mirror add" takes releases in.\n'
      : formatTable(['release', 'manifest', 'size', ''], releases.map(rowOf)),
  );
}

function rowOf({ name, manifest, bytes, denied }: MirroredRelease): string[] {
  return [name, manifest, formatBytes(bytes), denied === null ? '' : `denied: ${denied}`];
}

async function deny(session: Session, digest: string, flags: DenyFlags): Promise<void> {
  const denied = await (await open(session, flags)).deny(parseDigest(digest), flags.reason);
  session.print({ denied }, () => `${denied.length} blobs are served no more\n`);
}

async function exportTo(session: Session, where: string, flags: ExportFlags): Promise<void> {
  const mirror = await open(session, flags);
  if (isBucket(where)) {
    const bucket = await openBucket(session, where, { ...flags, stagingFolder: flags.data });
    const { blobs, sentBytes } = await mirror.exportToBucket(bucket, ({ blobs: done, of }) =>
      session.terminal.stderr.isTTY
        ? session.terminal.stderr.redraw(`${done} of ${of} blobs${done === of ? '\n' : ''}`)
        : undefined,
    );
    session.print(
      { to: where, blobs, sentBytes },
      () => `${blobs} blobs in ${bucket.name}, ${formatBytes(sentBytes)} sent\n`,
    );
    return;
  }
  const to = resolve(session.terminal.cwd, where);
  const blobs = await mirror.export(to);
  session.print({ to, blobs }, () => `${blobs} blobs below ${join(to, 'blobs')}\n`);
}
