/**
 * How long a worker takes from nothing until it may stake: a process of its own starts, loads an
 * engine, builds and compiles the program of size S, and tests itself as `trainer/worker/self-test.ts`
 * does, by the same step twice to the same bits.
 *
 * `npm run bench -- cold-start [engine …]`: the exact engines and `ort-native` unless some are named
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { benchOptimizer, benchSizes } from '@commonweights/trainer/engines/bench-engine.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { testedState } from '@commonweights/trainer/worker/self-test.js';

interface Answer {
  /** Since the process began. */
  readonly wallMs: number;
  readonly processorMs: number;
  readonly repeats: boolean;
}

const [, , ...names] = process.argv;
if (process.send) await startThere(names[0]!);
else await compare(names.length > 0 ? names : ['simd-wasm', 'ort-wasm', 'ort-native']);

async function compare(engines: readonly string[]): Promise<void> {
  for (const name of engines) {
    const { wallMs, processorMs, repeats } = await inChild(name);
    console.log(
      `${name.padEnd(12)}${Math.round(processorMs)} ms of the processor, ${Math.round(wallMs)} by ` +
        `the clock; ${repeats ? 'it repeats itself' : 'it does not repeat itself to the bit'}`,
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
  const session = await (await engineOf(name)).compile(program);
  const length = batchSize * (model.contextLength + 1);
  const tokens = Int32Array.from({ length }, (_, i) => (i * i + 7 * i) % model.vocabSize);
  const start = testedState(initialParams(program, 1));
  const ends: string[] = [];
  for (let time = 0; time < 2; time++) {
    await session.load(start);
    await session.step({ tokens, learningRate: 0.001 });
    ends.push(digestOf(new Uint8Array((await session.export()).params.buffer)));
  }
  const { user, system } = process.cpuUsage();
  const answer: Answer = {
    ...{ wallMs: performance.now(), processorMs: (user + system) / 1000 },
    repeats: ends[0] === ends[1],
  };
  process.send!(answer, () => process.exit(0));
}

/** A worker of an exact run loads the exact engines alone. */
async function engineOf(name: string): Promise<Engine> {
  const { exactEngineNamed } = await import('@commonweights/trainer/engines/exact-engines.js');
  if (name.endsWith('-wasm') && !name.startsWith('tfjs')) return exactEngineNamed(name);
  const { engineNamed } = await import('@commonweights/trainer/engines/list-engines.js');
  return engineNamed(name, { threads: 1 });
}
