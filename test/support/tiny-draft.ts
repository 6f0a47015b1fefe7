/** Text and a run over it, small enough to go the whole way by commands in a few seconds. */

/** Forty documents, one a line, as `dataset add` takes them. */
export function essaysJsonl(): string {
  const lines = Array.from({ length: 40 }, (_, n) => JSON.stringify({ text: essay(n) }));
  return `${lines.join('\n')}\n`;
}

/** The flags that pack them so that the draft fits. */
export const packingFlags = ['--vocab', '300', '--context', '16', '--heldout', '2000'];

function essay(n: number): string {
  const words = ['union', 'people', 'nation', 'peace', 'labor', 'harvest', 'river', 'winter'];
  const sentence = (i: number) =>
    `The ${words[(n * 7 + i) % 8]} of year ${n * 31 + i} met the ${words[(n + i * 5) % 8]} again.`;
  return Array.from({ length: 12 }, (_, i) => sentence(i)).join(' ');
}

const near = (whole: number) => `${whole}${'0'.repeat(24)}`;

/** As `run propose` reads it; its dataset is `packed@1`. */
export const tinyDraft = {
  title: 'A run to test with',
  model: {
    ...{ family: 'llama', hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1 },
    ...{ contextLength: 16, ropeTheta: 10000, rmsNormEps: 1e-5, tiedEmbeddings: true },
  },
  initialSeed: 1,
  data: { dataset: 'packed@1', seed: 1 },
  inner: {
    optimizer: {
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0.1,
      clipNorm: 1,
      embeddingRate: 1,
    },
    ...{ batchSize: 2, stepsPerRound: 2, segments: 2, localResetInterval: 100 },
    schedule: { kind: 'warmup-linear', peak: 0.001, final: 0.0001, warmupSteps: 1, totalSteps: 4 },
  },
  outer: { kind: 'diloco', codec: 'int8', learningRate: 0.7, momentum: 0.9 },
  evaluation: { sequences: 2 },
  ...{ rounds: 2, minWorkers: 1, maxWorkers: 2, maxAuditors: 1 },
  deadlinesMs: {
    ...{ enrol: 60000, train: 60000, reveal: 60000, certify: 60000 },
    ...{ aggregate: 60000, audit: 60000 },
  },
  auditedClaimsBps: 5000,
  auditsPerClaim: 1,
  witnesses: 0,
  challengeWindowMs: 30_000,
  taintedShareBpsMax: 0,
  decoyShareBps: 0,
  heldBackRounds: 1,
  economics: {
    stakeYocto: near(5),
    rewardYocto: near(1),
    auditFeeYocto: near(1),
    decoyFeeYocto: '0',
  },
};

const hourMs = 3_600_000;

/** Two trainers who audit each other's every claim; nothing is decided by a deadline. */
export const patientDraft = {
  ...tinyDraft,
  ...{ minWorkers: 2, maxWorkers: 2, maxAuditors: 0, auditedClaimsBps: 10_000 },
  challengeWindowMs: 0,
  deadlinesMs: {
    ...{ enrol: hourMs, train: hourMs, reveal: hourMs, certify: hourMs },
    ...{ aggregate: hourMs, audit: hourMs },
  },
};
