/**
 * The worker in which a run is prepared: its program built, its first weights made, all of it published.
 * Seconds for a small model, and the page stays responsive.
 */
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { prepareRun } from '@commonweights/trainer/run/prepare-run.js';
import type { RunDraft } from '@commonweights/trainer/run/run-draft.js';
import { uploadStore } from '../wallet/upload-key.js';

export interface PrepareRequest {
  readonly registry: string;
  readonly key: AccountKey;
  readonly draft: RunDraft;
  readonly manifest: Digest;
}

export type PrepareAnswer =
  | { readonly kind: 'prepared'; readonly terms: RunTerms; readonly budgetYocto: bigint }
  | { readonly kind: 'failed'; readonly why: string };

addEventListener('message', ({ data }: MessageEvent<PrepareRequest>) => {
  void prepare(data).then((answer) => postMessage(answer));
});

async function prepare({ registry, key, draft, manifest }: PrepareRequest): Promise<PrepareAnswer> {
  const store = uploadStore(registry, key);
  const blobs = {
    get: store.get.bind(store),
    publish: (bytes: Uint8Array) => store.put(bytes),
  };
  try {
    const engine = createSimdWasmEngine();
    const { terms, budgetYocto } = await prepareRun({ draft, manifest, blobs, engine });
    return { kind: 'prepared', terms, budgetYocto };
  } catch (error) {
    return { kind: 'failed', why: (error as Error).message };
  }
}
