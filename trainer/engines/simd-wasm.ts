/**
 * An exact engine of our own: kernels for vectors of four numbers, written for what a training step
 * needs, in a WebAssembly binary of 28 KB that comes with the package. A result is defined by the
 * order of its additions alone (docs/protocol/exact-arithmetic.md), so it depends neither on the
 * machine, the browser, threads nor the tiles in which it is computed. It trains about half as fast
 * again as ONNX Runtime's WebAssembly build; their bits differ, so a run names one of them.
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine } from './engine.js';
import type { GraphRuntime } from './graph-runtime.js';
import { openSession } from './program-session.js';
import { kernelsBinary } from './simd/kernels.js';
import { simdRuntime } from './simd/runtime.js';

export const simdEngineName = 'simd-wasm';

/** Raised with every change of the kernels or of what is asked of them that changes a bit. */
const version = '1';

/** Node and browsers alike. */
export function createSimdWasmEngine(): Engine {
  let opened: Promise<GraphRuntime> | undefined;
  const runtime = (): Promise<GraphRuntime> => (opened ??= simdRuntime());
  return {
    name: simdEngineName,
    class: 'exact',
    fingerprint: async () => ({
      engine: simdEngineName,
      version,
      binary: digestOf(kernelsBinary()),
      options: {},
    }),
    runtime,
    compile: async (program) =>
      openSession({ name: simdEngineName, runtime: await runtime() }, program),
  };
}
