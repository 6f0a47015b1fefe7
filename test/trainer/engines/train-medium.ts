/** A step of a model whose operations are large enough for threads to share them. */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { tinyProgram } from './tiny.js';

async function digestAfterStep(threads: number): Promise<string> {
  const program = tinyProgram({
    vocabSize: 512,
    layers: 1,
    hiddenSize: 64,
    intermediateSize: 160,
    contextLength: 64,
  });
  const session = await createOrtWasmEngine({ threads }).compile(program);
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

if (process.send && process.argv[2]) {
  const threads = Number(process.argv[2]);
  const { options } = await createOrtWasmEngine({ threads }).fingerprint();
  process.send({ digest: await digestAfterStep(threads), options });
  process.disconnect();
}
