import { expect } from 'chai';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { absentHere } from '../../support/absent-here.js';
import { tinyBatch, tinyProgram } from './tiny.js';

const program = tinyProgram();

describe('the native engine', () => {
  it('stays within rounding of the exact one over several steps', async function () {
    const native = createOrtNativeEngine({ threads: 2 });
    try {
      await native.fingerprint();
    } catch (error) {
      expect((error as Error).message).to.match(/^ENGINE_ABSENT/);
      absentHere(this, 'no build of onnxruntime-node (an optional package)');
    }
    const [a, b] = [await train(native), await train(createOrtWasmEngine())];
    const start = initialParams(program, 2);
    let moved = 0;
    let apart = 0;
    for (let i = 0; i < a.length; i++) {
      moved += (b[i]! - start[i]!) ** 2;
      apart += (a[i]! - b[i]!) ** 2;
    }
    expect(Math.sqrt(apart / moved)).to.be.below(1e-3);
  });

  it('tells its library to send nothing to anybody, before it is loaded', async function () {
    delete process.env['ORT_DISABLE_TELEMETRY'];
    await createOrtNativeEngine()
      .runtime()
      .catch((error: Error) => absentHere(this, error.message));
    expect(process.env['ORT_DISABLE_TELEMETRY']).to.equal('1');
  });

  it('says of a precision that a device never has, and in which it multiplies', async function () {
    const engine = createOrtNativeEngine({ device: 'webgpu', precision: 'bfloat16' });
    expect(engine.name).to.equal('ort-native-webgpu-bfloat16');
    const message = await engine.runtime().then(
      () => 'no refusal',
      (error: Error) => error.message,
    );
    if (message.includes('onnxruntime-node')) absentHere(this, message);
    expect(message).to.equal('ENGINE_ABSENT: webgpu multiplies in float16, not in bfloat16');
  });

  it('names the precision of its products, and how it has them, in its fingerprint', async function () {
    const engine = createOrtNativeEngine({ precision: 'bfloat16' });
    const { engine: name, options } = await engine
      .fingerprint()
      .catch((error: Error) => absentHere(this, error.message));
    expect(name).to.equal('ort-native-bfloat16');
    expect(options).to.include({ precision: 'bfloat16', products: 'rounded' });
  });

  it('refuses an impossible number of threads', () => {
    expect(() => createOrtNativeEngine({ threads: 0 })).to.throw(/^BAD_THREADS/);
  });
});

async function train(engine: Engine): Promise<Float32Array> {
  const session = await engine.compile(program);
  const zeros = new Float32Array(program.layout.length);
  const params = initialParams(program, 2);
  await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
  for (let i = 0; i < 3; i++) {
    await session.step({ tokens: tinyBatch(program, i), learningRate: 0.003 });
  }
  const state = await session.export();
  await session.dispose();
  return state.params;
}
