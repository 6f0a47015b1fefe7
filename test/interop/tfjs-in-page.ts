/** Bundled into a page: the conformance suite on the backends of TensorFlow.js that only pages have. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { checkEngine } from '@commonweights/trainer/engines/conformance/check-engine.js';
import { openSession } from '@commonweights/trainer/engines/program-session.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { tfjsRuntime } from '@commonweights/trainer/engines/tfjs-runtime.js';

/** Null where this browser cannot start it. */
export async function suite(backend: string, checked: readonly string[]) {
  if (!(await tf.setBackend(backend))) return null;
  const [name, whole] = [`tfjs-${backend}`, tfjsRuntime(tf, backend)];
  const runtime = () => Promise.resolve(whole);
  return checkEngine({
    engine: {
      name,
      class: 'tolerance',
      fingerprint: () => Promise.reject(new Error('BUG: no run names it')),
      runtime,
      compile: async (program) => openSession({ name, runtime: await runtime() }, program),
    },
    reference: createSimdWasmEngine(),
    repeats: 1,
    only: (check) => checked.some((start) => check.startsWith(start)),
  });
}
