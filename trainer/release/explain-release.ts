/**
 * A release's provenance as chapters of statements: what it learned from and how much of it, under
 * which licences, who computed, who checked, who decided, what it cost. Every statement says how it
 * is known: recomputed here (proven), said by a chain or a signer (attested), or by whoever
 * published it (declared). Nothing is summed up into praise; what stands against it has a chapter.
 */
import { layLlama } from '../program/llama.js';
import { explainData } from './explain-data.js';
import { explainObjections, explainStatements } from './explain-objections.js';
import { explainPay } from './explain-pay.js';
import { explainChecks, explainComputation } from './explain-work.js';
import {
  count,
  declared,
  near,
  proven,
  rowsMax,
  standingOf,
  type Chapter,
  type Explanation,
  type ReleaseStory,
  type Statement,
  type Tally,
  type Told,
} from './explanation.js';
import { leavesOf } from './json-leaves.js';
import {
  FILES,
  readCanonical,
  readReleaseNote,
  readRunSpec,
  readStateNote,
} from './release-files.js';
import type { Verdict } from './verdict.js';

/** Errors: those of the release's own files, when they cannot be read. */
export function explainRelease(
  material: Told,
  it: { verdicts: readonly Verdict[]; story: ReleaseStory | null },
): Explanation {
  const note = readReleaseNote(material.files);
  return {
    title: `${note.title} ${note.release}`,
    manifest: material.manifestDigest,
    chapters: [
      explainModel(material, it.verdicts),
      ...explainData(material, it.verdicts),
      explainComputation(material, it.verdicts),
      explainChecks(material, it.verdicts),
      ...explainPay(material, it.verdicts),
      explainDecision(material, it),
      explainEvaluation(material),
      ...explainStatements(material),
      explainObjections(material, it.verdicts),
    ],
  };
}

function explainModel({ files, manifestDigest }: Told, verdicts: readonly Verdict[]): Chapter {
  const note = readReleaseNote(files);
  const spec = readRunSpec(files);
  const { model } = spec;
  const structure = standingOf(verdicts, 'structure');
  const inside = (what: string, value: string) => ({ what, value, standing: structure });
  return {
    title: 'What it is',
    statements: [
      declared('name', `${note.title} ${note.release}`),
      declared('licence of the weights', note.licence),
      proven('manifest', manifestDigest),
      {
        what: 'weights',
        value: readStateNote(files).root,
        standing: standingOf(verdicts, 'weights'),
      },
      inside('parameters', count(layLlama(model).length)),
      inside(
        'shape',
        `Llama, ${model.layers} layers of width ${model.hiddenSize}, ${model.heads} heads ` +
          `(${model.kvHeads} for keys), vocabulary ${count(model.vocabSize)}, context ` +
          `${count(model.contextLength)}`,
      ),
    ],
  };
}

function explainDecision({ chain, decision }: Told, it: { story: ReleaseStory | null }): Chapter {
  const attested = (what: string, value: string): Statement => ({
    ...{ what, value, standing: 'attested' },
  });
  const statements: Statement[] = [];
  const shown = decision?.kind === 'proven' ? decision : null;
  if (shown) {
    const { release, contract, network, decidedIn, headHash } = shown;
    statements.push(
      proven('published', `release ${release.id} of ${contract} on ${network}`),
      proven('when', new Date(release.publishedAtMs).toISOString()),
      proven(
        'by proposal',
        `${release.proposal}, in block ${decidedIn.height}, from head ${headHash}`,
      ),
    );
    for (const { account, choice, weight, block } of shown.votes.slice(0, rowsMax)) {
      const value = `${choice}, with weight ${weight}, in block ${block.height}`;
      statements.push(proven(`vote of ${account}`, value));
    }
    if (shown.revokedIn) statements.push(proven('revoked', `in block ${shown.revokedIn.height}`));
    if (chain?.release) statements.push(attested('status', chain.release.status));
  } else if (!chain?.release) {
    statements.push(declared('vote', 'no chain was asked, or it knows of none'));
  } else {
    const { release } = chain;
    statements.push(
      attested('published', `release ${release.id} of ${chain.contract} on ${chain.network}`),
      attested('when', new Date(release.publishedAtMs).toISOString()),
      attested('status', release.status),
    );
  }
  const { proposal, funding, votes = [], paidYocto, budgetYocto } = it.story ?? {};
  if (proposal) statements.push(attested('vote on the release', tally(proposal)));
  const proved = new Set(shown?.votes.map(({ account }) => account));
  for (const { account, choice, weight } of votes.slice(0, rowsMax)) {
    if (choice === null || proved.has(account)) continue;
    statements.push(attested(`vote of ${account}`, `${choice}, with weight ${weight}`));
  }
  if (funding) statements.push(attested('vote on the run', tally(funding)));
  if (paidYocto !== undefined && budgetYocto !== undefined) {
    statements.push(attested('cost', `${near(paidYocto)} of ${near(budgetYocto)} NEAR`));
  }
  return { title: 'Who decided, and what it cost', statements };
}

function explainEvaluation({ files }: Told): Chapter {
  return {
    title: 'How it was evaluated',
    statements: leavesOf(readCanonical(files, FILES.evaluation))
      .slice(0, rowsMax)
      .map(([path, value]) => declared(path, value)),
  };
}

function tally({ id, yes, no, abstain, totalWeight }: Tally): string {
  return `proposal ${id}: yes ${yes}, no ${no}, abstained ${abstain}, of ${totalWeight}`;
}
