/**
 * The main job's run: small enough for two cores and a few minutes, yet such that four workers are
 * worth their pay (bench/recipe.ts is the search it comes from).
 */
import type { RunDraft } from '@commonweights/trainer/run/prepare-run.js';

export const deriveNames = { raw: 'sotu@1', clean: 'sotu-clean@1', packed: 'sotu-packed@1' };

export const packing = { vocab: 1024, context: 64, heldout: 500, seed: 1 };

/**
 * Not the default, which takes a third less time for a step: rounds of 48 steps were found with this
 * one, and a second of exchange then weighs half as much again (docs/decisions/039-the-default-engine.md).
 */
export const engine = 'ort-wasm';

/** Peak learning rate of the worker that the run is compared with: the best found for it alone. */
export const soloPeak = 0.002;

/**
 * What happens to whom, by round numbers on chain: the cheat's round 2 is rewound and round 3 with
 * it; nobody can be killed or come late in a round that is cancelled anyway.
 */
export const incidents = {
  cheatsFromRound: 2,
  killed: { account: 'dan.local', round: 5 },
  late: { account: 'fay.local', startsAt: 4, fromRound: 7 },
};

const hourMs = 3_600_000;
const near = (whole: number) => `${whole}${'0'.repeat(24)}`;

const dayMs = 24 * hourMs;

export const policy = {
  votingPeriodMs: 3 * dayMs,
  timelockMs: dayMs,
  expiryMs: 7 * dayMs,
  quorumBps: 5_000,
  approvalBps: 5_000,
  bondYocto: near(1),
  /** The speeches' licence: that of the collection, and of its contents. */
  licences: ['PDDL-1.0 AND CC0-1.0'],
  /** A round of this run computes 9.02 GFLOP and pays 1 NEAR: 110.8 NEAR is the price that follows. */
  rewardPerTeraFlopYoctoMax: near(200),
};

/** What the first member gives to the DAO: enough for the run, and some. */
export const treasuryYocto = 1_000n * 10n ** 24n;

export function draftOf(initialSeed: number): RunDraft {
  return {
    title: 'A first small model of presidential speech',
    model: {
      family: 'llama',
      hiddenSize: 96,
      intermediateSize: 256,
      layers: 3,
      heads: 3,
      kvHeads: 3,
      contextLength: packing.context,
      ropeTheta: 10_000,
      rmsNormEps: 1e-5,
      tiedEmbeddings: true,
    },
    initialSeed,
    data: { dataset: deriveNames.packed, seed: 1 },
    inner: {
      optimizer: {
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
        weightDecay: 0.1,
        clipNorm: 1,
        embeddingRate: 30,
      },
      batchSize: 1,
      stepsPerRound: 48,
      segments: 8,
      localResetInterval: 1000,
      schedule: {
        kind: 'warmup-linear',
        peak: 0.0025,
        final: 0.000125,
        warmupSteps: 100,
        totalSteps: 1152,
      },
    },
    outer: { kind: 'diloco', codec: 'int8', learningRate: 1, momentum: 0.3 },
    evaluation: { sequences: 512 },
    rounds: 24,
    minWorkers: 2,
    maxWorkers: 5,
    maxAuditors: 1,
    // Contributors have hours; the local clock is moved when everybody living waits for one.
    deadlinesMs: {
      enrol: 6 * hourMs,
      train: 6 * hourMs,
      reveal: 6 * hourMs,
      certify: 6 * hourMs,
      aggregate: 6 * hourMs,
      audit: 48 * hourMs,
    },
    auditedClaimsBps: 10_000,
    auditsPerClaim: 1,
    witnesses: 0,
    challengeWindowMs: 0,
    taintedShareBpsMax: 0,
    decoyShareBps: 0,
    heldBackRounds: 2,
    economics: {
      stakeYocto: near(5),
      rewardYocto: near(1),
      auditFeeYocto: near(1).replace(/0$/, ''),
      decoyFeeYocto: '0',
    },
  };
}
