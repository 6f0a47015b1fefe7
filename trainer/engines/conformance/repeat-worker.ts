/**
 * A process of its own that repeats the large cases on the exact engine with so many threads and
 * sends their digests: ONNX Runtime decides its threads once per process.
 */
import { createOrtWasmEngine } from '../ort-wasm.js';
import { largeCases, repeatCase } from './large-cases.js';

const [threads, repeats] = process.argv.slice(2).map(Number) as [number, number];
const runtime = await createOrtWasmEngine({ threads }).runtime();
for (const one of largeCases) {
  const digests = await repeatCase(one, { runtime, repeats });
  process.send!({ name: one.name, digests: [...new Set(digests)] });
}
process.disconnect();
