/** `commonweights release propose`: a run's final state as a release that the DAO can vote for. */
import type { Command } from 'commander';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { explainBadLicence } from '@commonweights/dataset-registry/lineage/licence.js';
import { putFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { parseId, withExamples, withJson } from '../arguments.js';
import { openBlobs, publishing } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatFacts } from '../output.js';
import { submitProposal } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readRun } from './run-record.js';

interface ProposeFlags {
  readonly title?: string;
  readonly release: string;
  readonly licence: string;
  readonly description?: string;
  readonly dryRun?: boolean;
}

export function addReleasePropose(release: Command, terminal: Terminal): void {
  does<ProposeFlags>(
    withExamples(
      withJson(release.command('propose <run>'))
        .description("build a release from a run's final state, publish it, and propose it")
        .requiredOption('--release <version>', 'its version, like 1.0.0')
        .requiredOption('--licence <spdx>', 'licence of the weights, like Apache-2.0')
        .option('--title <text>', "its name (default: the run's)")
        .option('--description <text>', 'why, for the voters')
        .option('--dry-run', 'build and evaluate it, propose nothing'),
      'commonweights release propose 1 --release 1.0.0 --licence Apache-2.0',
    ),
    terminal,
    (session, [id], flags) => propose(session, parseId('run', id), flags),
  );
}

async function propose(session: Session, run: number, flags: ProposeFlags): Promise<void> {
  const bad = explainBadLicence(flags.licence);
  if (bad) throw new CliError(exitCodes.usage, `USAGE: --licence ${bad}`);
  const client = await session.signer();
  const view = await readRun(client, run);
  const blobs = await openBlobs(session, 'write');
  const [{ gatherRelease }, { buildRelease }, { exactEngines }, { fetchSpec }] = await Promise.all([
    import('../gather-release.js'),
    import('@commonweights/trainer/release/build-release.js'),
    import('@commonweights/trainer/engines/exact-engines.js'),
    import('@commonweights/trainer/run/open-run.js'),
  ]);
  const progress = session.startProgress('building the release');
  let built;
  let evaluation;
  try {
    const title = flags.title ?? (await fetchSpec(view.finalSpec, blobs)).title;
    const input = await gatherRelease({
      ...{ client, run, blobs, title, version: flags.release, licence: flags.licence },
      engine: exactEngines(),
      onStep: (step) => progress.update(0, step),
    });
    ({ evaluation } = input);
    built = { ...buildRelease(input), title };
    if (!flags.dryRun) await putFiles(publishing(blobs), built.files);
  } catch (error) {
    progress.fail('not built');
    throw error;
  }
  progress.finish(`manifest ${built.digest}`);
  const { title, root, digest: manifest } = built;
  const facts = formatFacts([
    ['release', `${title} ${flags.release}`],
    ['manifest', manifest],
    ['state root', root],
    ['files', built.files.length],
    ['held-out loss', `${evaluation.heldOutLoss} nats per token`],
    ['bits per byte', evaluation.bitsPerByte.toFixed(4)],
    ['at the start', `${evaluation.initialLoss} nats per token`],
    ['unigram entropy', `${evaluation.unigramEntropy} nats per token`],
  ]);
  const summary = { manifest, root, evaluation };
  if (flags.dryRun) return session.print(summary, () => facts);
  const text = flags.description ?? `${title} ${flags.release}`;
  const description = await blobs.publish(canonicalBytes({ text, title }));
  const proposal = await submitProposal(client, {
    action: {
      kind: 'publish-release',
      ...{ run, root, manifest, evaluation: built.evaluation, title, version: flags.release },
    },
    description,
  });
  session.print(
    { proposal, ...summary },
    () =>
      `${facts}\nProposal ${proposal}: vote with "commonweights proposal vote ${proposal} yes"\n`,
  );
}
