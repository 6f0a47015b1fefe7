/**
 * The exact engine (`exact-engine.ts`) in a browser, best in a worker: the same npm package as in
 * Node, its binary served beside the page. Loaded only when somebody asks for it: it is fourteen megabytes.
 */
import binaryUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { Engine } from './engine.js';
import { ExactRuntime, type ExactParts } from './exact-engine.js';

const runtime = new ExactRuntime(loadFromPage);

/** Error: `ENGINE_NOT_LOADED`. */
export function createOrtWasmEngine(): Engine {
  return runtime.engine(1);
}

async function loadFromPage(): Promise<ExactParts> {
  try {
    const [ort, binary] = await Promise.all([import('onnxruntime-web/wasm'), fetchBinary()]);
    return { ort, version: ort.env.versions.web ?? ort.env.versions.common, binary };
  } catch (error) {
    throw new Error(
      `ENGINE_NOT_LOADED: ${(error as Error).message}; load the page again, from a host that serves ` +
        'all of its files',
      { cause: error },
    );
  }
}

async function fetchBinary(): Promise<Uint8Array> {
  const response = await fetch(new URL(binaryUrl, import.meta.url));
  if (!response.ok) throw new Error(`the engine's binary: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
