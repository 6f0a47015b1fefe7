/** How fast an engine trains: whole steps, AdamW included, of two models of fixed size. */
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { buildLlamaProgram } from '../program/build-llama-program.js';
import { Graph } from '../program/graph.js';
import { initialParams } from '../program/initial-params.js';
import { multiplyMatrices } from '../program/operations.js';
import type { LlamaConfig } from '../program/training-program.js';
import type { Engine } from './engine.js';

interface BenchSize {
  readonly model: LlamaConfig;
  readonly batchSize: number;
}

const common = {
  family: 'llama',
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
} as const;

export const benchSizes: Readonly<Record<'S' | 'M', BenchSize>> = {
  S: {
    model: {
      ...common,
      vocabSize: 4096,
      hiddenSize: 128,
      intermediateSize: 344,
      layers: 4,
      heads: 4,
      kvHeads: 4,
      contextLength: 128,
    },
    batchSize: 8,
  },
  M: {
    model: {
      ...common,
      vocabSize: 8192,
      hiddenSize: 384,
      intermediateSize: 1024,
      layers: 6,
      heads: 6,
      kvHeads: 6,
      contextLength: 256,
    },
    batchSize: 4,
  },
};

export const benchOptimizer = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
};

export interface BenchResult {
  readonly tokensPerSecond: number;
  /** Median of the steps after the first. */
  readonly stepMs: number;
  /** Compiling and the first step. */
  readonly coldMs: number;
}

/** A session that takes one step at a time, so that several engines can take turns. */
export async function openBench(
  engine: Engine,
  size: keyof typeof benchSizes,
  now: () => number = () => performance.now(),
): Promise<{ coldMs: number; step(): Promise<number>; close(): Promise<void>; tokens: number }> {
  const { model, batchSize } = benchSizes[size];
  const program = buildLlamaProgram({ model, batchSize, optimizer: benchOptimizer });
  const startedAt = now();
  const session = await engine.compile(program);
  const zeros = new Float32Array(program.layout.length);
  const params = initialParams(program, 1);
  await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
  const length = batchSize * (model.contextLength + 1);
  const tokens = Int32Array.from({ length }, (_, i) => (i * i + 7 * i) % model.vocabSize);
  await session.step({ tokens, learningRate: 0.001 });
  return {
    coldMs: now() - startedAt,
    tokens: batchSize * model.contextLength,
    async step() {
      const stepAt = now();
      await session.step({ tokens, learningRate: 0.001 });
      return now() - stepAt;
    },
    close: () => session.dispose(),
  };
}

export async function benchEngine(it: {
  engine: Engine;
  size: keyof typeof benchSizes;
  steps: number;
  signal?: AbortSignal;
  onStep?(done: number): void;
}): Promise<BenchResult> {
  const bench = await openBench(it.engine, it.size);
  try {
    const times: number[] = [];
    while (times.length < it.steps) {
      it.signal?.throwIfAborted();
      times.push(await bench.step());
      it.onStep?.(times.length);
    }
    const stepMs = lowerMedian(times);
    return { stepMs, coldMs: bench.coldMs, tokensPerSecond: (1000 * bench.tokens) / stepMs };
  } finally {
    await bench.close();
  }
}

/** Milliseconds of multiplying two square matrices, each time it is called. */
export async function openProduct(
  engine: Engine,
  size: number,
  now: () => number = () => performance.now(),
): Promise<() => Promise<number>> {
  const runtime = await engine.runtime();
  const graph = new Graph();
  const [a, b] = ['a', 'b'].map((name) => graph.input(name, 'f32', [size, size]));
  graph.output('y', multiplyMatrices(a!, b!));
  const opened = await runtime.open(graph.write('product'));
  const data = Float32Array.from({ length: size * size }, (_, i) => (i % 17) / 17);
  const held = runtime.hold({ type: 'f32', data, shape: [size, size] });
  return async () => {
    const startedAt = now();
    const { y } = await opened.run({ a: held, b: held });
    // Some backends compute only what is read.
    await y!.read();
    const ms = now() - startedAt;
    y!.drop();
    return ms;
  };
}
