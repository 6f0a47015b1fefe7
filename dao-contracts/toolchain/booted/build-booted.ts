/**
 * A contract built the SDK's way, for comparison: the engine boots and evaluates the module's
 * bytecode in every call, as `near-sdk-js build` has it, on our engine or on a plain one. The tests
 * send both builds the same transactions (test/dao-contracts/toolchain/differences).
 */
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { compileParts, type BuiltContract } from '../build-contract.js';
import { describeBuild } from '../build-info.js';
import { loadEngine } from '../engine/load-engine.js';
import type { OnProgress } from '../progress.js';
import { bundleContract } from '../snapshot/bundle-contract.js';
import { assembleBooted } from './assemble-booted.js';
import { loadPlainEngine } from './plain-engine.js';

/** @param on `ours`: only the snapshot is compared; `plain`: the engine's patches too. */
export async function buildBooted(options: {
  entry: string;
  on: 'ours' | 'plain';
  onProgress?: OnProgress;
}): Promise<BuiltContract> {
  const { entry, onProgress = () => {} } = options;
  const engine = await loadEngine(onProgress);
  const evaluator = options.on === 'ours' ? engine.evaluator : await loadPlainEngine(onProgress);
  const { source, methods } = await bundleContract(entry);
  const snapshot = digestOf(new TextEncoder().encode(source));
  // The same for both builds: a contract can return what it says of itself.
  const build = describeBuild({ entry, source: snapshot, engine });
  const parts = compileParts({ evaluator, source, debug: false, build });
  const wasm = assembleBooted({ evaluator, parts, methods });
  return { wasm, methods, digest: digestOf(wasm), engineDigest: digestOf(evaluator) };
}
