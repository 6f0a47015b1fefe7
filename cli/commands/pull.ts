/** `commonweights pull` and `verify`: a release on this disk, and every claim about it checked. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import type { ReleaseSource } from '@commonweights/trainer/release/pull.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import type { ReadQuestion } from '@commonweights/trainer/release/read-release.js';
import type { Verification } from '@commonweights/trainer/release/verify.js';
import { withExamples, withJson } from '../arguments.js';
import { bucketHelp, withBucket } from '../bucket.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatBytes } from '../output.js';
import { reportVerdicts } from '../print-verdicts.js';
import { mirrorHelp, openSources, type MirrorFlags } from '../release-sources.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { proofHelp, readOwn, type Own, type PolicyFlags } from '../verifier-policy.js';
import { expectRelease, readReleaseChain, type ChainFlags } from './release-chain.js';
import { readRelease } from './release-record.js';

interface PullFlags extends PolicyFlags, MirrorFlags {
  readonly to: string;
  readonly saveEvidence?: string;
  readonly evenRevoked?: boolean;
  readonly offline?: string;
  readonly evidence?: string;
}

interface VerifyFlags extends ChainFlags, PolicyFlags {
  readonly chunks?: boolean;
}

type Question = Pick<ReadQuestion, 'dir' | 'chain' | 'chunks'>;

const codes = `
Exit codes when a claim does not hold or cannot be checked:
  20 bytes      21 structure  22 vote     23 rounds    24 weights
  25 lineage    26 licence    27 takedown
Exit codes when a rule of your policy is not kept (docs/protocol/releases.md):
  40 dao              41 reproductions  42 endorsements  43 evaluations
  44 disputes         45 data           46 dataLicences  47 weightLicences
  48 decidedSince     49 factsHeightMin 50 work          51 head
  52 signers
`;

export function addPullCommands(program: Command, terminal: Terminal): void {
  does<PullFlags>(
    withExamples(
      withBucket(withJson(program.command('pull <release>')))
        .description('fetch a release by its number or manifest digest, and verify it')
        .requiredOption('--to <dir>', 'an empty folder, or one that holds it already')
        .option('--mirror <url...>', mirrorHelp)
        .option(
          '--even-revoked',
          'fetch one that the DAO took back; it still counts as not verified',
        )
        .option('--offline <dir>', 'from a folder of "commonweights mirror", asking nobody')
        .option('--evidence <file>', 'with --offline: what a chain said, kept by --save-evidence')
        .option('--policy <file>', 'your own rules beside the claims, as JSON')
        .option('--proof <file>', proofHelp)
        .option('--save-evidence <file>', 'keep what the chain said, to verify offline later'),
      'commonweights pull 1 --to ./model',
      'commonweights pull 1 --to ./model --mirror https://mirror.example --save-evidence e.json',
      'commonweights pull 1 --to ./model --mirror s3://weights/mirror --endpoint https://s3.example',
      `commonweights pull sha256:${'5'.repeat(64)} --to ./model --offline ./mirror --evidence e.json`,
    ).addHelpText('after', codes + bucketHelp),
    terminal,
    (session, [name], flags) => pull(session, name!, flags),
  );
  does<VerifyFlags>(
    withExamples(
      withJson(program.command('verify <dir>'))
        .description('check every claim about a pulled release, one verdict per line')
        .option('--evidence <file>', 'what a chain said, as pull --save-evidence kept it')
        .option('--offline', 'ask no chain: only what the files themselves prove can pass')
        .option('--policy <file>', 'your own rules beside the claims, as JSON')
        .option('--proof <file>', proofHelp)
        .option(
          '--chunks',
          'hash every chunk too: no other proof of these bytes, but that others can fetch them',
        ),
      'commonweights verify ./model',
      'commonweights verify ./model --evidence e.json --json',
      'commonweights verify ./model --policy mine.json',
      'commonweights verify ./model --offline --policy mine.json --proof evidence.jsonl',
    ).addHelpText('after', codes),
    terminal,
    (session, [dir], flags) => verify(session, dir!, flags),
  );
}

async function pull(session: Session, name: string, flags: PullFlags): Promise<void> {
  const own = await readOwn(session, flags);
  const policy = own.policy !== null;
  const { pullRelease } = await import('@commonweights/trainer/release/pull.js');
  const { cwd } = session.terminal;
  const { title, manifest, chain, sources } =
    flags.offline === undefined
      ? await askAround(session, name, flags)
      : await openBundle(session, name, flags);
  const dir = resolve(cwd, flags.to);
  if (flags.saveEvidence !== undefined) {
    await writeFile(resolve(cwd, flags.saveEvidence), `${canonicalJson(chain)}\n`);
  }
  const progress = session.startProgress(`pulling ${title}`, { total: 100, unit: '%' });
  let verification: Verification | null = null;
  try {
    await pullRelease({
      release: manifest,
      sources,
      targetDir: dir,
      onProgress: ({ path, doneBytes, totalBytes }) =>
        progress.update(
          totalBytes ? Math.floor((100 * doneBytes) / totalBytes) : 100,
          `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${path}`,
        ),
      onSourceDropped: (it) => session.note(`  source dropped: ${it.name}: ${it.why}`),
      examine: async (folder) => {
        verification = await examineThere(session, { dir: folder, chain, chunks: true }, own);
        if (flags.evenRevoked && isOnlyRevoked(verification)) return;
        if (isBad(verification)) throw new NotVerified(folder);
      },
    });
  } catch (error) {
    progress.fail(error instanceof NotVerified ? 'pulled, and not verified' : 'not pulled');
    if (!(error instanceof NotVerified) || !verification) throw error;
    reportVerdicts(session, { dir: error.folder, verification, policy });
  }
  progress.finish(dir);
  if (verification) reportVerdicts(session, { dir, verification, policy });
}

/** What was pulled lies in `folder` under no name of its own, to be looked at. */
class NotVerified extends Error {
  constructor(readonly folder: string) {
    super('NOT_VERIFIED');
  }
}

interface Asked {
  readonly title: string;
  readonly manifest: Digest;
  readonly chain: ReleaseFacts | null;
  readonly sources: readonly ReleaseSource[];
}

/** The chain says which release it is and what stands against it, before anything is fetched. */
async function askAround(session: Session, name: string, flags: PullFlags): Promise<Asked> {
  const client = session.reader();
  const release = await readRelease(client, name);
  if (release.status === 'revoked' && !flags.evenRevoked) {
    throw new CliError(
      exitCodes.refused,
      `RELEASE_REVOKED: the DAO took release ${release.id} back; nothing was fetched: pull another, ` +
        'or say --even-revoked to look at it',
    );
  }
  const sources = await openSources(session, flags);
  const { readReleaseFacts } = await import('@commonweights/trainer/release/release-facts.js');
  const { manifest, title, version } = release;
  const chain = await readReleaseFacts(client, { manifest });
  for (const { id, status } of chain.datasets) {
    if (status !== 'active') session.note(`  warning: it descends from ${id}, which is ${status}`);
  }
  return { title: `${title} ${version}`, manifest, chain, sources };
}

/** From a folder that "mirror add" or "mirror export" filled; nobody is asked anything. */
async function openBundle(session: Session, name: string, flags: PullFlags): Promise<Asked> {
  if (!isDigest(name)) {
    throw new CliError(
      exitCodes.usage,
      'USAGE: without a chain a release has no number; name the digest of its manifest',
    );
  }
  const { openBundleStore } = await import('@commonweights/trainer/release/bundle-store.js');
  const dir = resolve(session.terminal.cwd, flags.offline!);
  const evidence = flags.evidence === undefined ? { offline: true } : { evidence: flags.evidence };
  const chain = await readReleaseChain(session, '', evidence);
  return {
    title: name,
    manifest: name,
    chain,
    sources: [{ name: dir, store: openBundleStore(dir) }],
  };
}

function isBad({ verdicts, rules }: Verification): boolean {
  return exitCodeOf(verdicts) !== 0 || rules.some(({ code }) => code !== null);
}

/** Whoever asks for a revoked release gets it, if that is all there is against it. */
function isOnlyRevoked({ verdicts, rules }: Verification): boolean {
  const bad = verdicts.filter(({ status }) => status === 'fail' || status === 'unknown');
  return (
    bad.every(({ code }) => code === 'RELEASE_REVOKED') && rules.every(({ code }) => code === null)
  );
}

async function verify(session: Session, name: string, flags: VerifyFlags): Promise<void> {
  const { MANIFEST_FILE } = await import('@commonweights/trainer/release/release-files.js');
  const dir = resolve(session.terminal.cwd, name);
  await expectRelease(dir, MANIFEST_FILE);
  const own = await readOwn(session, flags);
  const chain = await readReleaseChain(session, join(dir, MANIFEST_FILE), flags);
  const question = { dir, chain, chunks: flags.chunks === true };
  const verification = await examineThere(session, question, own);
  reportVerdicts(session, { dir, verification, policy: own.policy !== null });
}

/** Above this a pass takes long enough to be watched. */
const watchedBytes = 2 ** 28;

async function examineThere(
  session: Session,
  it: Question,
  { policy, bundle }: Own,
): Promise<Verification> {
  const { examineFolder } = await import('@commonweights/trainer/release/verify.js');
  let progress: ReturnType<Session['startProgress']> | null = null;
  const onProgress: ReadQuestion['onProgress'] = ({ path, doneBytes, totalBytes }) => {
    if (totalBytes < watchedBytes) return;
    progress ??= session.startProgress('verifying', { total: 100, unit: '%' });
    progress.update(
      Math.floor((100 * doneBytes) / totalBytes),
      `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${path}`,
    );
  };
  const verification = await examineFolder({ ...it, onProgress }, policy, bundle);
  (progress as ReturnType<Session['startProgress']> | null)?.finish(it.dir);
  return verification;
}
