/** Bundled into a page: a step and whole rounds on the exact engines, which Node and browsers share. */
import * as ort from 'onnxruntime-web/wasm';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import { ExactRuntime } from '@commonweights/trainer/engines/exact-engine.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { digestAfterStep } from './medium-step.js';
import { rootAfterRounds } from './whole-round.js';

async function digests(engine: Engine) {
  return { step: await digestAfterStep(engine), rounds: await rootAfterRounds(engine) };
}

export const simd = () => digests(createSimdWasmEngine());

/** `binary`: base64 of the package's file, which a page gets from its host. */
export function ortWasm(binary: string) {
  const bytes = Uint8Array.from(atob(binary), (letter) => letter.charCodeAt(0));
  const version = ort.env.versions.web ?? ort.env.versions.common;
  return digests(new ExactRuntime(async () => ({ ort, version, binary: bytes })).engine(1));
}
