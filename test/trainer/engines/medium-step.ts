/** A step of a model whose operations are large enough for threads to share them, on any engine. */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { tinyProgram } from './tiny.js';

/** Of the weights after it. */
export async function digestAfterStep(engine: Engine): Promise<string> {
  const program = tinyProgram({
    vocabSize: 512,
    layers: 1,
    hiddenSize: 64,
    intermediateSize: 160,
    contextLength: 64,
  });
  const session = await engine.compile(program);
  const zeros = new Float32Array(program.layout.length);
  const params = initialParams(program, 9);
  await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
  const length = program.batchSize * (program.model.contextLength + 1);
  // Few ids, so that many rows of the embedding's gradient meet
  const tokens = Int32Array.from({ length }, (_, at) => (at * at) % 8);
  await session.step({ tokens, learningRate: 0.003 });
  const state = await session.export();
  await session.dispose();
  return digestOf(new Uint8Array(state.params.buffer));
}

/**
 * What every machine, browser and version of Node has to find, on `ort-wasm` version 1.30.0 with one
 * thread; `rounds` is of whole-round.ts.
 */
export const pinnedDigests = {
  'simd-wasm': {
    step: 'sha256:8063c4bcccd31e26a58c0293c2723398d717ceb2773c02f17713dedfc23b8c70',
    rounds: 'sha256:2013272b99b0f66df3e106a8cc993c4bbc6b3dc51d7604c9dfa4690e316fd1f0',
  },
  'ort-wasm': {
    step: 'sha256:1530eaee513807af25931467346190b64f8ea3f3f96952418d5f6a67077eb71c',
    rounds: 'sha256:549e48c36e61ad4bb7aa8654e83357a2ce3455ab8593d0ef64aabaa7f9288275',
  },
} as const;
