/**
 * The conformance suite on the engine `tfjs-node`, in a process where TensorFlow.js is found in the
 * folder that the first argument names. Prints what failed, and how fast it is, as one line of JSON.
 */
import { benchEngine } from '@commonweights/trainer/engines/bench-engine.js';
import { checkEngine } from '@commonweights/trainer/engines/conformance/check-engine.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { createTfjsEngine } from '@commonweights/trainer/engines/tfjs.js';

const engine = createTfjsEngine({ backend: 'node' });
const checks = await checkEngine({ engine, reference: createSimdWasmEngine(), repeats: 3 });
const { tokensPerSecond } = await benchEngine({ engine, size: 'S', steps: 5 });
const failed = checks.filter(({ passed }) => !passed);
console.log(JSON.stringify({ checks: checks.length, failed, tokensPerSecond }));
// TensorFlow's own threads keep a process alive.
process.exit(0);
