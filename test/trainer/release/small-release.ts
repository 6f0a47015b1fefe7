/** A small, complete, consistent release with the chain facts that belong to it. */
import { canonicalBytes, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import type { DatasetRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { stateRoot } from '@commonweights/trainer/checkpoint/state.js';
import { outerStep } from '@commonweights/trainer/exchange/outer-step.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import {
  buildRelease,
  type BuiltRelease,
  type ReleaseInput,
} from '@commonweights/trainer/release/build-release.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { verifyMaterial } from '@commonweights/trainer/release/verify-material.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { initialState } from '@commonweights/trainer/run/initial-state.js';
import { datasetsOf } from '@commonweights/trainer/run/parent.js';
import {
  economicsDefaults,
  type RunParent,
  type RunSpec,
} from '@commonweights/trainer/run/run-spec.js';
import { rosterOf } from './small-roster.js';

export const sparse: OuterRecipe = {
  kind: 'sparseloco',
  k: 64,
  chunk: 4096,
  feedbackDecay: 0.95,
  learningRate: 1,
};
export const diloco: OuterRecipe = {
  kind: 'diloco',
  codec: 'fp32',
  learningRate: 0.7,
  momentum: 0.9,
};

const text = (words: string) => new TextEncoder().encode(words);
const named = (words: string): Digest => digestOf(text(words));

const program = text('the graph of one inner step');
const tokenizer = text(
  JSON.stringify({ added_tokens: [{ id: 0, content: '<|endoftext|>', special: true }] }),
);
const fingerprint = {
  engine: 'ort-wasm',
  version: '1.30.0',
  binary: named('the engine'),
  options: { graphOptimizationLevel: 'all' },
};

function dataset(id: string, parents: string[]): DatasetRecord {
  return {
    id,
    version: '1',
    title: `Speeches, ${id}`,
    manifest: named(`manifest of ${id}`),
    itemsRoot: named(`items of ${id}`),
    bytes: 1000,
    items: 10,
    source: 'https://example.org/speeches',
    collectedAt: '2026-11-01',
    licenceDeclared: 'CC0-1.0',
    licenceConcluded: 'CC0-1.0',
    evidence: null,
    parents: parents.map((parent) => ({ dataset: parent, transform: named(`of ${parent}`) })),
    contributors: [{ account: 'alice.near', weightBps: 10_000 }],
  };
}

export const datasets = [
  dataset('speeches-packed@1', ['speeches-clean@1']),
  dataset('speeches-clean@1', ['speeches@1']),
  dataset('speeches@1', []),
];

function specOf(outer: OuterRecipe): RunSpec {
  return {
    version: 1,
    title: 'Speeches, small',
    model: {
      family: 'llama',
      vocabSize: 40,
      hiddenSize: 16,
      intermediateSize: 24,
      layers: 1,
      heads: 2,
      kvHeads: 1,
      contextLength: 8,
      ropeTheta: 10_000,
      rmsNormEps: 1e-5,
      tiedEmbeddings: true,
    },
    initialSeed: 7,
    tokenizer: digestOf(tokenizer),
    program: digestOf(program),
    fingerprint: digestOfJson(fingerprint),
    flopsPerRound: '1000',
    data: {
      dataset: 'speeches-packed@1',
      manifest: datasets[0]!.manifest,
      train: 'train.u16',
      heldOut: 'heldout.u16',
      sequences: 1000,
      seed: 1,
    },
    inner: {
      optimizer: {
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0.1,
        clipNorm: 1,
        embeddingRate: 1,
      },
      batchSize: 2,
      stepsPerRound: 4,
      segments: 2,
      localResetInterval: 8,
      schedule: { kind: 'warmup-linear', peak: 1e-3, final: 1e-4, warmupSteps: 2, totalSteps: 8 },
    },
    outer,
    evaluation: { sequences: 2 },
    rounds: 2,
    minWorkers: 1,
    maxWorkers: 4,
    maxAuditors: 1,
    deadlinesMs: {
      enrol: 1000,
      train: 1000,
      reveal: 1000,
      certify: 1000,
      aggregate: 1000,
      audit: 1000,
    },
    auditedClaimsBps: 10_000,
    auditsPerClaim: 1,
    witnesses: 0,
    challengeWindowMs: 0,
    taintedShareBpsMax: 0,
    decoyShareBps: 0,
    heldBackRounds: 1,
    economics: {
      stakeYocto: '1',
      rewardYocto: '1',
      auditFeeYocto: '1',
      computeCostYocto: '1',
      decoyFeeYocto: '0',
      ...economicsDefaults,
    },
  };
}

/** What a second small run goes on from. */
export interface SmallParent {
  readonly parent: RunParent;
  readonly params: Float32Array;
}

/** Rounds: 1 final, 2 rewound with 3 aborted after it, 4 final. */
export function smallRun(outer: OuterRecipe, from: SmallParent | null = null): ReleaseInput {
  const { initialSeed, ...unborn } = specOf(outer);
  const spec: RunSpec = from
    ? { ...unborn, parent: from.parent }
    : { ...unborn, initialSeed: initialSeed! };
  const layout = llamaLayout(spec.model);
  const start = initialState(spec, { model: spec.model, layout }, from?.params ?? null);
  const mean = new Float32Array(layout.length).map((_, i) => ((i % 7) - 3) / 1000);
  const one = outerStep({ ...start, mean, recipe: outer });
  const two = outerStep({ ...one, mean, recipe: outer });
  const [root0, root1, root2] = [start, one, two].map((state) => stateRoot(state, layout));
  const rounds: RoundRecord[] = [];
  const add = (round: number, rest: Pick<RoundRecord, 'outcome' | 'startRoot' | 'root'>) => {
    const last = rounds.at(-1);
    const isEmpty = rest.outcome === 'aborted';
    const verdict = rest.outcome === 'rewound' ? 'failed' : 'passed';
    rounds.push({
      version: 1,
      run: 3,
      round,
      previous: last ? digestOfJson(last) : null,
      ...rest,
      claims: isEmpty ? [] : [claimOf(round, verdict)],
      audits: isEmpty ? [] : [{ seat: 0, segment: round % 2, auditor: 1, verdict }],
      tainted: [],
      witnesses: [],
    });
  };
  add(1, { outcome: 'final', startRoot: root0!, root: root1! });
  add(2, { outcome: 'rewound', startRoot: root1!, root: named('a bad root') });
  add(3, { outcome: 'aborted', startRoot: named('a bad root'), root: null });
  add(4, { outcome: 'final', startRoot: root1!, root: root2! });
  return {
    title: 'Speeches',
    version: '1.0.0',
    licence: 'Apache-2.0',
    spec,
    program,
    fingerprint,
    rounds,
    state: two,
    tokenizer,
    datasets,
    evaluation: { heldOut: { loss: 2.5 }, safety: [{ item: 'no personal data', found: 'none' }] },
  };
}

/** The slice of a rewound round is trained again, and after it everybody starts with nothing. */
function claimOf(round: number, verdict: 'passed' | 'failed'): RoundRecord['claims'][number] {
  return {
    seat: 0,
    account: 'worker.near',
    slice: round === 1 ? 0 : 1,
    commitment: named(`commitment ${round}`),
    update: named(`update ${round}`),
    updateBytes: 100,
    localIn: round === 2 ? named('out 1') : ZERO_LOCAL_STATE,
    localOut: named(`out ${round}`),
    traceRoot: named(`trace ${round}`),
    included: true,
    verdict,
  };
}

/** What an honest chain says about a release. */
export function factsOf(input: ReleaseInput, built: BuiltRelease): ReleaseFacts {
  const { spec } = input;
  const last = input.rounds.at(-1)!;
  return {
    network: 'localnet',
    contract: 'dao.near',
    height: 100,
    release: {
      id: 0,
      proposal: 9,
      run: 3,
      round: last.round,
      logHead: digestOfJson(last),
      spec: digestOfJson(spec),
      root: built.root,
      manifest: built.digest,
      evaluation: built.evaluation,
      title: input.title,
      version: input.version,
      publishedAtMs: 5,
      status: 'published',
    },
    run: {
      id: 3,
      program: spec.program,
      fingerprint: spec.fingerprint,
      tokenizer: spec.tokenizer,
      initialRoot: input.rounds[0]!.startRoot,
      datasets: datasetsOf(spec),
      roster: rosterOf(input.rounds),
    },
    datasets: input.datasets.map((record) => ({
      ...record,
      publisher: 'alice.near',
      registeredAtMs: 1,
      status: 'active' as const,
      ...{ bounty: null, approved: false, optOut: null, disputes: 0 },
    })),
    licences: ['CC0-1.0'],
    attestations: [],
    standings: {},
  };
}

export interface Small {
  readonly input: ReleaseInput;
  readonly built: BuiltRelease;
  readonly facts: ReleaseFacts;
  readonly files: Map<string, Uint8Array>;
}

export function smallRelease(outer: OuterRecipe, from: SmallParent | null = null): Small {
  const input = smallRun(outer, from);
  const built = buildRelease(input);
  const files = new Map(built.files.map(({ path, bytes }) => [path, bytes]));
  return { input, built, facts: factsOf(input, built), files };
}

/** Verdicts over other files under the manifest that was voted on. */
export function verifyUnderVotedManifest(
  small: Small,
  files: ReadonlyMap<string, Uint8Array>,
  facts: ReleaseFacts | null = small.facts,
): Verdict[] {
  const { manifest, digest } = small.built;
  return verifyMaterial({ files, manifest, manifestDigest: digest, chain: facts });
}

/**
 * Verdicts over other files under a manifest made for them, by an attacker who also got a vote:
 * the chain names the new manifest, and everything else is as it was.
 */
export function verifyUnderOwnManifest(
  facts: ReleaseFacts,
  files: ReadonlyMap<string, Uint8Array>,
): Verdict[] {
  const { manifest } = describeFiles([...files].map(([path, bytes]) => ({ path, bytes })));
  const manifestDigest = digestOf(encodeManifest(manifest));
  const chain = {
    ...facts,
    release: facts.release && { ...facts.release, manifest: manifestDigest },
  };
  return verifyMaterial({ files, manifest, manifestDigest, chain });
}

export function statusOf(verdicts: readonly Verdict[]): Record<string, string> {
  return Object.fromEntries(verdicts.map(({ claim, status }) => [claim, status]));
}

export function json(value: unknown): Uint8Array {
  return canonicalBytes(value);
}
