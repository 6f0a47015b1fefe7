/** `commonweights explain`: where a release comes from, each statement with how it is known. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Chapter, Explanation } from '@commonweights/trainer/release/explanation.js';
import { withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { plainText } from '../inert-text.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { proofHelp, readOwn, type PolicyFlags } from '../verifier-policy.js';
import { expectRelease, readReleaseChain, type ChainFlags } from './release-chain.js';

interface ExplainFlags extends ChainFlags, PolicyFlags {
  readonly html?: string;
  readonly diff?: string;
}

export function addExplainCommand(program: Command, terminal: Terminal): void {
  does<ExplainFlags>(
    withExamples(
      withJson(program.command('explain <dir>'))
        .description(
          'where a pulled release comes from: data, licences, computation, checks, votes, cost',
        )
        .option('--html <file>', 'write it as a page to read or send')
        .option('--diff <dir>', 'only what differs in this other release')
        .option('--evidence <file>', 'what a chain said, as pull --save-evidence kept it')
        .option('--policy <file>', 'your own rules, with the head that --proof is judged from')
        .option('--proof <file>', proofHelp)
        .option('--offline', 'ask no chain'),
      'commonweights explain ./model',
      'commonweights explain ./model --html where-from.html',
      'commonweights explain ./model-1 --diff ./model-2',
      'commonweights explain ./model-1 --diff ./model-2 --html changes.html',
      'commonweights explain ./model --offline --policy mine.json --proof evidence.jsonl',
    ),
    terminal,
    (session, [dir], flags) => explain(session, dir!, flags),
  );
}

async function explain(session: Session, name: string, flags: ExplainFlags): Promise<void> {
  const { cwd } = session.terminal;
  const explanation = await read(session, resolve(cwd, name), flags);
  if (flags.diff !== undefined) {
    const { compareExplanations } =
      await import('@commonweights/trainer/release/compare-explanations.js');
    const other = await read(session, resolve(cwd, flags.diff), flags);
    const chapters = compareExplanations(explanation, other);
    if (flags.html !== undefined) {
      const title = `${explanation.title} → ${other.title}`;
      const manifest = `${explanation.manifest} → ${other.manifest}`;
      return writePage(session, flags.html, { title, manifest, chapters });
    }
    session.print(chapters, () => formatChapters(chapters) || 'Nothing differs.\n');
    return;
  }
  if (flags.html !== undefined) return writePage(session, flags.html, explanation);
  session.print(explanation, () => {
    const { title, manifest, chapters } = explanation;
    return `${plainText(title)}\n${manifest}\n\n${formatChapters(chapters)}`;
  });
}

async function writePage(session: Session, name: string, it: Explanation): Promise<void> {
  const { writeExplanationPage } =
    await import('@commonweights/trainer/release/explanation-page.js');
  const file = resolve(session.terminal.cwd, name);
  await writeFile(file, writeExplanationPage(it));
  session.note(`Written to ${file}`);
}

async function read(session: Session, dir: string, flags: ExplainFlags): Promise<Explanation> {
  const own = await readOwn(session, flags);
  const [
    { readMaterial },
    { withEvidence },
    { judgeMaterial },
    { explainRelease },
    { readReleaseStory },
    { MANIFEST_FILE },
  ] = await Promise.all([
    import('@commonweights/trainer/release/read-release.js'),
    import('@commonweights/trainer/release/verify.js'),
    import('@commonweights/trainer/release/verify-material.js'),
    import('@commonweights/trainer/release/explain-release.js'),
    import('@commonweights/trainer/release/release-story.js'),
    import('@commonweights/trainer/release/release-files.js'),
  ]);
  await expectRelease(dir, MANIFEST_FILE);
  const chain = await readReleaseChain(session, join(dir, MANIFEST_FILE), flags);
  const material = withEvidence(await readMaterial({ dir, chain }), own.policy, own.bundle);
  const verdicts = judgeMaterial(material);
  // What a stranger wrote into altered files would be told as the release's own story.
  const bytes = verdicts.find(({ claim }) => claim === 'bytes')!;
  if (bytes.status !== 'pass') {
    throw new CliError(
      exitCodes.badInput,
      `BAD_RELEASE: ${bytes.detail}; there is nothing to explain: pull it again`,
    );
  }
  const asked = chain !== null && flags.evidence === undefined;
  const story = asked ? await readReleaseStory(session.reader(), chain) : null;
  return explainRelease(material, { verdicts, story });
}

function formatChapters(chapters: readonly Chapter[]): string {
  return chapters
    .map(({ title, statements }) => {
      const width = Math.min(32, Math.max(...statements.map(({ what }) => what.length)));
      const lines = statements.map(
        ({ what, value, standing }) =>
          `  ${standing.padEnd(8)}  ${plainText(what).padEnd(width)}  ${plainText(value)}\n`,
      );
      return `${plainText(title)}\n${lines.join('')}`;
    })
    .join('\n');
}
