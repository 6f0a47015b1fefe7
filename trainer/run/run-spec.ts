/**
 * The run spec: the one canonical JSON document that fixes a training run. Its digest is what the
 * DAO votes on and what the contract stores, so everything a stranger needs to repeat the run is in
 * here or named by digest in here. Parsed strictly: an unknown or missing field is an error, since
 * two readers that ignore different fields would train different models.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { DataShare, RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { datasetsPerRunMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { ToleranceTerms } from '@commonweights/dao-contracts/rules/tolerance/terms.js';
import { decodeOuterRecipe, type OuterRecipe } from '../exchange/recipe.js';
import type { ProgramPlan } from '../program/program-plan.js';
import type { LearningRateSchedule } from '../program/schedule.js';
import type { AdamWConfig, LlamaConfig } from '../program/training-program.js';
import {
  count,
  decimal,
  digest,
  duration,
  fields,
  flag,
  listOf,
  literal,
  number,
  optional,
  orNull,
  positive,
  refuse,
  text,
  textUpTo,
  within,
} from './spec-fields.js';

export { learningRateAt, type LearningRateSchedule } from '../program/schedule.js';

/** The weights that a run goes on from, in place of initial ones (parent.ts). */
export interface RunParent {
  /** Digest of a `model.safetensors` with the parameters of the spec's model, in float32. */
  readonly weights: Digest;
  /** Manifest of the release that holds them; null: a checkpoint that no vote made a release. */
  readonly release: Digest | null;
  /** Packed datasets that the release learned from, its own parents' included, sorted. */
  readonly datasets: readonly string[];
}

export interface RunSpec {
  readonly version: 1;
  readonly title: string;
  readonly model: LlamaConfig;
  /** Seed of the initial weights; absent where there is a parent. */
  readonly initialSeed?: number;
  /** Absent: the run starts from its seed. */
  readonly parent?: RunParent;
  readonly tokenizer: Digest;
  /** Jinja source of `chat_template.jinja`, which loaders run; absent: it is for continuing text. */
  readonly chatTemplate?: string;
  readonly program: Digest;
  readonly fingerprint: Digest;
  /** Of one worker, counted from the program; decimal string. */
  readonly flopsPerRound: string;
  readonly data: {
    /** Id of a registered packed dataset, and its manifest. */
    readonly dataset: string;
    readonly manifest: Digest;
    /** Paths in the manifest: u16 little-endian token streams. */
    readonly train: string;
    readonly heldOut: string;
    /** Training sequences of `contextLength` tokens, and the seed of their order. */
    readonly sequences: number;
    readonly seed: number;
  };
  readonly inner: {
    readonly optimizer: AdamWConfig;
    readonly batchSize: number;
    /** Inner steps each worker takes in a round (H). */
    readonly stepsPerRound: number;
    /** Equal parts of a round for the trace (S divides H). */
    readonly segments: number;
    /** Rounds between resets of worker-local state (E). */
    readonly localResetInterval: number;
    readonly schedule: LearningRateSchedule;
    /** How the program computes; absent: the whole batch at once, everything kept. */
    readonly plan?: ProgramPlan;
  };
  readonly outer: OuterRecipe;
  readonly evaluation: {
    /** Held-out sequences evaluated, from the start of the held-out file. */
    readonly sequences: number;
  };
  readonly rounds: number;
  readonly minWorkers: number;
  readonly maxWorkers: number;
  readonly maxAuditors: number;
  readonly deadlinesMs: RunTerms['deadlinesMs'];
  readonly auditedClaimsBps: number;
  readonly auditsPerClaim: number;
  readonly witnesses: number;
  readonly challengeWindowMs: number;
  readonly taintedShareBpsMax: number;
  readonly decoyShareBps: number;
  readonly heldBackRounds: number;
  /** Absent: the exact class. Else results are compared by distance. */
  readonly tolerance?: ToleranceTerms;
  readonly economics: {
    readonly stakeYocto: string;
    readonly rewardYocto: string;
    readonly auditFeeYocto: string;
    /** What a round costs one worker: the most that cheating saves. */
    readonly computeCostYocto: string;
    readonly decoyFeeYocto: string;
    /** Whose seats, and what carrying their calls pays: as in the run's terms. */
    readonly seatsPerAccount: number;
    readonly relayFeeYocto: string;
    readonly relayedCallsPerRound: number;
    readonly earnedStakeSeatsMax: number;
    /** What each final round pays for data, and to the contributors of which datasets. */
    readonly dataRewardYocto: string;
    readonly dataShares: DataShare[];
  };
}

/** What a draft that says nothing of it gets: one machine an account, all stake, data is free. */
export const economicsDefaults = {
  seatsPerAccount: 1,
  relayFeeYocto: '0',
  relayedCallsPerRound: 0,
  earnedStakeSeatsMax: 0,
  dataRewardYocto: '0',
  dataShares: [] as DataShare[],
} as const;

/** Sequences that one worker trains on in one round. */
export function sequencesPerSlice(spec: RunSpec): number {
  return spec.inner.batchSize * spec.inner.stepsPerRound;
}

/** What the contract must know of a spec. `spec` and `initialRoot` are digests of those blobs. */
export function termsOf(input: { spec: RunSpec; digest: Digest; initialRoot: Digest }): RunTerms {
  const { spec, digest, initialRoot } = input;
  return {
    spec: digest,
    program: spec.program,
    fingerprint: spec.fingerprint,
    tokenizer: spec.tokenizer,
    initialRoot,
    datasets: [...new Set([spec.data.dataset, ...(spec.parent?.datasets ?? [])])],
    rounds: spec.rounds,
    minWorkers: spec.minWorkers,
    maxWorkers: spec.maxWorkers,
    maxAuditors: spec.maxAuditors,
    slicesPerEpoch: Math.floor(spec.data.sequences / sequencesPerSlice(spec)),
    segments: spec.inner.segments,
    localResetInterval: spec.inner.localResetInterval,
    deadlinesMs: spec.deadlinesMs,
    auditedClaimsBps: spec.auditedClaimsBps,
    auditsPerClaim: spec.auditsPerClaim,
    witnesses: spec.witnesses,
    challengeWindowMs: spec.challengeWindowMs,
    taintedShareBpsMax: spec.taintedShareBpsMax,
    decoyShareBps: spec.decoyShareBps,
    heldBackRounds: spec.heldBackRounds,
    ...spec.economics,
    flopsPerRound: spec.flopsPerRound,
    ...(spec.tolerance ? { tolerance: spec.tolerance } : {}),
  };
}

/** The longest that are in use have some thousand; everybody who reads the spec reads it. */
const chatTemplateCharactersMax = 32_768;

/** Parses a spec strictly. Error: `BAD_RUN_SPEC: <field>: <why>; <remedy>`. */
export function decodeRunSpec(json: unknown): RunSpec {
  const spec = fields(json, '', {
    version: literal(1),
    title: text,
    model: (value, path) =>
      fields(value, path, {
        family: literal('llama'),
        vocabSize: count(2, 65536),
        hiddenSize: count(1, 65536),
        intermediateSize: count(1, 262144),
        layers: count(1, 512),
        heads: count(1, 512),
        kvHeads: count(1, 512),
        contextLength: count(1, 1 << 20),
        ropeTheta: positive,
        ropeScaling: optional(ropeScaling),
        rmsNormEps: positive,
        tiedEmbeddings: flag,
      }),
    initialSeed: optional(count(0, 0xffffffff)),
    parent: optional((value, path) =>
      fields(value, path, {
        weights: digest,
        release: orNull(digest),
        datasets: listOf(text, datasetsPerRunMax),
      }),
    ),
    tokenizer: digest,
    chatTemplate: optional(textUpTo(chatTemplateCharactersMax)),
    program: digest,
    fingerprint: digest,
    flopsPerRound: decimal,
    data: (value, path) =>
      fields(value, path, {
        dataset: text,
        manifest: digest,
        train: text,
        heldOut: text,
        sequences: count(1, 2 ** 40),
        seed: count(0, 0xffffffff),
      }),
    inner: (value, path) =>
      fields(value, path, {
        optimizer: (inner, at) =>
          fields(inner, at, {
            beta1: number,
            beta2: number,
            epsilon: positive,
            weightDecay: number,
            clipNorm: positive,
            embeddingRate: positive,
          }),
        batchSize: count(1, 65536),
        stepsPerRound: count(1, 100_000),
        segments: count(1, 1024),
        localResetInterval: count(1, 1_000_000),
        schedule,
        plan: optional((inner, at) =>
          fields(inner, at, {
            microBatches: optional(count(1, 4096)),
            recomputeLayers: optional(flag),
            attentionBlock: optional(count(1, 1 << 24)),
            logitsBlock: optional(count(1, 1 << 24)),
          }),
        ),
      }),
    outer: decodeOuterRecipe,
    evaluation: (value, path) => fields(value, path, { sequences: count(1, 1_000_000) }),
    rounds: count(1, 1_000_000),
    minWorkers: count(1, 64),
    maxWorkers: count(1, 64),
    maxAuditors: count(0, 64),
    deadlinesMs: (value, path) =>
      fields(value, path, {
        enrol: duration,
        train: duration,
        reveal: duration,
        certify: duration,
        aggregate: duration,
        audit: duration,
      }),
    auditedClaimsBps: count(0, 10_000),
    auditsPerClaim: count(1, 3),
    witnesses: count(0, 64),
    challengeWindowMs: count(0, 2_592_000_000),
    taintedShareBpsMax: count(0, 5_000),
    decoyShareBps: count(0, 10_000),
    heldBackRounds: count(0, 10_000),
    tolerance: optional((value, path) =>
      fields(value, path, {
        toleranceBillionths: count(1, 1_000_000_000),
        driftBillionths: count(1, 1_000_000_000),
        window: count(2, 1_000),
        failuresMax: count(2, 1_000),
        failureYocto: decimal,
      }),
    ),
    economics: decodeEconomics,
  }) as unknown as RunSpec;
  const { inner, model } = spec;
  checkStart(spec);
  if (inner.stepsPerRound % inner.segments !== 0) {
    refuse('inner.segments', `${inner.segments} does not divide stepsPerRound`);
  }
  if (2 * spec.auditsPerClaim - 1 > inner.segments) {
    refuse('auditsPerClaim', `${spec.auditsPerClaim} audits need segments between theirs`);
  }
  if (inner.schedule.totalSteps <= inner.schedule.warmupSteps) {
    refuse('inner.schedule.totalSteps', 'must be greater than warmupSteps');
  }
  if (inner.schedule.kind === 'warmup-stable-decay') {
    const most = inner.schedule.totalSteps - inner.schedule.warmupSteps;
    if (inner.schedule.decaySteps > most) {
      refuse('inner.schedule.decaySteps', `is more than the ${most} steps after the warm-up`);
    }
  }
  if (spec.evaluation.sequences < inner.batchSize) {
    refuse('evaluation.sequences', `do not fill one batch of ${inner.batchSize}`);
  }
  if (inner.batchSize % (inner.plan?.microBatches ?? 1) !== 0) {
    refuse('inner.plan.microBatches', `does not divide the batch of ${inner.batchSize}`);
  }
  if (model.heads % model.kvHeads !== 0) refuse('model.kvHeads', 'must divide model.heads');
  if (model.hiddenSize % (2 * model.heads) !== 0) {
    refuse('model.hiddenSize', 'must be an even multiple of model.heads');
  }
  if (spec.minWorkers > spec.maxWorkers) refuse('minWorkers', 'is greater than maxWorkers');
  if (spec.data.sequences < sequencesPerSlice(spec)) {
    refuse('data.sequences', `one slice needs ${sequencesPerSlice(spec)}`);
  }
  return spec;
}

const dataShare = (value: unknown, path: string) =>
  fields(value, path, { dataset: text, weightBps: count(1, 10_000) });

/** The prices alone, for who looks at them before there is a spec. Error: `BAD_RUN_SPEC`. */
export function decodeEconomics(value: unknown, path = 'economics'): RunSpec['economics'] {
  return fields(value, path, {
    stakeYocto: decimal,
    rewardYocto: decimal,
    auditFeeYocto: decimal,
    computeCostYocto: decimal,
    decoyFeeYocto: decimal,
    seatsPerAccount: count(1, 64),
    relayFeeYocto: decimal,
    relayedCallsPerRound: count(0, 64),
    earnedStakeSeatsMax: count(0, 64),
    dataRewardYocto: decimal,
    dataShares: listOf(dataShare, datasetsPerRunMax),
  }) as unknown as RunSpec['economics'];
}

/** From a seed or from a parent; and a release always learned from something. */
function checkStart({ initialSeed, parent, data }: RunSpec): void {
  if (!parent) {
    if (initialSeed === undefined) refuse('initialSeed', 'is missing, and there is no parent');
    return;
  }
  if (initialSeed !== undefined) refuse('initialSeed', 'has no use where there is a parent');
  const { datasets } = parent;
  if (datasets.some((id, i) => i > 0 && id <= datasets[i - 1]!)) {
    refuse('parent.datasets', 'must be sorted, each once');
  }
  if ((parent.release === null) !== (datasets.length === 0)) {
    refuse('parent.datasets', 'must be those of the release, and none where there is no release');
  }
  if (new Set([...datasets, data.dataset]).size > datasetsPerRunMax) {
    refuse('parent.datasets', `a run names at most ${datasetsPerRunMax} datasets in all`);
  }
}

function schedule(value: unknown, path: string): unknown {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const decays = kind === 'warmup-stable-decay';
  const known = decays || kind === 'warmup-cosine' ? kind : 'warmup-linear';
  return fields(value, path, {
    kind: literal(known),
    // Weights that move by more than their own size learn nothing; such a rate is a slip of units.
    peak: within(positive, 1),
    final: within(number, 1),
    warmupSteps: count(0, 10_000_000),
    totalSteps: count(1, 100_000_000),
    ...(decays ? { decaySteps: count(1, 100_000_000) } : {}),
  });
}

function ropeScaling(value: unknown, path: string): unknown {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const further = {
    lowFrequencyFactor: positive,
    highFrequencyFactor: positive,
    originalContextLength: count(1, 1 << 20),
  };
  return fields(value, path, {
    kind: literal(kind === 'llama3' ? kind : 'linear'),
    factor: positive,
    ...(kind === 'llama3' ? further : {}),
  });
}
