/** A run small enough for tests: a two-head decoder over 64 tokens, three segments of two steps. */
import { sha256, digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { PackedSequences, packTokens } from '@commonweights/trainer/data/packed-sequences.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { flopsOfRound } from '@commonweights/trainer/program/count-flops.js';
import type { TrainingProgram } from '@commonweights/trainer/program/training-program.js';
import type { OuterState } from '@commonweights/trainer/exchange/outer-step.js';
import { initialState } from '@commonweights/trainer/run/initial-state.js';
import {
  decodeRunSpec,
  economicsDefaults,
  type RunSpec,
} from '@commonweights/trainer/run/run-spec.js';

const optimizer = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
  embeddingRate: 1,
};
const model = {
  family: 'llama',
  vocabSize: 64,
  hiddenSize: 16,
  intermediateSize: 32,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  contextLength: 8,
  ropeTheta: 10000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
} as const;

export interface TinyRun {
  spec: RunSpec;
  program: TrainingProgram;
  initial: OuterState;
  train: PackedSequences;
  trainBytes: Uint8Array;
}

export async function tinyRun(engine: Engine, changes: Partial<RunSpec> = {}): Promise<TinyRun> {
  const trainBytes = tokensOf(4001);
  const train = new PackedSequences(trainBytes, model.contextLength);
  const program = buildLlamaProgram({ model, optimizer, batchSize: 2 });
  const { stepsPerRound } = changes.inner ?? { stepsPerRound: 6 };
  const spec = decodeRunSpec({
    version: 1,
    title: 'tiny',
    model,
    initialSeed: 7,
    tokenizer: digestOf(new Uint8Array(1)),
    program: program.stepDigest,
    fingerprint: digestOfJson(await engine.fingerprint()),
    flopsPerRound: `${flopsOfRound({ flopsPerStep: program.flopsPerStep, stepsPerRound })}`,
    data: {
      dataset: 'tiny@1',
      manifest: digestOf(new Uint8Array(2)),
      train: 'train.u16',
      heldOut: 'heldout.u16',
      sequences: train.count,
      seed: 3,
    },
    inner: {
      optimizer,
      batchSize: 2,
      stepsPerRound: 6,
      segments: 3,
      localResetInterval: 1000,
      schedule: { kind: 'warmup-linear', peak: 0.01, final: 0.001, warmupSteps: 4, totalSteps: 60 },
    },
    outer: { kind: 'sparseloco', k: 64, chunk: 4096, feedbackDecay: 0.95, learningRate: 1 },
    evaluation: { sequences: 8 },
    rounds: 3,
    minWorkers: 2,
    maxWorkers: 4,
    maxAuditors: 1,
    deadlinesMs: minutes(10),
    auditedClaimsBps: 10_000,
    auditsPerClaim: 1,
    witnesses: 0,
    challengeWindowMs: 0,
    taintedShareBpsMax: 0,
    decoyShareBps: 0,
    heldBackRounds: 1,
    economics: {
      stakeYocto: `5${near}`,
      rewardYocto: `1${near}`,
      auditFeeYocto: near.replace('0', '1'),
      computeCostYocto: `1${near}`,
      decoyFeeYocto: '0',
      ...economicsDefaults,
    },
    ...changes,
  });
  return { spec, program, initial: initialState(spec, program), train, trainBytes };
}

const near = '0'.repeat(24);

function minutes(count: number): RunSpec['deadlinesMs'] {
  const ms = count * 60_000;
  return { enrol: ms, train: ms, reveal: ms, certify: ms, aggregate: ms, audit: ms };
}

/** Tokens below 64 that repeat with a hidden rule, so that there is something to learn. */
export function tokensOf(count: number): Uint8Array {
  const seed = sha256(new TextEncoder().encode('tokens'));
  return packTokens(
    Array.from({ length: count }, (_, i) => (i * 7 + (seed[i % 32]! & 3) * (i % 5)) % 64),
  );
}

export function wrongDigest(): Digest {
  return digestOf(new Uint8Array([9, 9, 9]));
}
