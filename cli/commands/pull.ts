/** `commonweights pull` and `verify`: a release on this disk, and every claim about it checked. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { canonicalJson } from '@commonweights/dataset-registry/digest/canonical.js';
import type { ReadQuestion } from '@commonweights/trainer/release/read-release.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { withExamples, withJson } from '../arguments.js';
import { formatBytes } from '../output.js';
import { reportVerdicts } from '../print-verdicts.js';
import { openRegistryStore } from '../registry-store.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { expectRelease, readReleaseChain, type ChainFlags } from './release-chain.js';
import { readRelease } from './release-record.js';

interface PullFlags {
  readonly to: string;
  readonly mirror?: string[];
  readonly saveEvidence?: string;
}

interface VerifyFlags extends ChainFlags {
  readonly chunks: boolean;
}

type Question = Pick<ReadQuestion, 'dir' | 'chain' | 'chunks'>;

const codes = `
Exit codes when a claim does not hold or cannot be checked:
  20 bytes      21 structure  22 vote     23 rounds    24 weights
  25 lineage    26 licence    27 takedown 28 consensus
`;

export function addPullCommands(program: Command, terminal: Terminal): void {
  does<PullFlags>(
    withExamples(
      withJson(program.command('pull <release>'))
        .description('fetch a release by its number or manifest digest, and verify it')
        .requiredOption('--to <dir>', 'an empty folder, or one that holds it already')
        .option('--mirror <url...>', 'further registries to fetch from')
        .option('--save-evidence <file>', 'keep what the chain said, to verify offline later'),
      'commonweights pull 1 --to ./model',
      'commonweights pull 1 --to ./model --mirror https://mirror.example --save-evidence e.json',
    ).addHelpText('after', codes),
    terminal,
    (session, [name], flags) => pull(session, name!, flags),
  );
  does<VerifyFlags>(
    withExamples(
      withJson(program.command('verify <dir>'))
        .description('check every claim about a pulled release, one verdict per line')
        .option('--evidence <file>', 'what a chain said, as pull --save-evidence kept it')
        .option('--offline', 'ask no chain: only what the files themselves prove can pass')
        .option(
          '--no-chunks',
          'hash files as wholes only: the same bytes proven, half the hashing',
        ),
      'commonweights verify ./model',
      'commonweights verify ./model --evidence e.json --json',
    ).addHelpText('after', codes),
    terminal,
    (session, [dir], flags) => verify(session, dir!, flags),
  );
}

async function pull(session: Session, name: string, flags: PullFlags): Promise<void> {
  const client = session.reader();
  const release = await readRelease(client, name);
  const [{ pullRelease }, { readReleaseFacts }] = await Promise.all([
    import('@commonweights/trainer/release/pull.js'),
    import('@commonweights/trainer/release/release-facts.js'),
  ]);
  const urls = [session.registryUrl, ...(flags.mirror ?? [])];
  const sources = urls.map((url) => ({ name: url, store: openRegistryStore({ url }) }));
  const dir = resolve(session.terminal.cwd, flags.to);
  const progress = session.startProgress(`pulling ${release.title} ${release.version}`, {
    total: 100,
    unit: '%',
  });
  try {
    await pullRelease({
      release,
      sources,
      targetDir: dir,
      onProgress: ({ path, doneBytes, totalBytes }) =>
        progress.update(
          totalBytes ? Math.floor((100 * doneBytes) / totalBytes) : 100,
          `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${path}`,
        ),
      onSourceDropped: (it) => session.note(`  source dropped: ${it.name}: ${it.why}`),
    });
  } catch (error) {
    progress.fail('not pulled');
    throw error;
  }
  progress.finish(dir);
  const facts = await readReleaseFacts(client, { manifest: release.manifest });
  if (flags.saveEvidence !== undefined) {
    const file = resolve(session.terminal.cwd, flags.saveEvidence);
    await writeFile(file, `${canonicalJson(facts)}\n`);
  }
  reportVerdicts(session, { dir, verdicts: await verifyThere(session, { dir, chain: facts }) });
}

async function verify(session: Session, name: string, flags: VerifyFlags): Promise<void> {
  const { MANIFEST_FILE } = await import('@commonweights/trainer/release/release-files.js');
  const dir = resolve(session.terminal.cwd, name);
  await expectRelease(dir, MANIFEST_FILE);
  const chain = await readReleaseChain(session, join(dir, MANIFEST_FILE), flags);
  const verdicts = await verifyThere(session, { dir, chain, chunks: flags.chunks });
  reportVerdicts(session, { dir, verdicts });
}

/** Above this a pass takes long enough to be watched. */
const watchedBytes = 2 ** 28;

async function verifyThere(session: Session, it: Question): Promise<Verdict[]> {
  const { verifyFolder } = await import('@commonweights/trainer/release/verify.js');
  let progress: ReturnType<Session['startProgress']> | null = null;
  const verdicts = await verifyFolder({
    ...it,
    onProgress({ path, doneBytes, totalBytes }) {
      if (totalBytes < watchedBytes) return;
      progress ??= session.startProgress('verifying', { total: 100, unit: '%' });
      progress.update(
        Math.floor((100 * doneBytes) / totalBytes),
        `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${path}`,
      );
    },
  });
  (progress as ReturnType<Session['startProgress']> | null)?.finish(it.dir);
  return verdicts;
}
