/**
 * A release's provenance as chapters of statements: what it learned from and how much of it, under
 * which licences, who computed, who checked, who decided, what it cost. Every statement says how it
 * is known: recomputed here (proven), said by a chain or a signer (attested), or by whoever
 * published it (declared). Nothing is summed up into praise; what stands against it has a chapter.
 */
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type {
  DatasetRecord,
  ProposalView,
  RoundRecord,
} from '@commonweights/dao-contracts/rules/views.js';
import { layLlama } from '../program/llama.js';
import type { RunSpec } from '../run/run-spec.js';
import { leavesOf } from './json-leaves.js';
import type { Material } from './material.js';
import {
  FILES,
  readCanonical,
  readDatasets,
  readReleaseNote,
  readRounds,
  readRunSpec,
  readStateNote,
} from './release-files.js';
import type { Verdict } from './verdict.js';
import { tallyWork } from './work-done.js';

export interface Statement {
  readonly what: string;
  readonly value: string;
  readonly standing: Verdict['standing'];
}

export interface Chapter {
  readonly title: string;
  readonly statements: readonly Statement[];
}

export interface Explanation {
  readonly title: string;
  readonly manifest: string;
  readonly chapters: readonly Chapter[];
}

type Tally = Pick<ProposalView, 'id' | 'yes' | 'no' | 'abstain' | 'totalWeight'>;

/** What a chain tells beyond the facts that verdicts need. Amounts in yoctoNEAR. */
export interface ReleaseStory {
  readonly proposal: Tally | null;
  readonly funding: Tally | null;
  readonly paidYocto: bigint;
  readonly budgetYocto: bigint;
}

/** Of a release that was gone through. */
type Told = Pick<Material, 'files' | 'manifestDigest' | 'chain'>;

/** Accounts and datasets named one by one; the records hold the rest. */
const rowsMax = 200;

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

function explainData(material: Told, verdicts: readonly Verdict[]): Chapter[] {
  const { files, chain } = material;
  const spec = readRunSpec(files);
  const datasets = readDatasets(files);
  const lineage = standingOf(verdicts, 'lineage');
  const trained = trainedTokens(spec, readRounds(files));
  const head: Chapter = {
    title: 'What it learned from',
    statements: [
      { what: 'dataset', value: spec.data.dataset, standing: lineage },
      {
        what: 'tokens seen in training',
        value: `${count(trained)} (${epochsOf(spec, trained)})`,
        standing: standingOf(verdicts, 'rounds'),
      },
      ...datasets
        .filter(({ parents }) => parents.length === 0)
        .slice(0, rowsMax)
        .map((one) => declared('source', `${one.id}: ${one.source}`)),
    ],
  };
  return [
    head,
    ...datasets.slice(0, rowsMax).map((one) => {
      const status = chain?.datasets.find(({ id }) => id === one.id)?.status ?? null;
      return explainDataset(one, { lineage, status });
    }),
  ];
}

function explainDataset(
  one: DatasetRecord,
  it: { lineage: Statement['standing']; status: string | null },
): Chapter {
  const attested = (what: string, value: string) => ({ what, value, standing: it.lineage });
  return {
    title: `Data: ${one.id}`,
    statements: [
      declared('title', one.title),
      attested('size', `${count(one.items)} items, ${count(one.bytes)} bytes`),
      attested('files', one.manifest),
      ...one.parents.map(({ dataset, transform }) =>
        attested(`derived from ${dataset}`, `by transform ${transform}`),
      ),
      declared('source', one.source),
      declared('collected', one.collectedAt),
      declared('licence of the source', one.licenceDeclared),
      attested('licence concluded', one.licenceConcluded),
      ...one.contributors
        .slice(0, rowsMax)
        .map(({ account, weightBps }) =>
          attested(`share of ${account}`, `${(weightBps / 100).toFixed(2)} %`),
        ),
      ...(it.status === null
        ? []
        : [{ what: 'status', value: it.status, standing: 'attested' as const }]),
    ],
  };
}

function explainComputation({ files }: Told, verdicts: readonly Verdict[]): Chapter {
  const spec = readRunSpec(files);
  const rounds = readRounds(files);
  const standing = standingOf(verdicts, 'rounds');
  const inside = (what: string, value: string) => ({ what, value, standing });
  return {
    title: 'Who computed it',
    statements: [
      explainStart(spec, standingOf(verdicts, 'lineage')),
      inside('rounds', countOutcomes(rounds)),
      inside('steps', `${spec.inner.stepsPerRound} of each worker in a round`),
      inside('recipe', spec.outer.kind),
      inside('training program', spec.program),
      inside('exact engine', spec.fingerprint),
      ...tallyWork(rounds)
        .slice(0, rowsMax)
        .map(({ account, updates }) => inside(account, `${count(updates)} updates counted`)),
    ],
  };
}

function explainStart(
  { initialSeed, parent }: RunSpec,
  standing: Statement['standing'],
): Statement {
  if (!parent)
    return { what: 'starts from', value: `random weights, seed ${initialSeed}`, standing };
  if (parent.release) {
    const value = `release ${parent.release}, which has a history of its own: explain that one too`;
    return { what: 'starts from', value, standing };
  }
  const value = `weights ${parent.weights}, of which nobody recorded what they learned from`;
  return { what: 'starts from', value, standing };
}

function explainChecks({ files }: Told, verdicts: readonly Verdict[]): Chapter {
  const rounds = readRounds(files);
  const standing = standingOf(verdicts, 'rounds');
  const inside = (what: string, value: string) => ({ what, value, standing });
  const included = standingRounds(rounds).flatMap(({ claims }) =>
    claims.filter((claim) => claim.included),
  );
  const audited = included.filter(({ verdict }) => verdict !== 'unaudited').length;
  const names = new Map<number, string>();
  for (const { claims } of rounds) for (const one of claims) names.set(one.seat, one.account);
  const byAuditor = new Map<number, { passed: number; failed: number }>();
  for (const { auditor, verdict } of rounds.flatMap(({ audits }) => audits)) {
    const sums = byAuditor.get(auditor) ?? { passed: 0, failed: 0 };
    sums[verdict]++;
    byAuditor.set(auditor, sums);
  }
  return {
    title: 'Who checked it',
    statements: [
      inside(
        'updates re-executed by others',
        `${count(audited)} of ${count(included.length)} that count` +
          (included.length > 0 ? ` (${((100 * audited) / included.length).toFixed(0)} %)` : ''),
      ),
      ...[...byAuditor]
        .sort(([a], [b]) => a - b)
        .slice(0, rowsMax)
        .map(([seat, { passed, failed }]) =>
          inside(
            names.get(seat) ?? `auditor at seat ${seat}`,
            `${count(passed + failed)} audits, ${count(failed)} of them found wrong work`,
          ),
        ),
      ...verdicts.map(({ claim, status, detail, standing: known }) => ({
        what: `here: ${claim}`,
        value: `${status}: ${detail}`,
        standing: known,
      })),
    ],
  };
}

function explainDecision({ chain }: Told, it: { story: ReleaseStory | null }): Chapter {
  const attested = (what: string, value: string): Statement => ({
    ...{ what, value, standing: 'attested' },
  });
  const statements: Statement[] = [];
  if (!chain?.release) statements.push(declared('vote', 'no chain was asked, or it knows of none'));
  else {
    const { release } = chain;
    statements.push(
      attested('published', `release ${release.id} of ${chain.contract} on ${chain.network}`),
      attested('when', new Date(release.publishedAtMs).toISOString()),
      attested('status', release.status),
    );
  }
  const { proposal, funding, paidYocto, budgetYocto } = it.story ?? {};
  if (proposal) statements.push(attested('vote on the release', tally(proposal)));
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

/** Nobody's, where nobody was asked: silence would read like approval. */
function explainStatements({ chain }: Told): Chapter[] {
  if (!chain?.attestations) return [];
  const statements = chain.attestations
    .slice(0, rowsMax)
    .map(({ by, purpose, evidence, atMs }): Statement => ({
      what: by,
      value:
        `${purpose} it, ${new Date(atMs).toISOString()}` +
        (evidence === null ? ', and shows nothing for it' : `, and shows ${evidence}`),
      standing: 'attested',
    }));
  if (statements.length === 0) {
    statements.push({ what: 'signed', value: 'nothing, by nobody', standing: 'attested' });
  }
  return [{ title: 'What others say of it', statements }];
}

function explainObjections(material: Told, verdicts: readonly Verdict[]): Chapter {
  const rounds = readRounds(material.files);
  const statements: Statement[] = [];
  for (const { claim, status, detail, standing } of verdicts) {
    if (status !== 'pass')
      statements.push({ what: `${claim}: ${status}`, value: detail, standing });
  }
  const standing = standingOf(verdicts, 'rounds');
  const failed = rounds.flatMap(({ round, claims, tainted }) =>
    claims
      .filter(({ verdict, seat }) => verdict === 'failed' && !tainted.includes(seat))
      .map(({ account }) => ({ round, account })),
  );
  for (const { round, account } of failed.slice(0, rowsMax)) {
    statements.push({
      what: `round ${round}`,
      value: `the work of ${account} failed its audit and does not count`,
      standing,
    });
  }
  for (const { round, tainted } of rounds.filter((one) => one.tainted.length > 0)) {
    statements.push({
      what: `round ${round} is tainted`,
      value: `wrong work of ${tainted.length} is in it, too little to do the round again`,
      standing,
    });
  }
  for (const { id, status } of material.chain?.datasets ?? []) {
    if (status === 'active') continue;
    statements.push({ what: `dataset ${id}`, value: status, standing: 'attested' });
  }
  for (const { by, purpose, atMs } of material.chain?.attestations ?? []) {
    if (purpose !== 'disputes' || statements.length >= rowsMax) continue;
    const value = `disputes this release, ${new Date(atMs).toISOString()}`;
    statements.push({ what: by, value, standing: 'attested' });
  }
  if (statements.length === 0) statements.push(proven('found', 'nothing'));
  return { title: 'What stands against it', statements };
}

/** Statements of one that the other lacks or has differently, chapter by chapter. */
export function compareExplanations(a: Explanation, b: Explanation): Chapter[] {
  const titles = [...new Set([...a.chapters, ...b.chapters].map(({ title }) => title))];
  return titles.flatMap((title) => {
    const [left, right] = [a, b].map((one) => statementsOf(one, title));
    const keys = [...new Set([...left!.keys(), ...right!.keys()])];
    const statements = keys.flatMap((what): Statement[] => {
      const [before, after] = [left!.get(what), right!.get(what)];
      if (before?.value === after?.value) return [];
      const value = `${before?.value ?? '–'} → ${after?.value ?? '–'}`;
      return [{ what, value, standing: (after ?? before)!.standing }];
    });
    return statements.length === 0 ? [] : [{ title, statements }];
  });
}

function statementsOf(it: Explanation, title: string): Map<string, Statement> {
  const found = it.chapters.find((chapter) => chapter.title === title)?.statements ?? [];
  return new Map(found.map((one) => [one.what, one]));
}

/** By the log of rounds: steps × sequences × tokens of every update that counts. */
function trainedTokens(spec: RunSpec, rounds: readonly RoundRecord[]): number {
  const updates = standingRounds(rounds).reduce(
    (sum, { claims }) => sum + claims.filter(({ included }) => included).length,
    0,
  );
  const { stepsPerRound, batchSize } = spec.inner;
  return updates * stepsPerRound * batchSize * spec.model.contextLength;
}

function epochsOf(spec: RunSpec, tokens: number): string {
  const epochs = tokens / (spec.data.sequences * spec.model.contextLength);
  return `${epochs.toFixed(epochs < 10 ? 2 : 0)} × its training part`;
}

function countOutcomes(rounds: readonly RoundRecord[]): string {
  const of = (outcome: RoundRecord['outcome']) =>
    rounds.filter((one) => one.outcome === outcome).length;
  return `${of('final')} final, ${of('rewound')} rewound, ${of('aborted')} aborted`;
}

/** A claim that did not pass proves nothing about what rests on it. */
function standingOf(verdicts: readonly Verdict[], claim: Verdict['claim']): Statement['standing'] {
  const verdict = verdicts.find((one) => one.claim === claim);
  return verdict?.status === 'pass' ? verdict.standing : 'declared';
}

function tally({ id, yes, no, abstain, totalWeight }: Tally): string {
  return `proposal ${id}: yes ${yes}, no ${no}, abstained ${abstain}, of ${totalWeight}`;
}

function proven(what: string, value: string): Statement {
  return { what, value, standing: 'proven' };
}

function declared(what: string, value: string): Statement {
  return { what, value, standing: 'declared' };
}

/** 1234567 as "1,234,567", whatever the machine's language. */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function near(yocto: bigint): string {
  const milli = yocto / 10n ** 21n;
  return `${milli / 1000n}.${String(milli % 1000n).padStart(3, '0')}`;
}
