/**
 * From what clang linked to what a chain accepts, in two editions of one memory and table layout:
 * the **evaluator** runs at build time, reads the contract's source and leaves a memory; the
 * **runtime** is deployed with that memory. The runtime has no parser: contract code is fixed when
 * it is deployed, and 1,089,295 gas are paid for every byte in every call.
 */
import binaryen from 'binaryen';
import { lowering, optimising } from './lowering.js';

/** What wasi-libc uses. All there is would be too much: with 64-bit memories a pass refuses. */
const linkedFeatures = ['SignExt', 'BulkMemory', 'BulkMemoryOpt', 'NontrappingFPToInt']
  .map((name) => binaryen.Features[name as keyof typeof binaryen.Features])
  .reduce((all, feature) => all | feature, binaryen.Features.MVP);

/** What the chain's machine has. */
export const runtimeFeatures = binaryen.Features.MVP;

/** Exports that only the evaluator has. */
const buildTimeExports = 'alloc keep boot compile evaluate bind seal slots roots builtins'.split(
  ' ',
);

export interface Engines {
  evaluator: Uint8Array;
  runtime: Uint8Array;
}

/** `unusedSlots`: indices of table entries that a sealed memory never calls. */
export function lowerEngine(linked: Uint8Array, unusedSlots: readonly number[]): Engines {
  const module = binaryen.readBinary(linked);
  try {
    module.setFeatures(linkedFeatures);
    stubWasi(module);
    module.runPasses(lowering);
    module.setFeatures(runtimeFeatures);
    const evaluator = module.emitBinary();
    emptySlots(module, unusedSlots);
    for (const name of buildTimeExports) module.removeExport(`cw_${name}`);
    binaryen.setOptimizeLevel(optimising.optimizeLevel);
    binaryen.setShrinkLevel(optimising.shrinkLevel);
    for (let round = 0; round < optimising.rounds; round++) module.optimize();
    if (!module.validate()) throw new Error('ENGINE_INVALID: a binaryen pass broke the engine');
    return { evaluator, runtime: module.emitBinary() };
  } finally {
    module.dispose();
  }
}

/** Standard output is all that is left of WASI, and there is none on a chain. */
function stubWasi(module: binaryen.Module): void {
  const success = 0;
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const info = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (info.module !== 'wasi_snapshot_preview1') continue;
    module.removeFunction(info.name);
    module.addFunction(info.name, info.params, info.results, [], module.i32.const(success));
    i = -1; // Indices moved.
  }
}

function emptySlots(module: binaryen.Module, unusedSlots: readonly number[]): void {
  module.addFunction('cw_gone', binaryen.none, binaryen.none, [], module.unreachable());
  setSlots(module, unusedSlots, () => 'cw_gone');
}

/** Puts other functions into slots of the table; `standIn` is told what is there. */
export function setSlots(
  module: binaryen.Module,
  slots: readonly number[],
  standIn: (name: string) => string,
): void {
  if (module.getNumElementSegments() !== 1) {
    throw new Error('ENGINE_INVALID: one table segment expected');
  }
  const segment = module.getElementSegmentByIndex(0);
  const info = binaryen.getElementSegmentInfo(segment);
  const firstSlot = 1; // wasm-ld leaves slot 0 empty, so that a null function pointer traps.
  const functions = [...info.data];
  for (const slot of slots) {
    const there = functions[slot - firstSlot];
    if (there === undefined) throw new Error(`ENGINE_INVALID: no table slot ${slot}`);
    functions[slot - firstSlot] = standIn(there);
  }
  module.removeElementSegment(info.name);
  module.addActiveElementSegment(info.table, info.name, functions, module.i32.const(firstSlot));
}
