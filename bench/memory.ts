/**
 * Memory of training on the exact engine: the peak of a process of its own for models and batches that
 * differ in one thing, and from the differences bytes per parameter and per token, beside what is
 * counted from the program. At last a step that cannot fit: what it says, and whether the state is there.
 *
 * `npm run bench -- memory [--engine simd-wasm] [--without-refusal]`: the refusal takes 4 GB for a moment.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exactEngineNamed } from '@commonweights/trainer/engines/exact-engines.js';
import { benchOptimizer } from '@commonweights/trainer/engines/bench-engine.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { countFlops } from '@commonweights/trainer/program/count-flops.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import type { LlamaConfig } from '@commonweights/trainer/program/training-program.js';

interface Case {
  readonly model: LlamaConfig;
  readonly batchSize: number;
}

interface Answer {
  readonly peakBytes: number;
  readonly countedBytes: number;
  readonly refusal: string | null;
  /** Steps of the state that could still be exported. */
  readonly steps: number;
}

const base: Case = {
  model: {
    family: 'llama',
    ...{ vocabSize: 2048, hiddenSize: 256, intermediateSize: 688, layers: 4, heads: 4, kvHeads: 4 },
    ...{ contextLength: 128, ropeTheta: 10_000, rmsNormEps: 1e-5, tiedEmbeddings: true },
  },
  batchSize: 1,
};
const deeper: Case = { ...base, model: { ...base.model, layers: 36 } };
const longer: Case = { ...base, batchSize: 33 };
/** Weights of attention alone are 1 GiB a layer. */
const impossible: Case = {
  model: {
    ...base.model,
    vocabSize: 64,
    hiddenSize: 32,
    heads: 16,
    kvHeads: 16,
    contextLength: 1024,
  },
  batchSize: 16,
};

const { values } = parseArgs({
  options: {
    'without-refusal': { type: 'boolean', default: false },
    engine: { type: 'string', default: 'ort-wasm' },
    child: { type: 'string' },
  },
});
if (values.child !== undefined) await trainThere(JSON.parse(values.child) as Case);
else await compare();

async function compare(): Promise<void> {
  const [small, deep, long] = [await inChild(base), await inChild(deeper), await inChild(longer)];
  const parameters = llamaLayout(deeper.model).length - llamaLayout(base.model).length;
  const tokens = (longer.batchSize - base.batchSize) * base.model.contextLength;
  const counted = (it: Answer) => (it.countedBytes - small.countedBytes) / tokens;
  const measured = (it: Answer) => it.peakBytes - small.peakBytes;
  // A layer more has activations too, of the few tokens of a batch of one.
  const layers = (deep.countedBytes - small.countedBytes) / 1e6;
  console.log(
    `a parameter  ${(measured(deep) / parameters).toFixed(0)} bytes ` +
      `(${(parameters / 1e6).toFixed(0)} M more parameters; their activations are counted as ` +
      `${layers.toFixed(0)} MB of ${(measured(deep) / 1e6).toFixed(0)})\n` +
      `a token      ${(measured(long) / tokens / 1000).toFixed(0)} KB, counted from the program ` +
      `${(counted(long) / 1000).toFixed(0)} KB (${base.model.layers} layers of width ` +
      `${base.model.hiddenSize}, context ${base.model.contextLength}, vocabulary ${base.model.vocabSize})\n` +
      `a process    ${(small.peakBytes / 1e6).toFixed(0)} MB with the smallest of these models`,
  );
  if (values['without-refusal']) return;
  const none = await inChild(impossible);
  console.log(
    `too large    ${none.refusal ?? 'it fitted'}\n             exported after step ${none.steps}`,
  );
}

function inChild(it: Case): Promise<Answer> {
  const child = fork(
    fileURLToPath(import.meta.url),
    ['--engine', values.engine, '--child', JSON.stringify(it)],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('exit', (code) => reject(new Error(`training ended with exit code ${code}`)));
  });
}

async function trainThere({ model, batchSize }: Case): Promise<void> {
  const program = buildLlamaProgram({ model, batchSize, optimizer: benchOptimizer });
  const session = await exactEngineNamed(values.engine).compile(program);
  const zeros = new Float32Array(program.layout.length);
  await session.load({
    ...{ params: initialParams(program, 1), firstMoment: zeros, secondMoment: zeros, steps: 0 },
  });
  const length = batchSize * (model.contextLength + 1);
  const tokens = Int32Array.from({ length }, (_, i) => (i * i + 7 * i) % model.vocabSize);
  let refusal: string | null = null;
  try {
    for (let i = 0; i < 3; i++) await session.step({ tokens, learningRate: 0.001 });
  } catch (error) {
    refusal = (error as Error).message;
  }
  const peakBytes = 1000 * process.resourceUsage().maxRSS;
  const { steps } = await session.export();
  const countedBytes = countFlops(program.step).peakBytes;
  const answer: Answer = { peakBytes, countedBytes, refusal, steps };
  process.send!(answer, () => process.exit(0));
}
