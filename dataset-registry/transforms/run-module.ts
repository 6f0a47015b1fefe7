/**
 * `module`: a transform of one's own. The record names the digest of one self-contained ES module, which
 * anybody can run again: it runs where nothing can be reached (module-engine.ts), in a thread that is ended
 * when it takes too long. What comes out is looked at like any other item.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { canonicalBytes, canonicalJson } from '../digest/canonical.js';
import { digestOf, isDigest, type Digest } from '../digest/digest.js';
import { moduleLimits } from './limits.js';
import type { ModuleAnswer, ModulePiece, ModuleThread } from './module-worker.js';
import { readParams } from './params.js';
import { checkItem, encodeItems, type DatasetContent, type TextItem } from './text-item.js';

export interface ModuleParams {
  /** Of the module's bytes. */
  module: Digest;
  /** What it is given, an object. */
  params: object;
}

/** Error: `BAD_PARAMS`. */
export function decodeModuleParams(json: unknown): ModuleParams {
  const { module, params } = readParams(json, ['module', 'params'] as const);
  if (!isDigest(module)) {
    throw new Error(`BAD_PARAMS: "module" is ${JSON.stringify(module)}, not a module's digest`);
  }
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw new Error('BAD_PARAMS: "params" is no object; give the module {} where it needs none');
  }
  const { length } = canonicalBytes(params);
  if (length > moduleLimits.paramsBytesMax) {
    throw new Error(
      `BAD_PARAMS: "params" has ${length} bytes, at most ${moduleLimits.paramsBytesMax}`,
    );
  }
  return { module, params };
}

type ModuleBounds = { [Name in keyof typeof moduleLimits]: number };

/**
 * Errors: `WRONG_MODULE`, `WRONG_ENGINE`, `MODULE_FAILED`, `MODULE_TOO_LONG`, `MODULE_TOO_MUCH`, `BAD_ITEM`,
 * `EMPTY_DATASET`.
 */
export async function runModule(
  input: {
    items: readonly TextItem[];
    parents: readonly number[];
    module: Uint8Array;
    /** For tests. */
    bounds?: Partial<ModuleBounds>;
  },
  { module, params }: ModuleParams,
): Promise<DatasetContent> {
  refuseOtherModule(input.module, module);
  const bounds = { ...moduleLimits, ...input.bounds };
  const pieces = [...cutPieces(input)];
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const megabytes = Math.ceil(bytes / 2 ** 20);
  const limits = {
    ...{ memoryBytesMax: bounds.memoryBytesMax, stackBytesMax: bounds.stackBytesMax },
    pollsMax: bounds.pollsMax + megabytes * bounds.pollsPerMegabyte,
    answerBytesMax: bounds.answerBytesMax,
  };
  const wasm = await readEngine();
  const thread = new ModuleRun(
    { wasm, source: input.module, params: canonicalJson(params), limits },
    bounds.wallMs + megabytes * bounds.wallMsPerMegabyte,
  );
  const made: TextItem[] = [];
  let charactersLeft = bounds.outputBytesMin + bytes * bounds.outputTimesMax;
  try {
    for (const piece of [...pieces, null]) {
      const answer = await thread.ask(piece);
      charactersLeft -= answer.length;
      const items = JSON.parse(answer) as unknown;
      if (!Array.isArray(items))
        throw new Error('MODULE_FAILED: the module tampered with its JSON');
      if (charactersLeft < 0 || made.length + items.length > bounds.itemsMax) {
        throw new Error(
          `MODULE_TOO_MUCH: the module makes more than ${bounds.outputTimesMax} times what it was ` +
            `given, or more than ${bounds.itemsMax} items; make it return less`,
        );
      }
      for (const item of items) made.push(checkItem(item));
    }
  } finally {
    await thread.end();
  }
  return encodeItems(made);
}

export function readEngine(): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'));
}

/** Error: `WRONG_MODULE`. */
function refuseOtherModule(bytes: Uint8Array, named: Digest): void {
  const found = digestOf(bytes);
  if (found !== named) {
    throw new Error(`WRONG_MODULE: the module's bytes are ${found}, the transform names ${named}`);
  }
  if (bytes.length > moduleLimits.moduleBytesMax) {
    throw new Error(
      `WRONG_MODULE: ${bytes.length} bytes, at most ${moduleLimits.moduleBytesMax}; a module is code, ` +
        'not data',
    );
  }
}

/** Items with their places, in texts of about a megabyte: where they are cut, the module cannot see. */
function* cutPieces(input: {
  items: readonly TextItem[];
  parents: readonly number[];
}): Generator<string, void> {
  let open: string[] = [];
  let length = 0;
  let [parent, index] = [0, 0];
  for (const item of input.items) {
    while (index === input.parents[parent]) [parent, index] = [parent + 1, 0];
    const told = JSON.stringify([item, { parent, index: index++ }]);
    if (length > 0 && length + told.length > moduleLimits.pieceBytes) {
      yield `[${open.join(',')}]`;
      [open, length] = [[], 0];
    }
    open.push(told);
    length += told.length;
  }
  yield `[${open.join(',')}]`;
}

/** A thread that is asked one thing after the other, and ended when all together takes too long. */
class ModuleRun {
  private readonly worker: Worker;
  private readonly timer: NodeJS.Timeout;
  private failure: Error | null = null;
  private waiting: { answer(text: string): void; fail(error: Error): void } | null = null;

  constructor(thread: ModuleThread, wallMs: number) {
    // Apart from its use: the bundler of the pages, which never run this, would take it for one of theirs.
    const entry = new URL('./module-thread.mjs', import.meta.url);
    this.worker = new Worker(entry, {
      workerData: thread,
      // Nothing of this process: no environment, no arguments, and no word on its screen.
      ...{ env: {}, argv: [], execArgv: [], stdin: false, stdout: true, stderr: true },
      resourceLimits: { stackSizeMb: 64 },
    });
    this.worker.on('message', (answer: ModuleAnswer) => {
      if ('error' in answer) this.fail(new Error(answer.error));
      else this.waiting?.answer(answer.text);
    });
    this.worker.on('error', () =>
      this.fail(new Error('MODULE_FAILED: the module ended its thread')),
    );
    this.timer = setTimeout(() => {
      this.fail(
        new Error(
          `MODULE_TOO_LONG: the module took more than ${wallMs / 1_000} s; make it shorter, or the ` +
            'dataset smaller',
        ),
      );
      void this.worker.terminate();
    }, wallMs);
  }

  ask(piece: ModulePiece): Promise<string> {
    return new Promise((answer, fail) => {
      if (this.failure) return fail(this.failure);
      this.waiting = { answer, fail };
      this.worker.postMessage(piece);
    });
  }

  async end(): Promise<void> {
    clearTimeout(this.timer);
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.waiting?.fail(this.failure);
  }
}
