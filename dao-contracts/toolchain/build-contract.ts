/**
 * A NEAR contract in TypeScript to WebAssembly, with npm packages alone: no compiler to install, no
 * download, the same bytes on every machine.
 *
 * near-sdk-js boots a JavaScript engine and evaluates the contract's module in every call, for 9
 * Tgas before the method runs. Here that happens once, when the contract is built: what is deployed
 * is the memory the evaluation left behind, and an engine that goes on from there.
 */
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { readCached, writeCached } from './content-cache.js';
import { shadowStackBytes } from './engine/compile-engine.js';
import { EngineInstance } from './engine/engine-instance.js';
import { describeBuild, type BuildInfo } from './build-info.js';
import { namesOfEngine } from './engine/engine-sources.js';
import { findReached, findUnreachable, mentionedIn } from './engine/leave-out.js';
import { loadEngine } from './engine/load-engine.js';
import type { OnProgress } from './progress.js';
import { assembleContract } from './snapshot/assemble-contract.js';
import { bundleContract, type SourceEdit } from './snapshot/bundle-contract.js';
import { forgetTexts } from './snapshot/forget-texts.js';
import { prelude } from './snapshot/prelude.js';

export interface BuiltContract {
  wasm: Uint8Array;
  /** Exported method names, sorted. */
  methods: string[];
  /** SHA-256 of `wasm`: what a node calls the code hash. */
  digest: Digest;
  /** Of the engine inside, without the contract: equal for all contracts of one toolchain. */
  engineDigest: Digest;
}

/** nearcore's bound on a contract's size. */
const contractBytesMax = 4_194_304;

/** Raise when the code of `snapshot/` changes what it makes of the same bundle and engine. */
const recipe = 6;

/**
 * Builds the contract whose class is in `entry`. The first build on a machine compiles the engine,
 * about a minute; after that a build takes about a second, and an unchanged one less.
 *
 * @param debug keeps line numbers for error stacks: larger, and more gas.
 * @param edit changes sources as they are read: how a test builds the version after this one.
 * @param fresh builds the contract again even where it is cached, the engine excepted.
 */
export async function buildContract(options: {
  entry: string;
  onProgress?: OnProgress;
  debug?: boolean;
  fresh?: boolean;
  edit?: SourceEdit;
}): Promise<BuiltContract> {
  const { entry, onProgress = () => {}, debug = false, fresh = false } = options;
  const engine = await loadEngine(onProgress);
  onProgress({ step: 'bundling the contract' });
  const { source, methods } = await bundleContract(entry, {
    compact: !debug,
    ...(options.edit ? { edit: options.edit } : {}),
  });
  const snapshot = digestOf(new TextEncoder().encode(source));
  const build = describeBuild({ entry, source: snapshot, engine });
  // The build names both engines: the one that evaluated and the one that runs.
  const key = digestOf(canonicalBytes({ source, methods, prelude, recipe, debug, build }));
  let wasm = fresh ? null : readCached('contract', key);
  if (!wasm) {
    onProgress({ step: 'evaluating the contract' });
    const evaluated = evaluate({ ...engine, source, methods, debug, build });
    const { memory, runtime } = await withoutUnreachable(evaluated, engine.runtime);
    wasm = assembleContract({ runtime, memory, methods });
    writeCached('contract', key, wasm);
  }
  if (wasm.length > contractBytesMax) {
    throw new Error(
      `CONTRACT_TOO_LARGE: ${entry} makes ${wasm.length} bytes of at most ${contractBytesMax}; ` +
        'import less',
    );
  }
  onProgress({ step: 'contract built' });
  return { wasm, methods, digest: digestOf(wasm), engineDigest: engine.digest };
}

/**
 * Bytecode of what a booted engine evaluates, in this order: the prelude, what the contract says
 * about its build, the contract.
 */
export function compileParts(contract: {
  evaluator: Uint8Array;
  source: string;
  debug: boolean;
  build: BuildInfo;
}): Uint8Array[] {
  const compiler = new EngineInstance(contract.evaluator);
  compiler.boot();
  const told = `globalThis.contractBuild = ${JSON.stringify(contract.build)};`;
  return [
    compiler.compile(prelude, { module: false, strip: true }),
    compiler.compile(told, { module: false, strip: true }),
    compiler.compile(contract.source, { module: true, strip: !contract.debug }),
  ];
}

interface Evaluated {
  memory: Uint8Array;
  /** Slots of engine functions that the contract cannot call. */
  unreachable: number[];
  /** Where everything in memory can be reached from. */
  roots: number[];
}

function evaluate(contract: {
  evaluator: Uint8Array;
  source: string;
  methods: readonly string[];
  debug: boolean;
  build: BuildInfo;
}): Evaluated {
  const parts = compileParts(contract);
  const mentioned = new Set([...namesOfEngine(), ...parts.flatMap(mentionedIn)]);
  const whole = new EngineInstance(contract.evaluator);
  whole.boot();
  const builtins = whole.builtins();
  const instance = new EngineInstance(contract.evaluator);
  instance.boot([...findReached(builtins, mentioned)]);
  for (const part of parts) instance.evaluate(part);
  contract.methods.forEach((method, i) => {
    if (!instance.bindMethod(i, method)) {
      throw new Error(`METHOD_NOT_A_FUNCTION: ${method} is exported but cannot be called`);
    }
  });
  const unreachable = findUnreachable(builtins, mentioned);
  const roots = instance.roots();
  return { memory: instance.seal(), unreachable, roots };
}

/** A contract's memory and engine before they are put together, for whoever wants to look at them. */
export async function evaluateContract(
  entry: string,
): Promise<Evaluated & { runtime: Uint8Array }> {
  const engine = await loadEngine();
  const { source, methods } = await bundleContract(entry);
  const snapshot = digestOf(new TextEncoder().encode(source));
  const build = describeBuild({ entry, source: snapshot, engine });
  const evaluated = evaluate({ ...engine, source, methods, debug: false, build });
  return { ...evaluated, ...(await withoutUnreachable(evaluated, engine.runtime)) };
}

/** The engine without functions that the contract cannot call, and without what only they say. */
async function withoutUnreachable(
  { memory, unreachable, roots }: Evaluated,
  engine: Uint8Array,
): Promise<{ memory: Uint8Array; runtime: Uint8Array }> {
  // Loaded when something is built: the optimiser takes longer to load than all the rest.
  const { removeFunctions } = await import('./engine/remove-functions.js');
  const runtime = removeFunctions(engine, unreachable);
  const [, , , , heapBase = 0] = roots;
  forgetTexts(memory, runtime, { from: shadowStackBytes, to: heapBase });
  return { memory, runtime };
}
