/** A process that takes one step of the exact engine with some count of threads. */
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { digestAfterStep } from './medium-step.js';

if (process.send && process.argv[2]) {
  const engine = createOrtWasmEngine({ threads: Number(process.argv[2]) });
  const { options } = await engine.fingerprint();
  process.send({ digest: await digestAfterStep(engine), options });
  process.disconnect();
}
