import { expect } from 'chai';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { openSession } from '@commonweights/trainer/engines/program-session.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { failingWhen } from '../../support/failing-runtime.js';
import { tinyBatch, tinyProgram } from './tiny.js';

const program = tinyProgram();
const said: [string, RegExp][] = [
  ['std::bad_alloc', /^OUT_OF_MEMORY: exact said "std::bad_alloc"; .*microBatches/],
  ['failed to allocate a buffer of 4294967296', /^OUT_OF_MEMORY/],
  ['RuntimeError: memory access out of bounds', /^OUT_OF_MEMORY/],
  ['Invalid typed array length', /^OUT_OF_MEMORY/],
  ['The WebGPU device was lost', /^DEVICE_LOST: exact said .*; start again/],
  ['something else', /^ENGINE_FAILED: exact said "something else"; .*engine test/],
];

describe('an engine that fails in the middle of a round', () => {
  for (const [sentence, expected] of said) {
    it(`says so and keeps the state: ${sentence}`, async () => {
      let failing = false;
      const runtime = failingWhen(await createOrtWasmEngine().runtime(), () =>
        failing ? sentence : null,
      );
      const session = openSession({ name: 'exact', runtime }, program);
      const zeros = new Float32Array(program.layout.length);
      const params = initialParams(program, 3);
      await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
      const step = (i: number) =>
        session.step({ tokens: tinyBatch(program, i), learningRate: 0.01 });
      await step(0);
      const before = await session.export();
      failing = true;
      const message = await step(1).then(
        () => 'no refusal',
        (error: Error) => error.message,
      );
      expect(message).to.match(expected);
      expect(await session.export()).to.deep.equal(before);
      failing = false;
      await step(1);
      expect((await session.export()).steps).to.equal(2);
      await session.dispose();
    });
  }
});
