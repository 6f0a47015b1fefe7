/**
 * How long a worker takes from nothing to its first step: a process of its own starts, loads an exact
 * engine, builds and compiles the program of size S, and tests itself as `trainer/worker/self-test.ts`
 * does, by the same steps twice to the same bits.
 *
 * `npm run bench -- cold-start`
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { benchOptimizer, benchSizes } from '@commonweights/trainer/engines/bench-engine.js';
import { exactEngineNamed, exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { testedSteps } from '@commonweights/trainer/worker/self-test.js';

interface Answer {
  /** Since the process began. */
  readonly wallMs: number;
  readonly processorMs: number;
  readonly repeats: boolean;
}

const [, , child] = process.argv;
if (process.send && child) await startThere(child);
else await compare();

async function compare(): Promise<void> {
  for (const { name } of exactEngines()) {
    const { wallMs, processorMs, repeats } = await inChild(name);
    console.log(
      `${name.padEnd(12)}${Math.round(processorMs)} ms of the processor, ${Math.round(wallMs)} by ` +
        `the clock; ${repeats ? 'it repeats itself' : 'IT DOES NOT REPEAT ITSELF'}`,
    );
  }
}

function inChild(name: string): Promise<Answer> {
  const started = fork(fileURLToPath(import.meta.url), [name], { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    started.once('message', (answer) => resolve(answer as Answer));
    started.once('exit', (code) => reject(new Error(`it ended with exit code ${code}`)));
  });
}

async function startThere(name: string): Promise<void> {
  const { model, batchSize } = benchSizes.S;
  const program = buildLlamaProgram({ model, batchSize, optimizer: benchOptimizer });
  const session = await exactEngineNamed(name).compile(program);
  const length = batchSize * (model.contextLength + 1);
  const tokens = Int32Array.from({ length }, (_, i) => (i * i + 7 * i) % model.vocabSize);
  const ends: string[] = [];
  const params = initialParams(program, 1);
  for (let time = 0; time < 2; time++) {
    const zeros = new Float32Array(program.layout.length);
    await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
    for (let i = 0; i < testedSteps; i++) await session.step({ tokens, learningRate: 0.001 });
    ends.push(digestOf(new Uint8Array((await session.export()).params.buffer)));
  }
  const { user, system } = process.cpuUsage();
  const answer: Answer = {
    ...{ wallMs: performance.now(), processorMs: (user + system) / 1000 },
    repeats: ends[0] === ends[1],
  };
  process.send!(answer, () => process.exit(0));
}
