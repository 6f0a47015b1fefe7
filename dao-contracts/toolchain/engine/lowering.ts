/**
 * How the engine is lowered and optimised: part of what it is cached by. Apart from `lower-engine.ts`,
 * which does it, because loading the optimiser takes longer than building from the cache.
 */

/** Passes: wasi-libc was not compiled for the first WebAssembly, which the chain's contracts are kept to. */
export const lowering = [
  'signext-lowering',
  'llvm-nontrapping-fptoint-lowering',
  'llvm-memory-copy-fill-lowering',
];

/** Measured: shrinking more saves 1 % of the bytes and costs 2 % of the instructions. */
export const optimising = { optimizeLevel: 3, shrinkLevel: 0, rounds: 1 };
