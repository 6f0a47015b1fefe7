/** The thread of one module: opens it, answers one piece of text after the other, and ends with the first failure. */
import { parentPort, workerData } from 'node:worker_threads';
import { openModule, type EngineLimits, type ModuleEngine } from './module-engine.js';

export interface ModuleThread {
  readonly wasm: Uint8Array;
  readonly source: Uint8Array;
  readonly params: string;
  readonly limits: EngineLimits;
}

/** Null: the items are over. */
export type ModulePiece = string | null;
export type ModuleAnswer = { readonly text: string } | { readonly error: string };

const { wasm, source, params, limits } = workerData as ModuleThread;
let engine: ModuleEngine | undefined;

parentPort!.on('message', (piece: ModulePiece) => parentPort!.postMessage(answer(piece)));

function answer(piece: ModulePiece): ModuleAnswer {
  try {
    engine ??= openModule({ wasm, source, params }, limits);
    return { text: piece === null ? engine.finish() : engine.transform(piece) };
  } catch (error) {
    const { message } = error as Error;
    const isSaid = /^(MODULE|WRONG)_[A-Z_]+: /.test(message);
    // A trap of WebAssembly, such as a stack that is used up: what it says depends on the machine.
    return { error: isSaid ? message : 'MODULE_FAILED: the module: it made the engine stop' };
  }
}
