/** The engines that a run of the exact class may name, in Node; which one it names, `openRun` finds. */
import type { Engine } from './engine.js';
import { createOrtWasmEngine } from './ort-wasm.js';
import { createSimdWasmEngine } from './simd-wasm.js';

/** The one whose fingerprint costs nothing to know first. */
export function exactEngines(options: { threads?: number } = {}): Engine[] {
  return [createSimdWasmEngine(), createOrtWasmEngine(options)];
}

/** Error: `NO_SUCH_ENGINE`. */
export function exactEngineNamed(name: string): Engine {
  const engines = exactEngines();
  const engine = engines.find((one) => one.name === name);
  if (engine) return engine;
  const names = engines.map((one) => one.name).join(' and ');
  throw new Error(`NO_SUCH_ENGINE: "${name.slice(0, 60)}" is not of the exact class; ${names} are`);
}
