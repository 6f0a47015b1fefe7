/** Bundled into a page: the step of medium-step.ts on the engine that Node and browsers share. */
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { digestAfterStep } from './medium-step.js';

export const digest = (): Promise<string> => digestAfterStep(createSimdWasmEngine());
