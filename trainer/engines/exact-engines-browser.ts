/**
 * The engines that a run of the exact class may name, in a browser. The second is only fetched when a
 * run does not name the first.
 */
import type { Engine } from './engine.js';
import { createOrtWasmEngine } from './ort-wasm-browser.js';
import { createSimdWasmEngine } from './simd-wasm.js';

export function exactEngines(): Engine[] {
  return [createSimdWasmEngine(), createOrtWasmEngine()];
}
